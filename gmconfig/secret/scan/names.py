"""Names that promise a secret (`db_password`, `apiToken`) with a literal value behind them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from gmconfig.secret.scan.hit import Hit
from gmconfig.secret.scan.literal import Found, is_secret_literal, value_at
from gmconfig.secret.scan.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_STEMS = (b"pass", b"pwd", b"secret", b"token", b"credential", b"key")
_LAST = frozenset(
    (
        "password", "passwd", "passphrase", "passcode", "pwd", "secret", "token", "apikey", "secretkey",
        "privatekey", "accesskey", "authtoken", "accesstoken", "apitoken", "apisecret", "clientsecret",
        "credential", "credentials", "passwords",
    )
)  # fmt: skip
_BEFORE_KEY = frozenset(
    (
        "api", "secret", "private", "access", "encryption", "signing", "auth", "account", "shared", "master",
        "service", "jwt", "hmac",
    )
)  # fmt: skip
_HARMLESS = frozenset(
    (
        "public", "next", "page", "continuation", "cancellation", "csrf", "reset", "create", "use", "enable",
        "has", "no",
    )
)  # fmt: skip
_PAIRED = b"value:"
_LONGEST = 80
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"


def named_values(raw: bytes, *, bare: bool) -> Iterator[Hit]:
    """Yield literals behind telling names; with `bare`, unquoted ones as well, as configuration has them."""
    for name, at, sign in _assigned(raw):
        yield from _judged(raw, name, at, sign, bare=bare)
    if bare and _PAIRED in raw:
        for pair in _pair().finditer(raw):
            yield from _judged(raw, pair[1], pair.end(), b":", bare=bare)


def promises(raw: bytes) -> bool:
    """Whether some line promises a secret, which may stand on the next one."""
    return _PAIRED in raw or any(is_telling(name.decode("ascii", "replace")) for name, _, _ in _assigned(raw))


def _assigned(raw: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """Yield the names with a promising word in them that something is assigned to, where, and by what sign."""
    lower = raw.lower()
    if not any(stem in lower for stem in _STEMS):
        return
    seen = 0
    for stem in _stem().finditer(lower):
        if stem.start() < seen:
            continue
        start = _word_start(raw, stem.start())
        rest = _assignment().match(raw, stem.end())
        if rest:
            seen = rest.end(1)
            yield raw[start : rest.end(1)], rest.end(), rest[2]


def is_telling(name: str) -> bool:
    """Whether a name ends like a secret's: `db_password`, `JWT_SECRET_KEY`, `clientSecret`."""
    words = [word for word in words_of(name) if not word.isdigit()]
    if not words or not _HARMLESS.isdisjoint(words):
        return False
    if words[-1] == "key":
        return len(words) > 1 and words[-2] in _BEFORE_KEY
    return words[-1] in _LAST or words[-3:] == ["secret", "key", "base"]


def _judged(raw: bytes, name: bytes, at: int, sign: bytes, *, bare: bool) -> Iterator[Hit]:
    if not is_telling(name.decode("ascii", "replace")):
        return
    found = value_at(raw, at)
    if found is None or not _belongs(raw, at, sign, found, bare=bare):
        return
    if is_secret_literal(found.text, strict=not bare, phrase=b"pass" in name.lower()):
        shown = name.decode("ascii", "replace").rpartition(".")[2]
        yield Hit(found.start, found.end, "secret-name", f'"{shown}" is written here in plain')


def _belongs(raw: bytes, at: int, sign: bytes, found: Found, *, bare: bool) -> bool:
    """Whether this is an assignment: in YAML a colon is followed by a blank, code quotes its literals."""
    if found.quoted:
        return True
    return bare and (sign != b":" or raw[at - 1 : at] in (b" ", b"\t"))


def _word_start(raw: bytes, at: int) -> int:
    return at - _LONGEST + len(raw[at - _LONGEST : at].rstrip(_LETTERS)) if at > _LONGEST else _first(raw, at)


def _first(raw: bytes, at: int) -> int:
    return len(raw[:at].rstrip(_LETTERS))


@cache
def _stem() -> re.Pattern[bytes]:
    return re.compile(b"|".join(_STEMS))


@cache
def _assignment() -> re.Pattern[bytes]:
    return re.compile(rb"""([A-Za-z0-9_.\-]{0,80})["']?[ \t]*(:=|:|=>|=(?!=))[ \t]*""")


@cache
def _pair() -> re.Pattern[bytes]:
    return re.compile(rb"""name:[ \t]*["']?([A-Za-z0-9_.\-]{1,80})["']?[ \t]*\r?\n[ \t]*value:[ \t]*""")
