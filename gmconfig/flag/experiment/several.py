"""Several questions asked of one experiment: Holm's correction, and whether users were split as planned.

Source:
    Holm: A simple sequentially rejective multiple test procedure (1979); Pearson's chi-square test of fit.
"""

from __future__ import annotations

from collections.abc import Sequence

from gmconfig.flag.experiment.distribution import chi_square_above

MISMATCH = 0.001
"""Below this p-value a split is broken, and no verdict can be trusted."""


def holm(p_values: Sequence[float]) -> list[float]:
    """Give p-values that may be read together, in the same order.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    found, least = [1.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        least = min(1.0, max(least, (len(p_values) - rank) * p_values[index]))
        found[index] = least
    return found


def split_p_value(counts: Sequence[int], shares: Sequence[float]) -> float:
    """Give how likely a split at least as uneven is, if users fall as planned.

    >>> split_p_value([5000, 5000], [50, 50])
    1.0
    """
    total, whole = sum(counts), sum(shares)
    planned = [(count, total * share / whole) for count, share in zip(counts, shares, strict=True) if share]
    if not total or len(planned) < 2:
        return 1.0
    off = sum((count - expected) ** 2 / expected for count, expected in planned)
    return chi_square_above(off, len(planned) - 1)
