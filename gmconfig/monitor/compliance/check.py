"""Counting what compliance rules say about a snapshot, value by value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gmconfig.monitor.compliance import kept
from gmconfig.monitor.compliance.known import Known
from gmconfig.monitor.compliance.score import Tally
from gmconfig.storage.snapshot import WorkingTree
from gmconfig.validate.collector import paused
from gmconfig.validate.subject import Subject

if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.storage.snapshot import Snapshot
    from gmconfig.validate.policy.rule import ComplianceRule


def tallies(
    project: Project, snapshot: Snapshot, today: str, rules: Iterable[ComplianceRule] = ()
) -> list[Tally]:
    """Count what passes, fails, is unknown and is waived on a day, by rule, document and environment.

    Of the working tree only what has changed since the last time is looked at, unless the caller has rules.

    Raises:
        BrokenConfiguration: a file of the snapshot cannot be understood, so that there is nothing to count.
    """
    own = tuple(rules)
    with paused():
        subject = Subject(project.at(snapshot), snapshot, rules=own, today=today)
        remembered = not own and isinstance(snapshot, WorkingTree)
        return list((kept.of_tree(project, subject) if remembered else Known.of(subject)).tallies(today))


def moved_on(before: Known | None, project: Project, snapshot: Snapshot, today: str) -> Known:
    """Count a commit, given the counts of another one."""
    with paused():
        subject = Subject(project.at(snapshot), snapshot, today=today)
        if before is None:
            return Known.of(subject)
        return before.brought_up(subject, before.changed(subject.files))
