"""What automation rules came to: the last run of each, from their refs and from the journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gmconfig.errors import GmconfigError
from gmconfig.finding import Severity
from gmconfig.monitor.alert import Kind
from gmconfig.monitor.condition import Condition
from gmconfig.monitor.happened import is_fresh
from gmconfig.record import names, note
from gmconfig.storage.git import refs

if TYPE_CHECKING:
    from gmconfig.project import Project

FAILED, NOTICE = "automation-failed", "notice"
RULES = (FAILED, NOTICE)
"""The rules of alerts that this module looks at."""


def conditions(project: Project, events: Iterable[Mapping[str, Any]], now: datetime) -> Iterator[Condition]:
    """Yield the rules whose last run failed, and what rules have told within a day.

    One that is not declared (any more) will not go well again: it is told of for a day, too.
    """
    listed, rules = list(events), project.settings.section("automation").get("rules")
    declared = rules if isinstance(rules, dict) else {}
    for rule, run in last_runs(project, listed).items():
        if run.get("state") == "failed" and (rule in declared or is_fresh(run.get("time"), now)):
            yield Condition(
                FAILED, rule, Kind.CHANGE, Severity.ERROR, f'rule "{rule}" failed: {run.get("message")}',
                hint=f"gmconfig automation history {rule}",
                occurrence=str(run.get("time") or ""),
            )  # fmt: skip
    for event in listed:
        if event.get("kind") == NOTICE and is_fresh(event.get("time"), now):
            yield _notice(event)


def last_runs(project: Project, events: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Give the last run of each rule."""
    found: dict[str, Mapping[str, Any]] = {}
    for run in (*_on_refs(project), *(one for one in events if one.get("kind") == "automation")):
        rule = str(run.get("rule"))
        if rule not in found or str(found[rule].get("time")) <= str(run.get("time")):
            found[rule] = run
    return found


def _on_refs(project: Project) -> Iterator[Mapping[str, Any]]:
    below = names.below(project) + "/automation"
    for ref, commit in refs.listed(project.repository, below).items():
        try:
            last = note.content_of(project.repository, commit, ref).get("last")
        except GmconfigError:
            continue
        if isinstance(last, dict):
            yield last


def _notice(event: Mapping[str, Any]) -> Condition:
    severity = str(event.get("severity"))
    subject = "/".join(str(event[key]) for key in ("rule", "subject") if event.get(key))
    return Condition(
        NOTICE, subject, Kind.CHANGE,
        Severity(severity) if severity in list(Severity) else Severity.WARNING,
        str(event.get("message")),
        hint=f"gmconfig automation history {event.get('rule')}",
        occurrence=str(event.get("time") or ""),
    )  # fmt: skip
