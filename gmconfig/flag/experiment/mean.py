"""Amounts per user: Welch's t test, and Fieller's interval of a relative difference.

Source:
    Welch: The generalization of "Student's" problem (1947); Fieller: Some problems in interval estimation (1954).
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

from gmconfig.flag.experiment.comparison import Comparison, Interval, part_of
from gmconfig.flag.experiment.distribution import student_quantile, student_two_sided
from gmconfig.flag.experiment.inference import Inference

_ROUNDING = 1e-12  # what is left of a difference of two equal numbers


class Mean(NamedTuple):
    """So many users, what they come to on average, and how much they vary (the variance, by n - 1)."""

    units: int
    mean: float
    variance: float

    @property
    def squared_error(self) -> float:
        """The squared standard error of the mean."""
        return self.variance / self.units


def compare(control: Mean, treatment: Mean, inference: Inference) -> Comparison:
    """Compare the means of two samples, neither of them empty.

    Where nobody varies, or one user is all there is, nothing can be said: p is 1, and there is no interval.
    """
    lift = treatment.mean - control.mean
    relative = part_of(lift, control.mean)
    squared = control.squared_error + treatment.squared_error
    if not squared or min(control.units, treatment.units) < 2:
        return Comparison(control.mean, treatment.mean, lift, None, relative, None, 1.0, "t", 0.0, 0.0)
    error, freedom = sqrt(squared), degrees_of_freedom(control, treatment)
    pairs = control.units * treatment.units / (control.units + treatment.units)
    critical = inference.critical(lambda: student_quantile(inference.alpha, freedom), pairs)
    return Comparison(
        control.mean,
        treatment.mean,
        lift,
        Interval(lift - critical * error, lift + critical * error),
        relative,
        fieller(control, treatment, critical),
        inference.p_value(lambda: student_two_sided(lift / error, freedom), lift / error, pairs),
        "t",
        error,
        critical,
    )


def degrees_of_freedom(control: Mean, treatment: Mean) -> float:
    """Give what Welch and Satterthwaite make of two variances that need not be equal."""
    whole = control.squared_error + treatment.squared_error
    parts = [
        (control.squared_error / whole, control.units),
        (treatment.squared_error / whole, treatment.units),
    ]
    return 1 / sum(share * share / (units - 1) for share, units in parts)


def fieller(control: Mean, treatment: Mean, critical: float) -> Interval | None:
    """Give the interval of the relative lift; None where the control's mean may as well be zero."""
    square = critical * critical
    a = control.mean**2 - square * control.squared_error
    if a <= _ROUNDING * control.mean**2:
        return None
    b = control.mean * treatment.mean
    c = treatment.mean**2 - square * treatment.squared_error
    root = sqrt(max(0.0, b * b - a * c))
    return Interval((b - root) / a - 1, (b + root) / a - 1)
