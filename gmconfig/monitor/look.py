"""One look at everything that is watched: what holds now, and what could not be looked at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import GmconfigError
from gmconfig.finding import Severity
from gmconfig.monitor import agents, automated, changed, happened, thresholds
from gmconfig.monitor.alert import Kind
from gmconfig.monitor.backups import last_verified
from gmconfig.monitor.compliance import status
from gmconfig.monitor.compliance.check import tallies
from gmconfig.monitor.compliance.score import Tally
from gmconfig.monitor.condition import Condition
from gmconfig.monitor.measured import Clock, disk_free_percent
from gmconfig.target.declared import targets as declared_targets

if TYPE_CHECKING:
    from gmconfig.monitor.register import Register
    from gmconfig.project import Project
    from gmconfig.validate.policy.rule import ComplianceRule

BROKEN = "configuration-broken"


class Answers(NamedTuple):
    """How long each target took to answer, why others did not, and what is not live yet of what is wanted."""

    seconds: Mapping[str, float] = {}
    unreachable: Mapping[str, str] = {}
    waiting: Mapping[str, str] = {}


Targets = Callable[[Clock], Answers]
"""Looks at the targets, and notes drift in the journal."""


@dataclass(slots=True)
class Look:
    """What a look found.

    Attributes:
        now: when it was.
        conditions: what holds.
        looked: the rules that were looked at.
        remarks: what could not be looked at, and why.
        tallies: what the compliance rules came to.
        measures: what was measured.
        unreachable: the targets that could not be looked at, with the reason.
        waiting: the targets that do not have what is wanted yet: `not deployed yet` or `behind`.
    """

    now: datetime
    conditions: list[Condition] = field(default_factory=list)
    looked: set[str] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    measures: thresholds.Measures = field(default_factory=lambda: thresholds.Measures({}, {}, {}))
    unreachable: Mapping[str, str] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)

    def saw(self, found: Iterable[Condition], *rules: str) -> None:
        """Note what holds by some rules."""
        self.conditions.extend(found)
        self.looked.update(rules)


def look(register: Register, rules: Iterable[ComplianceRule] = (), targets: Targets | None = None) -> Look:
    """Look at the history, the journal, the compliance rules, the thresholds and, if given, the targets."""
    project, clock = register.project, Clock()
    found = Look(datetime.now(UTC))
    limits = thresholds.thresholds_of(project.settings.section("alerts"))
    answers = None
    if targets is not None:
        with clock.part("targets"):
            answers = _answers(found, targets, clock)
    answered, found.unreachable, found.waiting = answers or Answers()
    with clock.part("journal"):
        events = register.events()
        declared = _declared(project)
        found.saw(happened.conditions(events, found.now, declared), *happened.RULES)
        found.saw(automated.conditions(register.project, events, found.now), *automated.RULES)
    _agents(register, limits.agent_intervals, found)
    with clock.part("history"):
        _changes(register, found)
    with clock.part("compliance"):
        _compliance(register, rules, found)
    age = last_verified(events)
    found.measures = thresholds.Measures(
        _scores(found.tallies),
        clock.seconds,
        answered,
        disk_free_percent(project.root),
        (found.now - age).total_seconds() / 86_400 if age else None,
    )
    measured = {"slow-target": answers is not None, "compliance-score": status.RULE in found.looked}
    judged = [rule for rule in thresholds.RULES if measured.get(rule, True)]
    found.saw(thresholds.conditions(limits, found.measures), *judged)
    return found


def _declared(project: Project) -> Collection[str] | None:
    """Give the names of the declared targets; None where they cannot be understood."""
    try:
        return declared_targets(project)
    except GmconfigError:
        return None


def _changes(register: Register, found: Look) -> None:
    since = found.now - happened.FRESH
    try:
        found.saw(changed.conditions(changed.changes(register.project, since), found.now), changed.RULE)
    except GmconfigError as error:
        found.remarks.append(f"history: {error}")


def _agents(register: Register, intervals: float, found: Look) -> None:
    try:
        found.saw(agents.conditions(register.project, intervals, found.now), agents.RULE)
    except GmconfigError as error:
        found.remarks.append(f"agents: {error}")


def _answers(found: Look, targets: Targets, clock: Clock) -> Answers | None:
    try:
        return targets(clock)
    except GmconfigError as error:
        found.remarks.append(f"targets: {error}")
        return None


def _compliance(register: Register, rules: Iterable[ComplianceRule], found: Look) -> None:
    project, day = register.project, found.now.date().isoformat()
    try:
        found.tallies = tallies(project, project.worktree(), day, rules)
    except GmconfigError as error:
        broken = Condition(
            BROKEN, "working tree", Kind.COMPLIANCE, Severity.CRITICAL, str(error), hint="gmconfig validate"
        )
        found.saw([broken], BROKEN)
        return
    found.saw(status.conditions(found.tallies), status.RULE, BROKEN)


def _scores(found: list[Tally]) -> dict[str, float]:
    scores = status.ComplianceStatus(tuple(found)).environments
    return {name or "common": one.value for name, one in scores.items() if one.value is not None}
