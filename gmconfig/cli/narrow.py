"""A table on a terminal too narrow for it: columns as far as they go, what is left below, nothing cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.cli.terminal import aligned, cells, plain, total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.cli.terminal import Line, Span

_BELOW, _FAR_BELOW = "    ", "        "


def folded(rows: Sequence[Sequence[Span]], gap: str, room: int) -> list[Line]:
    """Give the lines of a table for so many columns."""
    widths = _narrow_widths(rows, gap, room)
    return [line for row in rows for line in _folded(row, widths, gap, room)]


def stacked(head: Sequence[Span], rest: Sequence[Span], room: int) -> list[Line]:
    """Give a line that is no row of a table: its head, and field after field below it as far as they fit."""
    lines: list[list[Span]] = [[*head]]
    for span in rest:
        if cells([plain([*lines[-1], span]).rstrip()]) <= room:
            lines[-1].append(span)
        elif plain([span]):
            text, *style = (span,) if isinstance(span, str) else span
            lines.append([_FAR_BELOW, (text.lstrip(), *style) if style else text.lstrip()])  # type: ignore[list-item]
    return [line for line in map(_without_end, lines) if plain(line)]


def _without_end(line: list[Span]) -> list[Span]:
    """Give a line without the spaces that stood before what is below now."""
    while line and not plain(line[-1:]).strip():
        line = line[:-1]
    if line and isinstance(line[-1], str):
        return [*line[:-1], line[-1].rstrip()]
    return [*line[:-1], (line[-1][0].rstrip(), line[-1][1])] if line else []


def _narrow_widths(rows: Sequence[Sequence[Span]], gap: str, room: int) -> list[int]:
    """Give the columns of as many rows as fit: one long text does not push those of all others below."""
    found = [0] * max(len(row) for row in rows)
    for row in sorted(rows, key=cells):
        own = [cells([span]) for span in row] + [0] * (len(found) - len(row))
        wider = [max(pair) for pair in zip(found, own, strict=True)]
        if total(wider, gap) <= room:
            found = wider
    return found


def _folded(row: Sequence[Span], widths: Sequence[int], gap: str, room: int) -> list[Line]:
    """Give a row as columns as far as they go, then line after line of what is left; no field is cut."""
    fitting = _fitting(row, widths, gap, room)
    first = aligned(row[:fitting], widths, gap)
    lines: list[Line] = [first] if plain(first).strip() or fitting == len(row) else []
    below: list[Span] = []
    for span in row[fitting:]:
        if below and cells([*below, gap, span]) > room:
            lines.append(below)
            below = []
        if plain([span]):
            below = [*below, gap, span] if below else [_BELOW, span]
    return [*lines, below] if below else lines


def _fitting(row: Sequence[Span], widths: Sequence[int], gap: str, room: int) -> int:
    """Count the fields, at least one, that stand in line with those above them before the terminal ends."""
    start = 0
    for index, span in enumerate(row):
        size = cells([span])
        if index and start + size > room:
            return index
        start += max(size, widths[index]) + len(gap)
    return len(row)
