"""Everything that reports and metrics are made of, gathered once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gmconfig.errors import GmconfigError
from gmconfig.monitor.backups import last_created, last_verified
from gmconfig.monitor.changed import Changed, changes
from gmconfig.monitor.outbox import Outbox
from gmconfig.record.chain import Chain
from gmconfig.secret.log import reads
from gmconfig.storage.state import state_folder

if TYPE_CHECKING:
    from gmconfig.drift.detection import DriftDetection
    from gmconfig.monitor.alert import Alert
    from gmconfig.monitor.look import Look
    from gmconfig.monitor.register import Register
    from gmconfig.record.entry import Record

Usage = Mapping[str, Mapping[str, int]]
"""Users by flag and variant."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of a project after a look at it.

    Attributes:
        look: the look.
        since: how far back changes and events go.
        alerts: every alert in its last state.
        changed: configuration changes, the newest first.
        records: deployments by environment, the newest first.
        drift: what has drifted and nobody has acknowledged.
        events: the journal's events since then, the oldest first.
        secret_reads: who read which secret when, on this machine.
        usage: users of flags, on this machine.
        waiting: alerts that wait, by handler.
        targets: the environment of each declared target.
        verified, created: when a backup was last proved good, and made.
    """

    look: Look
    since: datetime
    alerts: Sequence[Alert]
    changed: Sequence[Changed]
    records: Mapping[str, Sequence[Record]]
    drift: Sequence[DriftDetection]
    events: Sequence[Mapping[str, Any]]
    secret_reads: Sequence[Mapping[str, str]]
    usage: Usage = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    targets: Mapping[str, str] = field(default_factory=dict)
    verified: datetime | None = None
    created: datetime | None = None


def gather(register: Register, found: Look, since: datetime, usage: Usage) -> Figures:
    """Gather what is known after a look."""
    from gmconfig.drift.detection import told_by

    project, events = register.project, register.events()
    waiting: dict[str, int] = {}
    for one in Outbox(project).waiting():
        waiting[one.handler] = waiting.get(one.handler, 0) + 1
    targets = _targets(register)
    start = since.isoformat().replace("+00:00", "Z")
    return Figures(
        found,
        since,
        list(register.known(events).values()),
        _changed(register, since),
        {name: list(Chain(project, name).records()) for name in project.environments},
        [one for one in told_by(events).values() if one.target in targets and one.counts(found.now.date())],
        [event for event in events if str(event.get("time", "")) >= start],
        [one for one in _reads(register) if _at(one) >= since],
        usage,
        waiting,
        targets,
        last_verified(events),
        last_created(events),
    )


def _changed(register: Register, since: datetime) -> list[Changed]:
    try:
        return changes(register.project, since)
    except GmconfigError:  # a look has told why already
        return []


def _targets(register: Register) -> dict[str, str]:
    from gmconfig.target.declared import targets

    try:
        return {name: one.environment for name, one in targets(register.project).items()}
    except GmconfigError:
        return {}


def _reads(register: Register) -> list[dict[str, str]]:
    """Give the reads that this machine noted, under the state folder and in the clone."""
    common = register.project.repository.common_dir
    return [*reads.read(state_folder(common)), *reads.read(f"{common}/gmconfig")]


def _at(entry: Mapping[str, str]) -> datetime:
    try:
        return datetime.fromisoformat(entry["time"]).astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)
