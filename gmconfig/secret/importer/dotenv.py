"""dotenv: `KEY=value` lines as shells, Docker and the dotenv libraries read them; every value is a secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration
from gmconfig.finding import Place
from gmconfig.secret.importer.imported import Imported, decoded, of_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.secret.importer.keyring import KeyRing

_NAME = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.\-]*)[ \t]*=[ \t]*")
_SINGLE = re.compile(r"'([^']*)'")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_PLAIN = re.compile(r"[^\n]*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\n": ""}


def read(raw: bytes, file: str, keys: KeyRing) -> Imported:  # noqa: ARG001  # what every reader gets
    """Read a dotenv file.

    Raises:
        BrokenConfiguration: a line is not an assignment; the line is not repeated.
    """
    return of_tree(dict(entries(decoded(raw, file).replace("\r\n", "\n"), file)))


def entries(text: str, file: str) -> Iterator[tuple[str, str]]:
    """Yield each assignment; raises BrokenConfiguration where a line is none."""
    at = 0
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if not text[at:end].strip() or text[at:end].lstrip().startswith("#"):
            at = end + 1
            continue
        name = _NAME.match(text, at)
        if name is None:
            raise BrokenConfiguration("not KEY=VALUE", place=Place(file, text.count("\n", 0, at) + 1))
        value, at = _value(text, name.end(), file)
        yield name[1], value


def _value(text: str, at: int, file: str) -> tuple[str, int]:
    """Give a value and where the next line begins; quoted pieces may join, as in a shell."""
    parts: list[str] = []
    start = at
    while at < len(text) and text[at] in "'\"":
        found = (_SINGLE if text[at] == "'" else _DOUBLE).match(text, at)
        if found is None:
            place = Place(file, text.count("\n", 0, start) + 1)
            raise BrokenConfiguration("a quote is never closed", place=place)
        parts.append(found[1] if text[at] == "'" else _unescaped(found[1]))
        at = found.end()
        while text.startswith("\\'", at):
            parts.append("'")
            at += 2
    rest = _PLAIN.match(text, at)
    assert rest is not None  # noqa: S101  # it matches nothing as well
    if not parts:
        parts = [re.split(r"[ \t]#", f" {rest[0]}", maxsplit=1)[0].strip()]
    return "".join(parts), rest.end() + 1


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text, flags=re.DOTALL)
