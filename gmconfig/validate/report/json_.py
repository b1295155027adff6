"""A report for scripts; `schemas/validate-report.schema.json` says what its fields mean."""

from __future__ import annotations

import json

from gmconfig.finding import Finding, Severity
from gmconfig.spoken import spoken
from gmconfig.validate.report.report import Report


def render(report: Report) -> str:
    """Write a report as one JSON object."""
    summary = {
        "critical": report.count(Severity.CRITICAL),
        "error": report.count(Severity.ERROR),
        "warning": report.count(Severity.WARNING),
        "info": report.count(Severity.INFO),
        "waived": sum(finding.waived is not None for finding in report.findings),
        "unchecked": report.unchecked,
        "files": report.files,
        "unchanged": report.unchanged,
    }
    answer = {
        "ok": report.ok,
        "findings": [_finding(finding) for finding in report.findings],
        "environments": list(report.environments),
        "documents": list(report.documents),
        "remarks": list(report.remarks),
        "summary": summary,
    }
    return spoken(json.dumps(answer, ensure_ascii=False, indent=2)) + "\n"


def _finding(finding: Finding) -> dict[str, object]:
    place = finding.place
    return {
        "check": finding.check,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "width": finding.width,
        "document": finding.document,
        "environments": list(finding.environments),
        "path": finding.path,
        "hint": finding.hint,
        "waived": finding.waived,
    }
