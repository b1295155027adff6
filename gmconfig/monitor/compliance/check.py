"""Counting what compliance rules say about a snapshot, value by value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration
from gmconfig.monitor.compliance.score import Tally
from gmconfig.validate import listing
from gmconfig.validate.checks.policy import Judged, judged
from gmconfig.validate.collector import paused
from gmconfig.validate.document import viewed
from gmconfig.validate.subject import Subject

if TYPE_CHECKING:
    from gmconfig.finding import Finding
    from gmconfig.project import Project
    from gmconfig.storage.snapshot import Snapshot
    from gmconfig.validate.policy.rule import ComplianceRule
    from gmconfig.validate.policy.waiver import Waiver


def tallies(
    project: Project, snapshot: Snapshot, today: str, rules: Iterable[ComplianceRule] = ()
) -> list[Tally]:
    """Count what passes, fails, is unknown and is waived on a day, by rule, document and environment.

    Raises:
        BrokenConfiguration: a file of the snapshot cannot be understood, so that there is nothing to count.
    """
    with paused():
        subject = Subject(project.at(snapshot), snapshot, rules=rules, today=today)
        findings: list[Finding] = []
        layers = listing.layers_of(subject, findings)
        found: dict[tuple[str, str, str | None], Tally] = {}
        for document in layers:
            view, _ = viewed(subject, document, layers[document], findings, {})
            for one in judged(view):
                key = (one.rule.id, document, one.environment)
                known = found.get(key) or Tally(one.rule.id, one.rule.severity, document, one.environment)
                found[key] = _counted(known, one, subject.policies.waivers, today)
            view.variants = []
    _whole(findings)
    return list(found.values())


def _counted(tally: Tally, one: Judged, waivers: Sequence[Waiver], today: str) -> Tally:
    if one.passes is None:
        return replace(tally, unknown=tally.unknown + 1)
    if one.passes:
        return replace(tally, passed=tally.passed + 1)
    if all(_is_waived(finding, waivers, today) for finding in one.findings):
        return replace(tally, waived=tally.waived + 1)
    message = one.findings[0].message if one.findings else ""
    return replace(tally, failed=tally.failed + 1, failing=(*tally.failing, (one.path, message)))


def _is_waived(finding: Finding, waivers: Sequence[Waiver], today: str) -> bool:
    return any(today <= waiver.expires and waiver.excuses(finding) for waiver in waivers)


def _whole(findings: Sequence[Finding]) -> None:
    """Refuse to count where a file could not be read: what it says would be missing."""
    broken = next((one for one in findings if one.check == "yaml"), None)
    if broken is not None:
        raise BrokenConfiguration(broken.message, hint="gmconfig validate", place=broken.place)
