"""Findings on stderr: why a change was refused."""

from __future__ import annotations

from typing import Any

from gmconfig.cli import terminal
from gmconfig.finding import Finding


def show_findings(findings: tuple[object, ...]) -> None:
    """Say each finding in one line, and its hint in another."""
    for finding in findings:
        if isinstance(finding, Finding):
            terminal.told(terminal.harmless(_line(finding)))
            if finding.hint:
                terminal.told(terminal.harmless(f"  hint: {finding.hint}"))


def _line(finding: Finding) -> str:
    place: Any = f"{finding.place}: " if finding.place else ""
    return f"{place}{finding.severity}: {finding.check}: {finding.message}"
