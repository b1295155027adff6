"""Findings as plain tuples, for a cache that holds nothing else."""

from __future__ import annotations

from gmconfig.finding import Finding, Place, Severity
from gmconfig.validate.document import Checked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def finding_to_plain(finding: Finding) -> tuple[Any, ...]:
    """Give a finding as a tuple."""
    place = tuple(finding.place) if finding.place else None
    return (
        finding.check, finding.rule, finding.severity.value, finding.message, place, finding.width,
        finding.document, finding.environments, finding.path, finding.hint, finding.waived,
    )  # fmt: skip


def finding_from_plain(plain: tuple[Any, ...]) -> Finding:
    """Give the finding that a tuple was made of."""
    check, rule, severity, message, place, *rest = plain
    return Finding(check, rule, Severity(severity), message, Place(*place) if place else None, *rest)


def checked_to_plain(checked: Checked) -> tuple[Any, ...]:
    """Give a document's result as a tuple."""
    return (
        checked.document, checked.environments, [finding_to_plain(one) for one in checked.findings],
        checked.unchecked, dict(checked.lines), list(checked.files), checked.crosses, checked.asks,
    )  # fmt: skip


def checked_from_plain(plain: tuple[Any, ...]) -> Checked:
    """Give the result that a tuple was made of."""
    result = Checked(*plain)
    if result.findings:
        result.findings = [finding_from_plain(one) for one in plain[2]]
    return result
