"""Which parts of a text the version before had too, and what stands between them now.

A commit that changes two entries of a large map leaves those between them alone: they are found again by
their text, and only what lies between two known parts is cut and read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.config.history.lines import begins_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.config.history.piece import Piece

_AHEAD = 8  # how many parts in a row may be gone before the rest counts as new


class Gap:
    """A stretch between known parts: what stood there, and the text that stands there now."""

    __slots__ = ("olds", "text")

    def __init__(self, olds: Sequence[Piece], text: bytes) -> None:
        self.olds = olds
        self.text = text


def aligned(text: bytes, before: Piece) -> list[Sequence[Piece] | Gap]:
    """Give the text as runs of parts that stayed, and gaps; in order, and leaving nothing out."""
    parts = before.parts
    runs: list[Sequence[Piece] | Gap] = []
    at, front = _same_front(text, parts, 0, 0, len(text))
    back, end = _same_back(text, parts, at, front)
    first, last = 0, len(parts) - back
    while True:
        # Here parts[first:front] stayed and end at `at`; what comes then is new.
        found, known = _next(text, parts, at, front, last, end) if last - front > 1 else (-1, last)
        stop = found if found >= 0 else end
        if stop > at and front > first and not begins_part(text, at, before.column, before.is_list):
            front -= 1  # the new lines continue this part
            at -= len(parts[front].text)
        if front > first:
            runs.append(parts[first:front])
        if found < 0:
            break
        runs.append(Gap(parts[front:known], text[at:found]))
        first = known
        at, front = _same_front(text, parts[:last], known, found, end)
    while last < len(parts) and end > 0 and text[end - 1 : end] != b"\n":
        end += len(parts[last].text)
        last += 1
    if end > at or last > front:
        runs.append(Gap(parts[front:last], text[at:end]))
    if last < len(parts):
        runs.append(parts[last:])
    return runs


def _same_front(text: bytes, parts: Sequence[Piece], number: int, at: int, end: int) -> tuple[int, int]:
    begins_with = text.startswith
    for part in parts[number:]:
        own = part.text
        if not begins_with(own, at, end):
            break
        at += len(own)
        number += 1
    return at, number


def _same_back(text: bytes, parts: Sequence[Piece], at: int, front: int) -> tuple[int, int]:
    """Give how many parts stay at the back, and where they begin; one part stays on the other side."""
    back, end, ends_with = 0, len(text), text.endswith
    for part in parts[: max(front, 1) - 1 : -1]:
        own = part.text
        if not ends_with(own, at, end):
            break
        back += 1
        end -= len(own)
    return back, end


def _next(text: bytes, parts: Sequence[Piece], at: int, front: int, last: int, end: int) -> tuple[int, int]:
    """Give where the next known part begins, and its number; -1 if there is none near."""
    for number in range(front + 1, min(front + 1 + _AHEAD, last)):
        own = parts[number].text
        found = text.find(own, at, end) if own.endswith(b"\n") else -1
        if found > 0 and text[found - 1 : found] == b"\n":
            return found, number
    return -1, last
