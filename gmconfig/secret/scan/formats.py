"""Formats that only secrets have: a dictionary of what each is called, how it begins and how it goes on."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from gmconfig.secret.scan.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

_JWT = rb"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"

FORMATS: dict[str, tuple[tuple[bytes, ...], bytes]] = {
    "a private key": (
        (b"PRIVATE KEY",),
        rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?=\s|\\)[^-]{0,16384}",
    ),
    "an age identity": ((b"AGE-SECRET-KEY-",), rb"AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{50,}"),
    "a gmconfig identity": ((b"GMCONFIG-IDENTITY-",), rb"GMCONFIG-IDENTITY-1[0-9A-Z]{50,}"),
    "an AWS access key": (
        (b"AKIA", b"ASIA", b"ABIA", b"ACCA"),
        rb"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b",
    ),
    "a GitHub token": (
        (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_"),
        rb"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b",
    ),
    "a GitLab token": ((b"glpat-", b"gldt-", b"glrt-"), rb"\bgl(?:pat|dt|rt)-[A-Za-z0-9_-]{20,}"),
    "a Slack token": ((b"xox",), rb"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    "a Slack webhook": (
        (b"hooks.slack.com",),
        rb"https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9_/]{20,}",
    ),
    "a Google API key": ((b"AIza",), rb"\bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])"),
    "a Google OAuth secret": ((b"GOCSPX-",), rb"\bGOCSPX-[A-Za-z0-9_-]{28}"),
    "a Stripe key": ((b"k_live_", b"k_test_"), rb"\b[rs]k_(?:live|test)_[0-9A-Za-z]{16,}"),
    "an npm token": ((b"npm_",), rb"\bnpm_[A-Za-z0-9]{36}\b"),
    "a PyPI token": ((b"pypi-AgE",), rb"\bpypi-AgE[A-Za-z0-9_-]{50,}"),
    "a SendGrid key": ((b"SG.",), rb"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b"),
    "a DigitalOcean token": ((b"dop_v1_", b"doo_v1_", b"dor_v1_"), rb"\bdo[opr]_v1_[a-f0-9]{64}\b"),
    "a HashiCorp Vault token": ((b"hvs.", b"hvb."), rb"\bhv[sb]\.[A-Za-z0-9_-]{24,}"),
    "an Azure storage key": ((b"AccountKey=",), rb"AccountKey=[A-Za-z0-9+/]{86}=="),
    "a Shopify token": ((b"shpat_", b"shpss_", b"shpca_"), rb"\bshp(?:at|ss|ca)_[a-fA-F0-9]{32}\b"),
    "an OpenAI key": ((b"sk-proj-", b"T3BlbkFJ"), rb"\bsk-(?:proj-)?[A-Za-z0-9_-]{20,}"),
    "an Anthropic key": ((b"sk-ant-",), rb"\bsk-ant-[A-Za-z0-9_-]{20,}"),
    "a Docker token": ((b"dckr_pat_",), rb"\bdckr_pat_[A-Za-z0-9_-]{20,}"),
    "a JSON web token": ((b"eyJ",), _JWT),
}
"""Each kind of secret: how it may begin (looked for first, which is fast), and its whole shape."""

_MARKERS = [(marker, name) for name, (markers, _) in FORMATS.items() for marker in markers]
_MARKS = tuple(marker for marker, _ in _MARKERS)
_USER_AND_PASSWORD = rb"[^\s:@/\"'<>{}$]{0,64}:([^\s@/\"'<>{}$]{3,256})@[^\s@/\"'<>]"
_STAND_INS = frozenset((b"password", b"pass", b"passwd", b"secret", b"token", b"***", b"xxx", b"changeme"))


def formatted(raw: bytes) -> Iterator[Hit]:
    """Yield what has the format of a secret."""
    for name in dict.fromkeys([name for marker, name in _MARKERS if marker in raw]):
        for found in _shape(name).finditer(raw):
            if b"EXAMPLE" not in found[0]:
                yield Hit(found.start(), found.end(), "known-format", f"{name} stands here in plain")
    yield from _in_urls(raw)


def may_hold(raw: bytes) -> bool:
    """Whether some line has a part of such a format: without one, none begins there."""
    return any(map(raw.__contains__, _MARKS)) or (b"@" in raw and b"://" in raw)


def _in_urls(raw: bytes) -> Iterator[Hit]:
    if b"@" not in raw:
        return
    at = raw.find(b"://")
    while at >= 0:
        found = _user_and_password().match(raw, at + 3)
        if found and raw[at - 1 : at].isalnum() and _is_password(found[1].lower()):
            message = "a password stands in this URL in plain"
            yield Hit(found.start(1), found.end(1), "password-in-url", message)
        at = raw.find(b"://", at + 3)


def _is_password(word: bytes) -> bool:
    return word not in _STAND_INS and not word.startswith((b"%", b"*", b"xxx", b"..."))


@cache
def _shape(name: str) -> re.Pattern[bytes]:
    return re.compile(FORMATS[name][1])


@cache
def _user_and_password() -> re.Pattern[bytes]:
    return re.compile(_USER_AND_PASSWORD)
