"""What a comparison of two samples comes to, whatever was measured."""

from __future__ import annotations

from typing import NamedTuple


class Interval(NamedTuple):
    """From where to where."""

    low: float
    high: float


class Comparison(NamedTuple):
    """A variant beside the control.

    `lift` is the difference; `relative` is the lift as a part of the control's value, None where that is zero.
    An interval is None where the numbers allow for none. `error` is the standard error that planning uses,
    `critical` how many of them the test asks for.
    """

    control: float
    treatment: float
    lift: float
    interval: Interval | None
    relative: float | None
    relative_interval: Interval | None
    p_value: float
    test: str
    error: float
    critical: float


def part_of(lift: float, control: float) -> float | None:
    """Give a lift as a part of the control's value."""
    return lift / control if control else None
