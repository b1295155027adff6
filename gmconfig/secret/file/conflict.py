"""How a file shows that both sides gave one secret another value: git's markers, the secret's name, no value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from gmconfig.secret.token import Context


class Clash(NamedTuple):
    """A place that both sides changed, with the token of each."""

    place: Context
    ours: str
    theirs: str


class Labels(NamedTuple):
    """What the sides are called, and how long git wants the markers to be."""

    ours: str
    theirs: str
    size: int = 7


def shown(content: bytes, clashes: Sequence[tuple[str, Clash]], labels: Labels) -> bytes:
    """Put conflict markers around each line that holds a stand-in, and the tokens in their place."""
    side = ""
    lines = []
    for line in content.splitlines(keepends=True):
        side = _side(line, side, labels.size)
        found = [(name.encode(), clash) for name, clash in clashes if name.encode() in line]
        lines.append(_marked(line, found, side, labels) if found else line)
    return b"".join(lines)


def _side(line: bytes, side: str, size: int) -> str:
    """Follow the markers of the conflicts that the lines have anyway."""
    for char, name in ((b"<", "ours"), (b"|", "base"), (b"=", "theirs"), (b">", "")):
        if re.match(re.escape(char * size) + rb"([ \r\n]|$)", line) and (side or char == b"<"):
            return name
    return side


def _marked(line: bytes, found: list[tuple[bytes, Clash]], side: str, labels: Labels) -> bytes:
    ours = theirs = line if line.endswith(b"\n") else line + b"\n"
    for name, clash in found:
        ours = ours.replace(name, clash.ours.encode())
        theirs = theirs.replace(name, clash.theirs.encode())
    if side:
        return theirs if side == "theirs" else ours
    end = "\r\n" if ours.endswith(b"\r\n") else "\n"
    what = ", ".join(str(clash.place) for _, clash in found)
    head, middle, foot = (char * labels.size for char in "<=>")
    top = f"{head} {labels.ours}: {what}{end}".encode()
    bottom = f"{foot} {labels.theirs}: another value of {what}{end}".encode()
    return top + ours + f"{middle}{end}".encode() + theirs + bottom
