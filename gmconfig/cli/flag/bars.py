"""Numbers over time as rows of bars, one a character, all on one scale."""

from __future__ import annotations

from collections.abc import Sequence

_STEPS = " ▁▂▃▄▅▆▇█"


def bars(rows: Sequence[Sequence[int]], room: int) -> list[str]:
    """Draw each row into at most `room` characters; numbers that do not fit one by one are added up.

    Anything above zero shows; where there is room a bar is two or three characters wide.

    >>> bars([[0, 1, 100], [50, 50, 50]], 4), bars([[1, 2]], 4)
    ([' ▁█', '▄▄▄'], ['▄▄██'])
    """
    drawn = [_narrowed(row, room) for row in rows]
    most = max((max(row, default=0) for row in drawn), default=0)
    return ["".join(_bar(value, most) * _width(row, room) for value in row) for row in drawn]


def _width(row: Sequence[int], room: int) -> int:
    return max(1, min(3, room // max(1, len(row))))


def _bar(value: int, most: int) -> str:
    return _STEPS[max(1, value * 8 // most)] if value else _STEPS[0]


def _narrowed(row: Sequence[int], room: int) -> list[int]:
    size = max(1, -(-len(row) // room))
    return [sum(row[at : at + size]) for at in range(0, len(row), size)]
