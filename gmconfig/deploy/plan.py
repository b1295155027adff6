"""What applying would do, target by target, and what the answer is bound to."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING

from gmconfig.drift.telling import told
from gmconfig.immutable import Data
from gmconfig.secret import plaintext

if TYPE_CHECKING:
    from gmconfig.drift.difference import Difference
    from gmconfig.drift.made import Wanted
    from gmconfig.drift.standing import Standing
    from gmconfig.record.entry import Record
    from gmconfig.record.freeze import Freeze
    from gmconfig.record.hold import Hold


class Planned(Data):
    """One target of a plan.

    Attributes:
        standing: how it stands, and what would change.
        wanted: the commits that say so.
        hold: what it is held at, None if it follows the branch.
        quarantine: the deployment in which just this content failed there.
        lacks: what applying would need and does not find (permissions, disk space, keys), in words.
    """

    standing: Standing
    wanted: Wanted
    hold: Hold | None = None
    quarantine: Record | None = None
    lacks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The target's name."""
        return self.standing.target.name

    @property
    def changes(self) -> bool:
        """Whether applying would do something to it."""
        return self.standing.needs_change and self.quarantine is None

    @property
    def state(self) -> str:
        """How it stands, in a word or two."""
        if self.standing.error is not None:
            return "unknown"
        if self.quarantine is not None:
            return "quarantined"
        if self.standing.is_new:
            return "new"
        if self.standing.live is None and self.standing.changes:
            return "would change"
        said = [
            word
            for word, holds in (("drifted", self.standing.drift), ("behind", self.standing.is_behind))
            if holds
        ]
        return ", ".join(said) if self.standing.needs_change and said else "in sync"


class Plan(Data):
    """What a deployment into one environment would do.

    Attributes:
        environment: where.
        commit: the configuration's commit that the environment follows.
        targets: each that was asked for.
        left_out: how many more targets the environment has.
        freeze: what stops deployments now.
        budget: what it would do beyond its budget, in words.
    """

    environment: str
    commit: str
    targets: tuple[Planned, ...] = ()
    left_out: int = 0
    freeze: Freeze | None = None
    budget: tuple[str, ...] = ()

    @property
    def changing(self) -> list[Planned]:
        """The targets that applying would change."""
        return [one for one in self.targets if one.changes]

    @property
    def holds(self) -> list[Hold]:
        """What holds targets back from following the branch."""
        found: list[Hold] = []
        for hold in (one.hold for one in self.targets):
            if hold is not None and hold not in found:
                found.append(hold)
        return found

    @property
    def troubled(self) -> list[Planned]:
        """The targets that cannot be told, or that lack what applying needs."""
        return [one for one in self.targets if one.standing.error is not None or (one.changes and one.lacks)]

    def bound_to(self) -> dict[str, str]:
        """Give what each target's part depends on: the wanted content, and what is live, if anything is."""
        return {one.name: _bound(one) for one in self.targets}

    def as_json(self) -> dict[str, object]:
        """Give it as records and saved plans have it; secrets are masked."""
        return {
            "environment": self.environment,
            "commit": self.commit,
            "targets": self._told(),
            "bound": self.bound_to(),
        }

    def _told(self) -> dict[str, object]:
        """Tell each target; targets that differ alike share what is told."""
        known: dict[int, list[dict[str, object]]] = {}

        def differences(some: tuple[Difference, ...]) -> object:
            if id(some) not in known:
                known[id(some)] = [told(one) for one in some]
            return known[id(some)]

        return {one.name: _told(one, differences) for one in self.targets}


def _bound(one: Planned) -> str:
    live, rendering = one.standing.live, one.standing.rendering
    parts = [
        one.wanted.commit,
        rendering.wanted if rendering else None,
        live.release if live else None,
        live.digest if live else None,
    ]
    return sha256(plaintext.encode(parts)).hexdigest()


def _told(one: Planned, differences: Callable[[tuple[Difference, ...]], object]) -> dict[str, object]:
    standing = one.standing
    return {
        "state": one.state,
        "changes": differences(standing.changes),
        "drift": differences(standing.drift),
        "error": str(standing.error) if standing.error else None,
        "lacks": list(one.lacks),
    }
