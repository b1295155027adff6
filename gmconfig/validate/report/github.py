"""A report for GitHub Actions: annotations in the log, and a table for the step's summary."""

from __future__ import annotations

from gmconfig.counted import counted
from gmconfig.finding import Finding, Severity
from gmconfig.spoken import in_markdown, obeyed_by_nobody
from gmconfig.validate.report.report import Report, gravity, label, where

MOST = 10
"""GitHub shows ten annotations of a step and drops the others without a word."""

_COMMANDS = {
    Severity.CRITICAL: "error",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
}


def render(report: Report) -> str:
    """Write the ten worst findings as workflow commands, and how many are left."""
    shown = sorted((finding for finding in report.findings if not finding.waived), key=gravity)
    lines = [_command(finding) for finding in shown[:MOST]]
    if len(shown) > MOST:
        lines.append(f"{counted(len(shown) - MOST, 'more finding')} in the step's summary and in SARIF")
    return obeyed_by_nobody("\n".join(lines or [f"no findings in {counted(report.files, 'file')}"]) + "\n")


def summary(report: Report) -> str:
    """Write every finding as a Markdown table, for the file that $GITHUB_STEP_SUMMARY names."""
    verdict = "passed" if report.ok else "failed"
    head = f"### gmconfig validate {verdict}: {counted(len(report.findings), 'finding')}\n"
    if not report.findings:
        return head
    rows = "".join(f"| {' | '.join(_cells(finding))} |\n" for finding in sorted(report.findings, key=gravity))
    return f"{head}\n| severity | place | check | message | where |\n| --- | --- | --- | --- | --- |\n{rows}"


def _command(finding: Finding) -> str:
    place = finding.place
    fields = {"title": f"gmconfig {label(finding)}"}
    if place:
        end = place.column + max(finding.width, 1) - 1
        fields |= {
            "file": place.file,
            "line": str(place.line),
            "col": str(place.column),
            "endColumn": str(end),
        }
    listed = ",".join(f"{key}={_property(value)}" for key, value in fields.items())
    return f"::{_COMMANDS[finding.severity]} {listed}::{_data(_text(finding))}"


def _text(finding: Finding) -> str:
    named = where(finding)
    hint = f"\nhint: {finding.hint}" if finding.hint else ""
    return f"{finding.message}{f' ({named})' if named else ''}{hint}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _cells(finding: Finding) -> tuple[str, ...]:
    severity = finding.severity.value + (" (waived)" if finding.waived else "")
    cells = (severity, f"{finding.place or ''}", label(finding), finding.message, where(finding))
    return tuple(in_markdown(cell) for cell in cells)
