"""Shares of users: the two-proportion z test, Newcombe's and Katz's intervals, Fisher's exact test.

Source:
    Newcombe: Interval estimation for the difference between independent proportions (1998), method 10;
    Katz et al.: Obtaining confidence intervals for the risk ratio (1978).
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import NamedTuple

from gmconfig.flag.experiment.comparison import Comparison, Interval, part_of
from gmconfig.flag.experiment.distribution import normal_quantile, normal_two_sided
from gmconfig.flag.experiment.inference import Inference

FEWEST = 5
"""An expected count below it calls for the exact test."""

_TIE = 1 + 1e-7


class Proportion(NamedTuple):
    """So many of so many."""

    successes: int
    units: int

    @property
    def rate(self) -> float:
        """The share."""
        return self.successes / self.units


def compare(control: Proportion, treatment: Proportion, inference: Inference) -> Comparison:
    """Compare the shares of two samples, neither of them empty."""
    lift = treatment.rate - control.rate
    pairs = control.units * treatment.units / (control.units + treatment.units)
    error = _pooled_error(control, treatment)
    z = lift / error if error else 0.0
    exact = smallest_expected(control, treatment) < FEWEST
    critical = inference.critical(lambda: normal_quantile(1 - inference.alpha / 2), pairs)
    return Comparison(
        control.rate,
        treatment.rate,
        lift,
        newcombe(control, treatment, critical),
        part_of(lift, control.rate),
        katz(control, treatment, critical),
        inference.p_value(lambda: fisher(control, treatment) if exact else normal_two_sided(z), z, pairs),
        "exact" if exact and inference.name == "fixed horizon" else "z",
        error,
        critical,
    )


def wilson(sample: Proportion, critical: float) -> Interval:
    """Give Wilson's interval of a share."""
    n, square = sample.units, critical * critical
    middle = (sample.successes + square / 2) / (n + square)
    rate = sample.rate
    width = critical / (n + square) * sqrt(n * rate * (1 - rate) + square / 4)
    low = 0.0 if sample.successes == 0 else max(0.0, middle - width)
    high = 1.0 if sample.successes == n else min(1.0, middle + width)
    return Interval(low, high)


def newcombe(control: Proportion, treatment: Proportion, critical: float) -> Interval:
    """Give the interval of a difference, from those of both shares."""
    lift = treatment.rate - control.rate
    before, after = wilson(control, critical), wilson(treatment, critical)
    down = sqrt((treatment.rate - after.low) ** 2 + (before.high - control.rate) ** 2)
    up = sqrt((after.high - treatment.rate) ** 2 + (control.rate - before.low) ** 2)
    return Interval(lift - down, lift + up)


def katz(control: Proportion, treatment: Proportion, critical: float) -> Interval | None:
    """Give the interval of the relative lift; None where one of the shares is zero."""
    if not control.successes or not treatment.successes:
        return None
    error = sqrt(
        1 / treatment.successes - 1 / treatment.units + 1 / control.successes - 1 / control.units,
    )
    middle = log(treatment.rate / control.rate)
    return Interval(exp(middle - critical * error) - 1, exp(middle + critical * error) - 1)


def fisher(control: Proportion, treatment: Proportion) -> float:
    """Give the exact two-sided p-value: of all tables with these margins, those that are no likelier."""
    successes = control.successes + treatment.successes
    total = control.units + treatment.units
    low, high = max(0, successes - control.units), min(successes, treatment.units)
    weights = _weights(treatment.units, control.units, successes, low, high)
    seen = weights[treatment.successes - low] * _TIE
    return min(1.0, sum(weight for weight in weights if weight <= seen) / sum(weights)) if total else 1.0


def smallest_expected(control: Proportion, treatment: Proportion) -> float:
    """Give the smallest count that a table of both would have if there were no difference."""
    successes = control.successes + treatment.successes
    total = control.units + treatment.units
    return min(control.units, treatment.units) * min(successes, total - successes) / total


def _weights(drawn: int, other: int, successes: int, low: int, high: int) -> list[float]:
    """Give how likely each count is, relative to the likeliest one, of which all others are worked out."""
    likeliest = min(high, max(low, (drawn + 1) * (successes + 1) // (drawn + other + 2)))
    below, above = [1.0], [1.0]
    for k in range(likeliest, low, -1):
        below.append(below[-1] * k * (other - successes + k) / ((drawn - k + 1) * (successes - k + 1)))
    for k in range(likeliest, high):
        above.append(above[-1] * (drawn - k) * (successes - k) / ((k + 1) * (other - successes + k + 1)))
    return [*reversed(below[1:]), *above]


def _pooled_error(control: Proportion, treatment: Proportion) -> float:
    rate = (control.successes + treatment.successes) / (control.units + treatment.units)
    return sqrt(max(0.0, rate * (1 - rate)) * (1 / control.units + 1 / treatment.units))
