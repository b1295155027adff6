"""What a report says, whatever it is shown in. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from gmconfig.monitor.happened import moment_of

if TYPE_CHECKING:
    from gmconfig.monitor.alert import Alert
    from gmconfig.monitor.changed import Changed
    from gmconfig.monitor.compliance.status import ComplianceStatus
    from gmconfig.monitor.figures import Figures
    from gmconfig.monitor.health import Health
    from gmconfig.record.entry import Record


@dataclass(frozen=True, slots=True)
class Slot:
    """So much happened in the time that begins at `start`."""

    start: datetime
    count: int


@dataclass(frozen=True, slots=True)
class MonitoringReport:
    """What happened within some hours, and how things stand.

    Attributes:
        name: of the project's folder.
        hours: how far it looks back from `made`.
        slot: how long one slot of a series is.
        health: how everything is.
        alerts: those that are open, and those that moved within the hours, the newest first.
        compliance: the score with its reasons and its trend over commits.
        changed: commits that changed configuration, one entry a document and environment.
        deployments: what was deployed within the hours.
        drift: how many paths drifted, by target.
        reads: slots of how often secrets were read on this machine.
        usage: users of flags on this machine, by flag and variant.
        rules: how often automation rules ran within the hours, by rule and how it ended.
        backups: when one was last made and proved good; None: never.
        seconds: how long each part of gmconfig's own look took.
    """

    name: str
    made: datetime
    hours: float
    slot: timedelta
    health: tuple[Health, ...]
    alerts: tuple[Alert, ...]
    compliance: ComplianceStatus
    changed: tuple[Changed, ...]
    deployments: tuple[Record, ...]
    drift: Mapping[str, int]
    reads: tuple[Slot, ...]
    usage: Mapping[str, Mapping[str, int]]
    rules: Mapping[str, Mapping[str, int]]
    backups: Mapping[str, datetime | None]
    seconds: Mapping[str, float]

    @property
    def open_alerts(self) -> list[Alert]:
        """The alerts that are not over."""
        return [one for one in self.alerts if not one.resolved]

    @property
    def commits(self) -> int:
        """How many commits changed configuration."""
        return len({one.commit for one in self.changed})

    @property
    def changes(self) -> list[Slot]:
        """How often configuration was changed, over time: each commit once."""
        times = {one.commit: one.time for one in self.changed}
        return slots(times.values(), self.made, self.hours, self.slot)

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return {
            "project": self.name,
            "made": _text(self.made),
            "hours": self.hours,
            "slot_minutes": self.slot.total_seconds() / 60,
            "health": [one.as_json() for one in self.health],
            "alerts": [one.as_json() for one in self.alerts],
            "compliance": self.compliance.as_json(),
            "changes": {"commits": self.commits, "over_time": _series(self.changes),
                        "list": [asdict(one) for one in self.changed]},
            "deployments": [_deployment(one) for one in self.deployments],
            "drift": dict(self.drift),
            "secret_reads": {"total": sum(one.count for one in self.reads), "over_time": _series(self.reads)},
            "flag_usage": {flag: dict(users) for flag, users in self.usage.items()},
            "automation": {rule: dict(ended) for rule, ended in self.rules.items()},
            "backups": {name: _text(moment) if moment else None for name, moment in self.backups.items()},
            "seconds": dict(self.seconds),
        }  # fmt: skip


def report_of(
    name: str, hours: float, figures: Figures, compliance: ComplianceStatus, health: Sequence[Health]
) -> MonitoringReport:
    """Make the report of figures."""
    made, since = figures.look.now, figures.since
    slot = slot_of(hours)
    moved = [one for one in figures.alerts if not one.resolved or _after(one.changed_at, since)]
    records = [one for records in figures.records.values() for one in records if _after(one.changed, since)]
    times = [one.get("time", "") for one in figures.secret_reads]
    return MonitoringReport(
        name,
        made,
        hours,
        slot,
        tuple(health),
        tuple(sorted(moved, key=lambda one: (one.changed_at, one.id), reverse=True)),
        compliance,
        tuple(figures.changed),
        tuple(sorted(records, key=lambda one: one.changed, reverse=True)),
        dict(Counter(one.target for one in figures.drift)),
        tuple(slots(times, made, hours, slot)),
        figures.usage,
        _runs(figures.events),
        {"created": figures.created, "verified": figures.verified},
        figures.look.measures.seconds,
    )


def _runs(events: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Count the runs of rules, by rule and how they ended."""
    found: dict[str, dict[str, int]] = {}
    for event in events:
        if event.get("kind") == "automation":
            ended = found.setdefault(str(event.get("rule")), {})
            ended[str(event.get("state"))] = ended.get(str(event.get("state")), 0) + 1
    return found


def slot_of(hours: float) -> timedelta:
    """Give how long a slot is, so that there are 24 to 60 of them at most."""
    for minutes in (60, 6 * 60, 24 * 60, 7 * 24 * 60, 30 * 24 * 60):
        if hours * 60 / minutes <= 48:
            return timedelta(minutes=minutes)
    return timedelta(hours=hours) / 48


def slots(times: Iterable[object], made: datetime, hours: float, slot: timedelta) -> list[Slot]:
    """Count moments in slots that end now, the oldest first; what lies outside is left out."""
    number = max(1, round(timedelta(hours=hours) / slot + 0.499))
    counts = [0] * number
    for time in times:
        moment = moment_of(time)
        back = int((made - moment) / slot) if moment and moment <= made else -1
        if 0 <= back < number:
            counts[number - 1 - back] += 1
    return [Slot(made - slot * (number - index), count) for index, count in enumerate(counts)]


def _after(time: str, since: datetime) -> bool:
    moment = moment_of(time)
    return moment is not None and moment >= since


def _deployment(one: Record) -> dict[str, Any]:
    return {
        "id": one.id,
        "environment": one.environment,
        "action": one.action,
        "state": str(one.state),
        "commit": one.commit,
        "user": one.user,
        "started": one.started,
        "changed": one.changed,
        "targets": len(one.targets),
        "error": one.error,
    }


def _series(found: Iterable[Slot]) -> list[dict[str, Any]]:
    return [{"start": _text(one.start), "count": one.count} for one in found]


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
