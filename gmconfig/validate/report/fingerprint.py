"""A name for a finding that survives edits elsewhere in its file."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

from gmconfig.finding import Finding
from gmconfig.validate.report.report import Report


def fingerprints(report: Report) -> list[str]:
    """Give one fingerprint a finding, in the report's order; line numbers have no part in it."""
    seen: Counter[tuple[object, ...]] = Counter()
    given = []
    for finding in report.findings:
        identity = _identity(finding)
        parts = "\0".join(map(str, (*identity, seen[identity])))
        given.append(sha256(parts.encode("utf-8", "surrogatepass")).hexdigest())
        seen[identity] += 1
    return given


def _identity(finding: Finding) -> tuple[object, ...]:
    file = finding.place.file if finding.place else ""
    return (finding.check, finding.rule, file, finding.document, finding.path, finding.message)
