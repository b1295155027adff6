"""How an environment stands: its last deployment, each target, and who or what is in the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gmconfig.immutable import Data

if TYPE_CHECKING:
    from gmconfig.record.entry import Record
    from gmconfig.record.status import Status


class EnvironmentStatus(Data):
    """One environment.

    Attributes:
        environment: its name.
        record: its newest deployment, None if there was none.
        targets: the state of each, in words: in sync, new, drifted, behind, quarantined, unknown.
        lock: who is deploying right now.
        freeze: what stops deployments.
        holds: what is held, and at what.
        agents: what each agent said last.
        is_newest: whether no deployment came after that.
    """

    environment: str
    record: Record | None
    targets: Mapping[str, str]
    lock: str | None = None
    freeze: str | None = None
    holds: tuple[str, ...] = ()
    agents: tuple[Status, ...] = ()
    is_newest: bool = True

    @property
    def is_cut_short(self) -> bool:
        """Whether its newest deployment never came to an end, and nobody works on it."""
        if not self.is_newest:
            return False
        from gmconfig.record.entry import State

        if self.record is None or self.lock is not None:
            return False
        interrupted = self.record.state is State.PARTIAL and self.record.error is not None
        return interrupted or not self.record.state.is_over

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        from dataclasses import asdict  # which takes 10 ms to load

        return {
            "environment": self.environment,
            "deployment": self.record.as_json() if self.record else None,
            "targets": dict(self.targets),
            "lock": self.lock,
            "freeze": self.freeze,
            "holds": list(self.holds),
            "agents": [asdict(agent) for agent in self.agents],
        }
