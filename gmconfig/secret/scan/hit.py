"""One suspicious stretch of a file, and where that is for people; never what stands there."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right, insort
from functools import lru_cache
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
    line = bisect_left(_breaks(raw), offset)
    begin = _breaks(raw)[line - 1] + 1 if line else 0
    before = raw[begin:offset].decode("utf-8", "replace").removeprefix("\ufeff")
    return Spot(line + 1, len(before) + 1)


def lines_of(raw: bytes, hit: Hit) -> range:
    """Give the lines that a stretch touches."""
    breaks = _breaks(raw)
    return range(bisect_left(breaks, hit.start) + 1, bisect_left(breaks, hit.end) + 2)


def apart(hits: list[Hit]) -> list[Hit]:
    """Leave out what overlaps an earlier one of the list; gives the rest by place."""
    kept: list[Hit] = []
    for hit in hits:
        at = bisect_right(kept, hit.start, key=lambda other: other.start)
        follows = at == 0 or kept[at - 1].end <= hit.start
        if follows and (at == len(kept) or hit.end <= kept[at].start):
            insort(kept, hit)
    return kept


@lru_cache(maxsize=1)
def _breaks(raw: bytes) -> array[int]:
    """Give where the lines of a file end; a file of nothing but secrets is asked about each of them."""
    return array("L", (found.start() for found in re.finditer(b"\n", raw)))
