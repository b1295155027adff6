"""Where the one-line value at a path stands in an everyday file, found without reading the lines around it.

Only for files that `load_everyday` reads: there a map's keys stand one to a line, all equally far in.
"""

from __future__ import annotations

from gmconfig.storage.yaml.lines import EMPTY, LINES, SCALAR, Undecided
from gmconfig.storage.yaml.scalars import BadScalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.storage.yaml.lines import Line


class Spot:
    """A one-line value: its line's number, where it begins and ends in the line, its quotes, what it means.

    `says` is what the line says beside the value: how far in it begins, that no dash begins it, the key, the kind.
    """

    __slots__ = ("end", "key", "line", "quote", "says", "start", "value")

    def __init__(self, line: int, text: str, says: Line) -> None:
        self.line = line
        self.says = says[:4]
        self.key = says[2]
        self.value = says[4]
        self.start, self.end, self.quote = _written(text, says[0] + len(str(self.key)) + 1)


def spot(lines: Sequence[str], keys: Sequence[object]) -> Spot | None:
    """Find the value at a path of maps; None where it takes a parser to tell."""
    try:
        number = _line_of(lines, keys)
    except (Undecided, BadScalar):
        return None
    found = None if number is None else said(lines[number])
    return Spot(number, lines[number], found) if number is not None and found else None


def said(text: str) -> Line | None:
    """Give what a line with a key and a one-line value says; None for any other."""
    try:
        found = LINES[text]
    except (Undecided, BadScalar):
        return None
    return found if found and found[3] == SCALAR and found[2] is not None else None


def _written(line: str, at: int) -> tuple[int, int, str]:
    """Give where the value behind a key's colon begins and ends, and its quotes."""
    start = len(line) - len(line[at:].lstrip(" "))
    if line[start] in "\"'":
        return start, line.index(line[start], start + 1) + 1, line[start]
    comment = line.find(" #", start)
    return start, len((line if comment < 0 else line[:comment]).rstrip(" ")), ""


def _line_of(lines: Sequence[str], keys: Sequence[object]) -> int | None:
    at, margin = 0, ""
    for depth, key in enumerate(keys):
        if not isinstance(key, str):
            return None
        number = _sibling(lines, at, margin, key)
        if number is None or depth == len(keys) - 1:
            return number
        at = number + 1
        inner = _margin_below(lines, number, margin)
        if inner is None:
            return None
        margin = inner
    return None


def _sibling(lines: Sequence[str], at: int, margin: str, key: str) -> int | None:
    """Give the line that begins with a key, among those as far in as the margin says."""
    wanted, outer = f"{margin}{key}:", len(margin)
    for number in range(at, len(lines)):
        line = lines[number]
        if line.startswith(wanted):
            found = LINES[line]
            return number if found and found[:3] == (outer, False, key) else None
        if not line.startswith(margin) and line.strip() and not line.lstrip(" ").startswith("#"):
            return None
    return None


def _margin_below(lines: Sequence[str], number: int, margin: str) -> str | None:
    """Give how far in the map begins that is the value of a line's key."""
    line = LINES[lines[number]]
    if line is None or line[3] != EMPTY:
        return None
    for below in lines[number + 1 :]:
        if below.strip() and not below.lstrip(" ").startswith("#"):
            inner = below[: len(below) - len(below.lstrip(" "))]
            return inner if len(inner) > len(margin) else None
    return None
