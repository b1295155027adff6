"""An alert: something that somebody should know of, from the moment it holds until it is gone or put aside."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gmconfig.finding import Severity


class Kind(StrEnum):
    """What an alert is about."""

    CHANGE = "configuration change"
    COMPLIANCE = "compliance violation"
    DRIFT = "drift"
    PERFORMANCE = "performance"
    SECURITY = "security"


class State(StrEnum):
    """Where an alert is: raised, known to somebody, or over."""

    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert in its last state.

    Attributes:
        id: the same for the same rule and subject, whenever it is raised.
        rule, subject: what raised it, and about what.
        kind, severity, message: what to make of it.
        hint: the command to go on with.
        environment, config_name, target: where, as far as it is about one.
        state: where it is.
        started_at: when it was raised last, ISO 8601 in UTC.
        changed_at: when it moved last.
        times: how often it was raised.
        occurrence: what it was raised by, where it can happen anew: a commit, a deployment.
        by, reason: who acknowledged or resolved it (None: it went away), and why.
        muted: it was resolved although it still held; it is quiet until that clears, or happens anew.
    """

    id: str
    rule: str
    subject: str
    kind: Kind
    severity: Severity
    message: str
    hint: str | None = None
    environment: str | None = None
    config_name: str | None = None
    target: str | None = None
    state: State = State.FIRING
    started_at: str = ""
    changed_at: str = ""
    times: int = 1
    occurrence: str = ""
    by: str | None = None
    reason: str = ""
    muted: bool = False

    @property
    def resolved(self) -> bool:
        """Whether it is over."""
        return self.state is State.RESOLVED

    @property
    def message_id(self) -> str:
        """The id of what is told of it: the same for each try to tell it, another for each move."""
        return f"{self.id}-{self.times}-{self.state}"

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        said = {name: getattr(self, name) for name in self.__dataclass_fields__}
        texts = {name: str(said[name]) for name in ("kind", "severity", "state")}
        return {**said, **texts, "resolved": self.resolved}
