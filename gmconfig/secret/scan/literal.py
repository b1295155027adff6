"""What stands behind a name: a literal secret, or something that only refers to one."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

_OPENERS = b"{[*&!<#%@,)]}"
_REFERENCES = (
    b"gm1.", b"gm1s.", b"enc[", b"$", b"/", b"./", b"../", b"~", b"vault:", b"ref+", b"op://", b"arn:", b"file:",
    b"env:", b"env.", b"secret:", b"secrets.", b"http://", b"https://", b"sha256:", b"var.", b"data.", b"os.",
)  # fmt: skip
_TEMPLATES = (b"${", b"{{", b"$(", b"<%", b"%(", b"#{", b"$ANSIBLE_VAULT")
_STAND_INS = frozenset(
    b"true false yes no on off null none nil undefined enabled disabled required optional string text todo tbd "
    b"changeme change-me change_me example dummy placeholder redacted masked hidden secret password passwd pass "
    b"token key test testing default user username admin root guest demo fake sample unset empty unknown "
    b"postgres mysql redis minio rabbitmq letmein welcome qwerty toor abc123 passw0rd password1 password123 "
    b"administrator".split()
)
_SHORTEST = 4
_QUOTED, _PLAIN = 8192, 1024
"""How far on its line a value is looked at, from each name anew: a line may be all of a file."""


class Found(NamedTuple):
    """A value in a file: its stretch and text, and whether it is quoted."""

    start: int
    end: int
    text: bytes
    quoted: bool


def value_at(raw: bytes, at: int) -> Found | None:
    """Give the scalar that begins at an offset; None for a map, a list, an alias, nothing."""
    first = raw[at : at + 1]
    if first in (b'"', b"'"):
        end = raw.find(first, at + 1, at + _QUOTED)
        line_end = raw.find(b"\n", at, at + _QUOTED)
        if end < 0 or 0 <= line_end < end:
            return None
        return Found(at + 1, end, raw[at + 1 : end], True)
    if first in (b"|", b">"):
        block = _block().match(raw, at)
        return Found(block.start(1), block.end(1), block[1], True) if block else None
    if not first or first in (b"\r", b"\n") or first in _OPENERS:
        return None
    return _plain(raw, at)


def _plain(raw: bytes, at: int) -> Found | None:
    end = raw.find(b"\n", at, at + _PLAIN)
    line = raw[at : end if end >= 0 else at + _PLAIN].split(b" #")[0].rstrip()
    begin = max(raw.rfind(b"\n", max(0, at - _PLAIN), at), at - _PLAIN, -1) + 1
    if b"{" in raw[begin:at] or b"[" in raw[begin:at]:  # inside a flow map
        line = re.split(rb"[,}\]]", line)[0].rstrip()
    return Found(at, at + len(line), line, False) if line else None


def is_secret_literal(text: bytes, *, strict: bool, phrase: bool) -> bool:
    """Whether a value behind a telling name is the secret itself.

    `strict` is for code, where most such values are names; `phrase` for passwords, which may be words.
    """
    lower = text.lower()
    if len(text) < _SHORTEST or lower in _STAND_INS or lower.startswith(_REFERENCES):
        return False
    if any(mark in text for mark in _TEMPLATES) or text.count(b" ") > 1 or _is_filler(text):
        return False
    if strict:
        return len(text) >= 8 and b" " not in text and _is_mixed(text) and not _names().fullmatch(text)
    return phrase or not _names().fullmatch(text)


def _is_filler(text: bytes) -> bool:
    """Whether it is not a secret by its looks: numbers, dates, masks, `<your token>`, SCREAMING_NAMES."""
    return len(set(text)) < 3 or _filler().fullmatch(text) is not None


def _is_mixed(text: bytes) -> bool:
    return any(48 <= char <= 57 for char in text) and any(chr(char).isalpha() for char in text)


@cache
def _block() -> re.Pattern[bytes]:
    return re.compile(rb"[|>][+\-0-9]*[ \t]*(?:#[^\n]*)?\r?\n[ \t]+([^\r\n]+)")


@cache
def _filler() -> re.Pattern[bytes]:
    return re.compile(
        rb"[0-9.,:+\-TZ _smhd]+|<.*>?|\.{3}.*|(?i:your[-_ ]?.*|my[-_].*|x{3,}.*|change.?me.*|insert[-_ ].*)"
        rb"|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z]+"
    )


@cache
def _names() -> re.Pattern[bytes]:
    """Match what names a secret rather than being one: words joined by `-`, `_`, `.` or `/`."""
    return re.compile(rb"[A-Za-z]+[0-9]{0,2}(?:[-_./:][A-Za-z]+[0-9]{0,2})*")
