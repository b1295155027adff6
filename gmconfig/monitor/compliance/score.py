"""The compliance score: 100 × passed ÷ checked, weighted by severity; unknown and waived checks count in neither.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gmconfig.finding import Severity

WEIGHTS = {Severity.CRITICAL: 10, Severity.ERROR: 5, Severity.WARNING: 2, Severity.INFO: 1}


@dataclass(frozen=True, slots=True)
class Tally:
    """What one rule came to in one document of one environment (None: the base alone).

    Attributes:
        failing: the paths that break it, with what is wrong.
    """

    rule: str
    severity: Severity
    document: str
    environment: str | None
    passed: int = 0
    failed: int = 0
    unknown: int = 0
    waived: int = 0
    failing: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """Some tallies together; `value` is None where nothing was checked."""

    passed: int = 0
    failed: int = 0
    unknown: int = 0
    waived: int = 0
    value: float | None = None

    @property
    def checked(self) -> int:
        """How many values count."""
        return self.passed + self.failed


def score(tallies: Iterable[Tally]) -> Score:
    """Score tallies."""
    listed = list(tallies)
    good = sum(WEIGHTS[one.severity] * one.passed for one in listed)
    whole = good + sum(WEIGHTS[one.severity] * one.failed for one in listed)
    return Score(
        sum(one.passed for one in listed),
        sum(one.failed for one in listed),
        sum(one.unknown for one in listed),
        sum(one.waived for one in listed),
        100 * good / whole if whole else None,
    )


def by(tallies: Iterable[Tally], key: Callable[[Tally], str]) -> dict[str, Score]:
    """Score groups of tallies, in the order in which they come."""
    groups: dict[str, list[Tally]] = {}
    for one in tallies:
        groups.setdefault(key(one), []).append(one)
    return {name: score(group) for name, group in groups.items()}
