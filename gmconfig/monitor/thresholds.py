"""`alerts: thresholds:` of gmconfig.yaml, and which of them are passed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from gmconfig.finding import Severity
from gmconfig.monitor.alert import Kind
from gmconfig.monitor.condition import Condition
from gmconfig.record.status import SILENT

RULES = ("compliance-score", "slow-check", "slow-target", "disk-space", "backup-age")
"""The rules that this module looks at."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a number becomes an alert; None: never.

    Attributes:
        compliance_score: the least score of an environment, of 100.
        check_seconds: how long one part of gmconfig's own checks may take.
        target_seconds: how long looking at one target may take.
        disk_free_percent: how much of the disk under the repository must be free.
        backup_age_days: how old the last verified backup may be.
        agent_intervals: for how many of its intervals (of 5 minutes at least) an agent may say nothing.
    """

    compliance_score: float | None = None
    check_seconds: float | None = None
    target_seconds: float | None = None
    disk_free_percent: float | None = 5.0
    backup_age_days: float | None = None
    agent_intervals: float = SILENT


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured: None or nothing where it could not be."""

    scores: Mapping[str, float]
    seconds: Mapping[str, float]
    target_seconds: Mapping[str, float]
    disk_free_percent: float | None = None
    backup_age_days: float | None = None


def thresholds_of(section: Mapping[str, object]) -> Thresholds:
    """Read the section; what is not said keeps its default."""
    said = section.get("thresholds")
    given = said if isinstance(said, dict) else {}
    known = {one.name for one in fields(Thresholds)}
    return Thresholds(
        **{key: float(value) for key, value in given.items() if key in known and value is not None}
    )


def conditions(limits: Thresholds, measures: Measures) -> Iterator[Condition]:
    """Yield the thresholds that are passed."""
    for environment, score in measures.scores.items():
        if _below(score, limits.compliance_score):
            message = f"{environment} scores {score:.1f} of 100, below {limits.compliance_score:g}"
            yield Condition(
                "compliance-score", environment, Kind.COMPLIANCE, Severity.ERROR, message,
                hint=f"gmconfig monitor compliance -e {environment}", environment=environment,
            )  # fmt: skip
    yield from _slow("slow-check", "check of {}", measures.seconds, limits.check_seconds)
    yield from _slow("slow-target", "look at {}", measures.target_seconds, limits.target_seconds)
    free = measures.disk_free_percent
    if free is not None and _below(free, limits.disk_free_percent):
        message = (
            f"{free:.1f} % of the disk under the repository is free, below {limits.disk_free_percent:g} %"
        )
        yield Condition("disk-space", "repository", Kind.PERFORMANCE, Severity.ERROR, message)
    yield from _old_backup(measures.backup_age_days, limits.backup_age_days)


def _old_backup(age: float | None, limit: float | None) -> Iterator[Condition]:
    if limit is not None and (age is None or age > limit):
        since = (
            "no backup was verified yet" if age is None else f"the last verified backup is {age:.1f} days old"
        )
        yield Condition(
            "backup-age", "backups", Kind.SECURITY, Severity.ERROR, f"{since}, at most {limit:g} are allowed",
            hint="gmconfig backup create",
        )  # fmt: skip


def _slow(rule: str, words: str, measured: Mapping[str, float], limit: float | None) -> Iterator[Condition]:
    for name, seconds in measured.items():
        if limit is not None and seconds > limit:
            message = f"the {words.format(name)} took {seconds:.2f} s, at most {limit:g} s are allowed"
            target = name if rule == "slow-target" else None
            yield Condition(rule, name, Kind.PERFORMANCE, Severity.WARNING, message, target=target)


def _below(value: float, limit: float | None) -> bool:
    return limit is not None and value < limit
