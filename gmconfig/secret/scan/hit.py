"""One suspicious stretch of a file, and where that is for people; never what stands there."""

from __future__ import annotations

from typing import NamedTuple


class Hit(NamedTuple):
    """A stretch of bytes, the rule that it breaks, and what to say about it."""

    start: int
    end: int
    rule: str
    message: str


class Spot(NamedTuple):
    """Line and column from 1, in characters."""

    line: int
    column: int


def spot_of(raw: bytes, offset: int) -> Spot:
    """Give where an offset is for people."""
    begin = raw.rfind(b"\n", 0, offset) + 1
    before = raw[begin:offset].decode("utf-8", "replace").removeprefix("\ufeff")
    return Spot(raw.count(b"\n", 0, offset) + 1, len(before) + 1)


def lines_of(raw: bytes, hit: Hit) -> range:
    """Give the lines that a stretch touches."""
    first = raw.count(b"\n", 0, hit.start) + 1
    return range(first, first + raw.count(b"\n", hit.start, hit.end) + 1)


def apart(hits: list[Hit]) -> list[Hit]:
    """Leave out what overlaps an earlier one of the list; gives the rest by place."""
    kept: list[Hit] = []
    for hit in hits:
        if all(hit.end <= other.start or hit.start >= other.end for other in kept):
            kept.append(hit)
    return sorted(kept)
