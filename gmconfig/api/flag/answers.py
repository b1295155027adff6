"""What FeatureFlagManager answers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gmconfig.api.outcome import Outcome
from gmconfig.finding import Place
from gmconfig.flag.movement import Move
from gmconfig.flag.state import FeatureState

if TYPE_CHECKING:
    from gmconfig.storage.git.push import Pushed

__all__ = ["FeatureFlag", "FlagDifference", "FlagOutcome", "Move", "Simulation"]


@dataclass(frozen=True, slots=True)
class FeatureFlag:
    """One flag as an environment sees it.

    Attributes:
        name, description, owner: as they are written.
        state: what the flag does.
        expires: the day on which it should be gone, ISO 8601.
        percentage: the share of users of its rollout; None where it has none.
        definition: all that is written, the environment's overrides merged in.
        place: where it stands.
    """

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
    """How a flag falls out for a sample of users.

    Attributes:
        flag, environment: which; None is without overrides.
        users: how many the sample has.
        variants: how many users get each; None is the caller's default.
        rules: how many users each rule decided.
        moved: how many would get another variant than they get now; None where nothing was proposed.
    """

    flag: str
    environment: str | None
    users: int
    variants: Mapping[str | None, int]
    rules: Mapping[str, int]
    moved: int | None = None


@dataclass(frozen=True, slots=True)
class FlagDifference:
    """How one flag differs between two sides, for a sample of users.

    Attributes:
        flag: its name.
        users: how many the sample has.
        moves: who gets another variant; none where nobody of the sample does.
        only_in: the side that has the flag, where the other has not.
        environment: where; None is without overrides.
        told: what was changed, in words.
    """

    flag: str
    users: int
    moves: tuple[Move, ...] = ()
    only_in: str | None = None
    environment: str | None = None
    told: str = ""

    @property
    def moved(self) -> int:
        """How many users get another variant."""
        return sum(move.users for move in self.moves)


class FlagOutcome(Outcome):
    """What a change of flags did: `moves` says whom it moves in which environment, of a sample of users.

    `pushed` is what the remote made of it, None where it was not asked. The other fields, `outcome`, are those
    of an `Outcome`.
    """

    __slots__ = ("moves", "pushed")

    def __init__(
        self, moves: tuple[FlagDifference, ...] = (), pushed: Pushed | None = None, **outcome: Any
    ) -> None:
        super().__init__(**outcome)
        self.moves = moves
        self.pushed = pushed
