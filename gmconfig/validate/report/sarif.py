"""A report as SARIF 2.1.0, which GitHub, GitLab and Azure show beside the code."""

from __future__ import annotations

import json
from urllib.parse import quote

from gmconfig import __version__
from gmconfig.finding import Finding, Place, Severity
from gmconfig.spoken import spoken
from gmconfig.validate.report.fingerprint import fingerprints
from gmconfig.validate.report.report import Report, where

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report) -> str:
    """Write a report as one SARIF run."""
    rules = sorted({_rule_id(finding) for finding in report.findings})
    driver = {
        "name": "gmconfig",
        "version": __version__,
        "informationUri": "https://pypi.org/project/gmconfig/",
        "rules": [{"id": rule} for rule in rules],
    }
    named = zip(report.findings, fingerprints(report), strict=True)
    results = [_result(finding, fingerprint, rules) for finding, fingerprint in named]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return spoken(json.dumps(log, ensure_ascii=False, indent=2)) + "\n"


def _rule_id(finding: Finding) -> str:
    return f"{finding.check}/{finding.rule}"


def _result(finding: Finding, fingerprint: str, rules: list[str]) -> dict[str, object]:
    named = where(finding)
    result: dict[str, object] = {
        "ruleId": _rule_id(finding),
        "ruleIndex": rules.index(_rule_id(finding)),
        "level": _LEVELS[finding.severity],
        "message": {"text": _unlinked(finding.message + (f" ({named})" if named else ""))},
        "partialFingerprints": {"gmconfig/v1": fingerprint},
    }
    if finding.place:
        result["locations"] = [_location(finding.place, finding.width)]
    if finding.waived is not None:
        result["suppressions"] = [{"kind": "external", "justification": finding.waived}]
    return result


def _location(place: Place, width: int) -> dict[str, object]:
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.line,
        "endColumn": place.column + max(width, 1),
    }
    uri = quote(place.file, errors="surrogateescape")  # a name need not be text
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def _unlinked(text: str) -> str:
    """SARIF takes `[words](address)` for a link, and a message quotes what somebody wrote."""
    return text.replace("](", "] (")
