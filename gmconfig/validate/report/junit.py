"""A report as JUnit XML: a suite a check, a test case a finding; one that fails is a failure."""

from __future__ import annotations

from html import escape

from gmconfig.finding import Finding
from gmconfig.spoken import obeyed_by_nobody
from gmconfig.validate.report.report import Report, label, where

_UNSAID = "\ufffd"


def render(report: Report) -> str:
    """Write a report as JUnit XML, with one passed case where nothing was found."""
    groups: dict[str, list[Finding]] = {}
    for finding in report.findings:
        groups.setdefault(finding.check, []).append(finding)
    suites = "".join(_suite(check, findings) for check, findings in sorted(groups.items()))
    passed = '<testsuite name="gmconfig" tests="1" failures="0"><testcase name="validate"/></testsuite>'
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return obeyed_by_nobody(f"{head}\n<testsuites>{suites or passed}</testsuites>\n")


def _suite(check: str, findings: list[Finding]) -> str:
    failures = sum(finding.fails for finding in findings)
    skipped = sum(finding.waived is not None for finding in findings)
    cases = "".join(_case(finding) for finding in findings)
    counts = f'tests="{len(findings)}" failures="{failures}" errors="0" skipped="{skipped}"'
    return f"<testsuite name={_attribute('gmconfig ' + check)} {counts}>{cases}</testsuite>"


def _case(finding: Finding) -> str:
    place = str(finding.place) if finding.place else ""
    name = ": ".join(filter(None, (label(finding), place, finding.message)))
    head = f"<testcase name={_attribute(name)} classname={_attribute(f'gmconfig.{finding.check}')}>"
    return f"{head}{_outcome(finding, place)}</testcase>"


def _outcome(finding: Finding, place: str) -> str:
    text = _clean("\n".join(filter(None, (place, finding.message, where(finding), finding.hint))))
    if finding.waived is not None:
        return f"<skipped>{escape(_clean(finding.waived), quote=False)}</skipped>"
    if finding.fails:
        kind = _attribute(finding.severity.value)
        head = f"<failure message={_attribute(finding.message)} type={kind}>"
        return f"{head}{escape(text, quote=False)}</failure>"
    return f"<system-out>{escape(finding.severity.value + ': ' + text, quote=False)}</system-out>"


def _attribute(text: str) -> str:
    # Line ends in an attribute would be read back as blanks.
    return (
        '"' + escape(_clean(text)).replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;") + '"'
    )


def _clean(text: str) -> str:
    """Replace what XML 1.0 has no way to write."""
    return "".join(char if _writable(char) else _UNSAID for char in text)


def _writable(char: str) -> bool:
    code = ord(char)
    return char in "\t\n\r" or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
