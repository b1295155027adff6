"""What FeatureFlagManager answers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gmconfig.finding import Place
from gmconfig.flag.state import FeatureState


@dataclass(frozen=True, slots=True)
class FeatureFlag:
    """One flag as an environment sees it; `definition` is what is written, overrides merged in."""

    name: str
    state: FeatureState
    description: str | None
    owner: str | None
    expires: str | None
    percentage: float | None
    definition: Mapping[str, Any]
    place: Place


@dataclass(frozen=True, slots=True)
class Simulation:
    """How a flag falls out for a sample: users by variant and by the rule that decided.

    `moved` counts those who would get another variant than they get now; None where nothing was proposed.
    """

    flag: str
    environment: str | None
    users: int
    variants: Mapping[str | None, int]
    rules: Mapping[str, int]
    moved: int | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Some users who get another variant on the other side, by the rule that decides there."""

    before: str | None
    after: str | None
    rule: str
    users: int


@dataclass(frozen=True, slots=True)
class FlagDifference:
    """How one flag differs between two sides, for a sample of users; no moves: not for anybody in it."""

    flag: str
    users: int
    moves: tuple[Move, ...] = ()
    only_in: str | None = field(default=None)

    @property
    def moved(self) -> int:
        """How many users get another variant."""
        return sum(move.users for move in self.moves)
