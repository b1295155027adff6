"""The same work for many targets, several at a time where waiting is what takes the time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

_AT_ONCE = 32

Given = TypeVar("Given")
Made = TypeVar("Made")


def side_by_side(
    work: Callable[[Given], Made], items: Iterable[Given], *, waiting: bool = True
) -> list[Made]:
    """Do the work for each item and give what came out, in order; without `waiting` one after the other."""
    listed = list(items)
    if not waiting or len(listed) < 2:
        return [work(item) for item in listed]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(_AT_ONCE, len(listed))) as pool:
        return list(pool.map(work, listed))
