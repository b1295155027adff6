"""What compliance rules come to in one document: plain data that is the same every day.

A value that breaks a rule has the last day on which waivers excuse it; which day it is, the reader says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from gmconfig.finding import Severity
from gmconfig.monitor.compliance.score import Tally
from gmconfig.validate.checks.policy import Judged, judged
from gmconfig.validate.document import asks, crosses, viewed

if TYPE_CHECKING:
    from gmconfig.finding import Finding
    from gmconfig.project.layout import Layer
    from gmconfig.validate.policy.waiver import Waiver
    from gmconfig.validate.subject import Subject

Failing = tuple[str, str, str]
"""A path, what is wrong there, and the last day on which that is waived; no day where it is not."""

Count = tuple[str, str, str | None, int, int, list[Failing]]
"""Rule, severity, environment, how many values pass and how many nobody knows, and those that fail."""

Broken = tuple[str, tuple[str, int, int] | None]
"""Why a layer cannot be read, and where."""

Counted = tuple[str, bool, bool, list[Count], Broken | None]
"""The document's first file, whether it refers to others, whether it may ask for secrets, and the counts."""


def counted(subject: Subject, document: str, layers: Sequence[Layer]) -> Counted:
    """Count a document, given all its layers."""
    findings: list[Finding] = []
    view, _ = viewed(subject, document, layers, findings, {})
    found: dict[tuple[str, str | None], Count] = {}
    for one in judged(view):
        key = (one.rule.id, one.environment)
        known = found.get(key) or (one.rule.id, one.rule.severity.value, one.environment, 0, 0, [])
        found[key] = _more(known, one, subject.policies.waivers)
    result = (layers[0].file, crosses(view), asks(view), list(found.values()), _broken(findings))
    view.variants = []  # they point back at the view, and no collector runs that would find such a circle
    return result


def tallies_of(document: str, counts: Iterable[Count], today: str) -> Iterator[Tally]:
    """Yield what a document's counts come to on a day."""
    for rule, severity, environment, passed, unknown, failing in counts:
        left = tuple((path, message) for path, message, until in failing if until < today)
        waived = len(failing) - len(left)
        yield Tally(rule, Severity(severity), document, environment, passed, len(left), unknown, waived, left)


def _more(count: Count, one: Judged, waivers: Sequence[Waiver]) -> Count:
    rule, severity, environment, passed, unknown, failing = count
    if one.passes is None:
        return rule, severity, environment, passed, unknown + 1, failing
    if one.passes:
        return rule, severity, environment, passed + 1, unknown, failing
    until = min(_until(finding, waivers) for finding in one.findings)
    failing.append((one.path, one.findings[0].message, until))
    return count


def _until(finding: Finding, waivers: Iterable[Waiver]) -> str:
    """Give the last day on which a finding is waived; no day, which is before all days, where it is not."""
    return max((waiver.expires for waiver in waivers if waiver.excuses(finding)), default="")


def _broken(findings: Iterable[Finding]) -> Broken | None:
    for one in findings:
        if one.check == "yaml":
            return one.message, (*one.place,) if one.place else None
    return None
