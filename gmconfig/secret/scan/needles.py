"""The forms in which a known secret may stand somewhere: as it is, and in the usual encodings."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, quote_plus

from gmconfig.path import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST = 8
"""Shorter values are found everywhere by chance."""

AS_BASE64 = "as base64"
"""The form that no word has by chance: it may begin and end within a longer one."""

_FEWEST_KINDS = 4
_LONG_LINE = 20
_WRAPPED = 64
"""Where `openssl` breaks the lines of base64; others do so later."""


class Needle(NamedTuple):
    """Bytes to look for, whose value they are, and in which encoding; `str` of it is for nobody."""

    text: bytes
    name: str
    form: str

    def __repr__(self) -> str:
        return f"Needle({self.name!r}, {self.form!r})"


def needles_of(name: str, value: object) -> list[Needle]:
    """Give everything to look for; empty where the value is too short or too plain to be told apart."""
    found: dict[bytes, Needle] = {}
    for leaf in _leaves(value):
        for text, form in _forms(leaf):
            if len(text) >= SHORTEST:
                found.setdefault(text, Needle(text, name, form))
    return list(found.values())


def _leaves(value: object) -> Iterator[bytes]:
    for _, leaf in walk(value):
        if isinstance(leaf, bool | None | dict | list | float):
            continue
        raw = leaf if isinstance(leaf, bytes) else str(leaf).encode("utf-8", "surrogatepass")
        raw = raw.strip()
        if len(raw) >= SHORTEST and len(set(raw)) >= _FEWEST_KINDS:
            yield raw


def _forms(raw: bytes) -> Iterator[tuple[bytes, str]]:
    yield raw, ""
    lines = [line.strip() for line in raw.splitlines() if b"-----" not in line]
    if len(lines) > 1 and len(longest := max(lines, key=len)) >= _LONG_LINE:
        yield longest, ""  # indented, as YAML writes it
    text = raw.decode("utf-8", "replace")
    for escaped in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
        yield escaped.encode("utf-8", "replace"), "escaped"
    for quote_mark in (b"''", b"'\\''"):  # in single quotes, as YAML and as a shell has them
        yield raw.replace(b"'", quote_mark), "escaped"
    for quoted in (quote(raw, safe=""), quote_plus(raw), quote(raw)):
        yield quoted.encode(), "URL-encoded"
        yield _lower_escapes(quoted).encode(), "URL-encoded"
    yield from ((text, AS_BASE64) for text in _in_base64(raw))


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """Yield how the value looks inside base64, wherever in the encoded text it begins (`user:password`)."""
    for shift in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            coded = encode(b"\0" * shift + raw).rstrip(b"=")
            first = (0, 2, 3)[shift]
            whole = len(coded) if (shift + len(raw)) % 3 == 0 else len(coded) - 1
            yield coded[first:whole]
    if len(coded := b64encode(raw)) > _WRAPPED:
        yield coded[:_WRAPPED]


def _lower_escapes(quoted: str) -> str:
    parts = quoted.split("%")
    return parts[0] + "".join(f"%{part[:2].lower()}{part[2:]}" for part in parts[1:])
