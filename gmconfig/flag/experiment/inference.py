"""When one may look: once, at the end that was planned, or at any time.

Source:
    Johari, Pekelis, Walsh: Always Valid Inference (2015), the mixture sequential probability ratio test;
    Waudby-Smith et al.: Time-uniform central limit theory (2021), its interval and the choice of the mixture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log, log1p, sqrt
from typing import Protocol

PLANNED = 10_000
"""How many users two variants together are taken to have at their end where nobody says."""


class Inference(Protocol):
    """How sure one may be of a difference, given when one looks.

    `pairs` is n1·n2/(n1+n2): what two samples are worth; `fixed` gives the answer of a test that is looked at once.
    """

    @property
    def alpha(self) -> float:
        """How often a verdict may be wrong where nothing differs."""

    @property
    def name(self) -> str:
        """What the method is called."""

    def p_value(self, fixed: Callable[[], float], z: float, pairs: float) -> float:
        """Give the p-value of a difference of `z` standard errors."""

    def critical(self, fixed: Callable[[], float], pairs: float) -> float:
        """Give how many standard errors an interval reaches to either side."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """The classical tests: right if one looks once, when the planned number of users is there."""

    alpha: float = 0.05
    name: str = "fixed horizon"

    def p_value(self, fixed: Callable[[], float], z: float, pairs: float) -> float:  # noqa: ARG002
        """Give the test's own p-value."""
        return fixed()

    def critical(self, fixed: Callable[[], float], pairs: float) -> float:  # noqa: ARG002
        """Give the test's own quantile."""
        return fixed()


@dataclass(frozen=True, slots=True)
class AlwaysValid:
    """A mixture sequential probability ratio test: right however often one looks, and whenever one stops.

    `planned` is the number of users at which intervals are narrowest; it must not depend on the data.
    """

    alpha: float = 0.05
    planned: int = PLANNED
    name: str = "always valid"

    def p_value(self, fixed: Callable[[], float], z: float, pairs: float) -> float:  # noqa: ARG002
        """Give 1 ÷ the likelihood ratio of the mixture against no difference."""
        spread = self._spread(pairs)
        evidence = z * z * spread / (2 * (1 + spread)) - log1p(spread) / 2
        return exp(-evidence) if evidence > 0 else 1.0

    def critical(self, fixed: Callable[[], float], pairs: float) -> float:  # noqa: ARG002
        """Give where that p-value is `alpha`."""
        spread = self._spread(pairs)
        return sqrt((1 + spread) / spread * (log1p(spread) - 2 * log(self.alpha)))

    def _spread(self, pairs: float) -> float:
        """Give the variance of the mixture in squared standard errors; in units of the effect it stays the same."""
        wanted = -2 * log(self.alpha)
        return pairs * (wanted + log1p(wanted)) / (self.planned / 4)
