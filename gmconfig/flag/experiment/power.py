"""What a sample can show: how likely an effect would have been found in it, and how large one must be for that.

Source:
    The power of a two-sided z test, both tails; its inverse by Newton's method.
"""

from __future__ import annotations

from gmconfig.flag.experiment.distribution import normal_above, normal_density, normal_quantile

WANTED = 0.8
"""The usual power: four of five effects of that size are found."""


def power(effect: float, error: float, critical: float) -> float:
    """Give how likely an effect is found, with estimates that vary by `error`."""
    if not error:
        return 0.0
    errors = abs(effect) / error
    return normal_above(critical - errors) + normal_above(critical + errors)


def detectable(error: float, critical: float) -> float:
    """Give the smallest effect that is found with the wanted probability."""
    errors = critical + normal_quantile(WANTED)
    for _ in range(20):  # the far tail makes it a little smaller than that
        missing = WANTED - normal_above(critical - errors) - normal_above(critical + errors)
        errors += missing / (normal_density(critical - errors) - normal_density(critical + errors))
    return errors * error
