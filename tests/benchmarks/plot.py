"""What was measured as plots of characters, on logarithmic scales: they read alike in a terminal and on GitHub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

from tests.benchmarks.row import ratio_text
from tests.benchmarks.table import duration

_WIDTH = 44
_MARGIN = 3  # left of the first column, for half of its label
_LONGEST = 54
_MARKS = "○◐●"
_TICKS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


@dataclass(frozen=True)
class Scale:
    """A logarithmic scale of so many columns."""

    low: float
    high: float
    columns: int = _WIDTH

    def column(self, value: float) -> int:
        """Give the column of a value; what lies beyond an end is drawn there."""
        share = log(min(max(value, self.low), self.high) / self.low) / log(self.high / self.low)
        return round(share * (self.columns - 1))

    def labels(self, ticks: Mapping[float, str]) -> str:
        """Write the ticks, each with its middle above its column."""
        line = [" "] * (_MARGIN + self.columns + 8)
        for value, label in ticks.items():
            start = max(0, _MARGIN + self.column(value) - (len(label) - 1) // 2)
            line[start : start + len(label)] = label
        return "".join(line).rstrip()


def plots(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield both plots, as far as there is something to draw."""
    for drawn in (list(against_bars(records)), list(growth(records))):
        if drawn:
            yield from ("", *drawn)


def against_bars(records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield one line for each bar: how far the ratio lies within it, to the left, or beyond."""
    lines = [(_work(row, bar), bar) for row in records for bar in row["bars"]]
    if not lines:
        return
    wide = max(len(work) for work, _ in lines)
    scale = Scale(min(0.02, *(_of_bar(bar) for _, bar in lines)), 2)
    ticks = {0.02: "1/50", 0.05: "1/20", 0.1: "1/10", 0.2: "1/5", 0.5: "1/2", 1.0: "bar", 2.0: "2×"}
    yield " " * (wide + 2) + scale.labels(ticks)
    for work, bar in lines:
        yield f"{work:<{wide}}  {_lollipop(scale, _of_bar(bar))}  {ratio_text(bar['ratio'])}"


def growth(records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield one line for each piece of work and axis: a mark for each size, at the time that it takes."""
    rows = [row for row in records if row.get("growth")]
    for axis in dict.fromkeys(row["growth"]["axis"] for row in rows):
        if axis != rows[0]["growth"]["axis"]:
            yield ""
        yield from _by_axis(axis, [row for row in rows if row["growth"]["axis"] == axis])


def _by_axis(axis: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    sizes, marks = rows[0]["growth"]["sizes"], _marks(len(rows[0]["growth"]["sizes"]))
    times = [seconds for row in rows for seconds in row["seconds"].values()]
    low = max(tick for tick in _TICKS if tick <= max(min(times), _TICKS[0]))
    high = min(tick for tick in _TICKS if tick >= min(max(times), _TICKS[-1]))
    scale = Scale(low, max(high, 10 * low))
    legend = "   ".join(f"{mark} {size:,}" for mark, size in zip(marks, sizes, strict=True))
    wide = max(len(f"{axis}: {legend}"), *(len(row["growth"]["work"]) for row in rows))
    ticks = {tick: duration(tick) for tick in _TICKS if low <= tick <= scale.high}
    yield f"{f'{axis}: {legend}':<{wide}}  {scale.labels(ticks)}"
    for row in rows:
        drawn = _dots(scale, list(row["seconds"].values()), marks)
        yield f"{row['growth']['work']:<{wide}}  {drawn}".rstrip()


def _marks(count: int) -> str:
    return _MARKS[: count - 1] + _MARKS[-1]


def _dots(scale: Scale, values: Sequence[float], marks: str) -> str:
    """Draw a mark for each value, joined by a line; where two meet, the later one is seen."""
    columns = [scale.column(value) for value in values]
    line = ["─" if min(columns) <= at <= max(columns) else " " for at in range(scale.columns)]
    for column, mark in zip(columns, marks, strict=True):
        line[column] = mark
    return " " * _MARGIN + "".join(line)


def _lollipop(scale: Scale, share: float) -> str:
    bar, at = scale.column(1), scale.column(share)
    line = ["━" if min(bar, at) < column < max(bar, at) else " " for column in range(scale.columns)]
    line[bar] = "┃"
    line[at] = "●" if share <= 1 else "✗"
    return " " * _MARGIN + "".join(line)


def _of_bar(bar: Mapping[str, Any]) -> float:
    return float(bar["ratio"]) / float(bar["most"])


def _work(row: Mapping[str, Any], bar: Mapping[str, Any]) -> str:
    """Name the work, who does it and who it is beside, shortly."""
    text = (
        f"{row['name']}: {bar['ours'].removeprefix('gmconfig ')} / {bar['theirs'].removeprefix('gmconfig ')}"
    )
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
