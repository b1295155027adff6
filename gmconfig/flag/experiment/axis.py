"""An axis for lifts: from where to where, with ticks at round numbers, always with zero on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from statistics import median

from gmconfig.flag.experiment.comparison import Interval


@dataclass(frozen=True, slots=True)
class Axis:
    """Lifts from `low` to `high`, drawn from `left` on over `width`."""

    low: float
    high: float
    step: float
    left: float
    width: float

    def x(self, value: float) -> float:
        """Give where a lift is drawn; what is outside stands at the end."""
        inside = min(self.high, max(self.low, value))
        return round(self.left + (inside - self.low) / (self.high - self.low) * self.width, 1)

    def ticks(self) -> list[float]:
        """Give the lifts that are marked."""
        first, last = round(self.low / self.step), round(self.high / self.step)
        return [number * self.step for number in range(first, last + 1)]

    def holds(self, value: float) -> bool:
        """Whether a lift is on the axis."""
        return self.low <= value <= self.high


def axis_for(points: Sequence[float], intervals: Sequence[Interval], left: float, width: float) -> Axis:
    """Give the axis on which most estimates can be read; what would dwarf the others is cut off."""
    reach = [max(abs(end) for end in interval) for interval in intervals] or [abs(point) for point in points]
    most = max(3 * median(reach) if reach else 0.0, 0.01)
    ends = [*points, *(end for interval in intervals for end in interval)]
    low = max(-most, min([0.0, *ends]))
    high = min(most, max([0.0, *ends]))
    if high - low < 0.001:
        low, high = low - 0.01, high + 0.01
    step = _round_step((high - low) / 6)
    return Axis(floor(low / step) * step, ceil(high / step) * step, step, left, width)


def _round_step(wanted: float) -> float:
    """Give the next larger of 1, 2, 5 times a power of ten."""
    power = 10.0 ** floor(log10(wanted))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted * 0.999)
