"""A deployment as a program sees it: its state in few words, and whether what was there before is back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gmconfig.record.entry import State

if TYPE_CHECKING:
    from gmconfig.record.entry import Record


class DeploymentStatus(StrEnum):
    """How a deployment stands; `PARTIAL` went well as far as it was asked to go."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    SUPERSEDED = "superseded"


_PENDING = (State.PENDING, State.PLANNED)
_FAILED = (State.FAILED, State.RESTORED, State.RESTORE_FAILED, State.ABORTED)
_ITSELF = {
    State.SUCCEEDED: DeploymentStatus.SUCCEEDED,
    State.PARTIAL: DeploymentStatus.PARTIAL,
    State.SUPERSEDED: DeploymentStatus.SUPERSEDED,
}


@dataclass(frozen=True, slots=True)
class DeploymentJob:
    """One deployment.

    Attributes:
        id: what `create_deployment` gave, such as `production-42`.
        environment, commit: where it went, and the configuration's commit.
        status: how it stands.
        restored: whether it failed, and what was there before is back everywhere.
        state: the record's own word, finer than `status`.
        user, reason: who asked for it, and why.
        started, changed: when it began and when it last moved, ISO 8601 in UTC.
        targets: how far each came, by name; empty where the commit alone is the deployment.
        error: why it failed, in one line.
    """

    id: str
    environment: str
    commit: str
    status: DeploymentStatus
    restored: bool
    state: str
    user: str
    reason: str
    started: str
    changed: str
    targets: Mapping[str, str]
    error: str | None = None


def job_of(record: Record) -> DeploymentJob:
    """Give a record as a job."""
    return DeploymentJob(
        record.id,
        record.environment,
        record.commit,
        _status(record.state),
        record.state in (State.RESTORED, State.ABORTED),
        str(record.state),
        record.user,
        record.reason,
        record.started,
        record.changed,
        {name: str(outcome.step) for name, outcome in record.targets.items()},
        record.error,
    )


def _status(state: State) -> DeploymentStatus:
    if state in _PENDING:
        return DeploymentStatus.PENDING
    if state in _FAILED:
        return DeploymentStatus.FAILED
    return _ITSELF.get(state, DeploymentStatus.RUNNING)
