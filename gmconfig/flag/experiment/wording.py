"""How an experiment's numbers are written: with their units, as much of them as means something."""

from __future__ import annotations

from gmconfig.flag.experiment.comparison import Interval


def amount(value: float, kind: str) -> str:
    """Write a share of users, or a mean.

    >>> amount(0.1234, "proportion"), amount(12345.678, "mean"), amount(0.00123, "mean")
    ('12.34 %', '12,345.7', '0.00123')
    """
    if kind == "proportion":
        return f"{100 * value:.{_digits(100 * value)}f} %"
    return _plain(value)


def difference(value: float, interval: Interval | None, kind: str) -> str:
    """Write a difference and its interval; shares differ by percentage points.

    >>> difference(0.019, Interval(0.003, 0.034), "proportion")
    '+1.90 pp [+0.30, +3.40]'
    """
    factor = 100 if kind == "proportion" else 1
    told = f"{_signed(value * factor)}{_unit(kind)}"
    if interval is None:
        return f"{told} [unknown]"
    return f"{told} [{_signed(interval.low * factor)}, {_signed(interval.high * factor)}]"


def lift(value: float, kind: str) -> str:
    """Write how much something rises.

    >>> lift(0.0177, "proportion"), lift(0.7758, "mean")
    ('1.77 pp', '0.7758')
    """
    return f"{_plain(100 * value if kind == 'proportion' else value)}{_unit(kind)}"


def share(value: float) -> str:
    """Write a relative lift.

    >>> share(0.186), share(-0.5)
    ('+18.6 %', '-50.0 %')
    """
    return f"{100 * value:+,.1f} %"


def shares(interval: Interval) -> str:
    """Write an interval of relative lifts."""
    return f"{share(interval.low)}, {share(interval.high)}"


def _unit(kind: str) -> str:
    return " pp" if kind == "proportion" else ""


def _signed(value: float) -> str:
    text = _plain(abs(value)) if abs(value) >= 1000 or 0 < abs(value) < 0.005 else f"{abs(value):.2f}"
    return f"{'-' if value < 0 else '+'}{text}"


def _plain(value: float) -> str:
    return f"{value:,.1f}" if abs(value) >= 1000 else f"{value:.4g}" if abs(value) < 1 else f"{value:.2f}"


def _digits(percent: float) -> int:
    return 2 if percent >= 0.1 or percent == 0 else 4
