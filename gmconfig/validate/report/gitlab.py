"""A report for GitLab's merge requests: Code Quality, a JSON list."""

from __future__ import annotations

import json

from gmconfig.finding import Finding, Severity
from gmconfig.spoken import spoken
from gmconfig.validate.report.fingerprint import fingerprints
from gmconfig.validate.report.report import Report, label, where

_SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.ERROR: "critical",
    Severity.WARNING: "minor",
    Severity.INFO: "info",
}


def render(report: Report) -> str:
    """Write a report as GitLab's Code Quality artifact; waived findings are left out."""
    named = zip(report.findings, fingerprints(report), strict=True)
    issues = [_issue(finding, fingerprint) for finding, fingerprint in named if finding.waived is None]
    return spoken(json.dumps(issues, ensure_ascii=False, indent=2)) + "\n"


def _issue(finding: Finding, fingerprint: str) -> dict[str, object]:
    place = finding.place
    named = where(finding)
    return {
        "description": finding.message + (f" ({named})" if named else ""),
        "check_name": f"gmconfig/{label(finding)}",
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": place.file if place else "gmconfig.yaml",
            "lines": {"begin": place.line if place else 1},
        },
    }
