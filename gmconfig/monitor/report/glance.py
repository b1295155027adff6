"""The top of a report: what needs attention in a sentence, then the numbers that matter. Pure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from gmconfig.finding import Severity
from gmconfig.monitor.report.words import ago, command, score

if TYPE_CHECKING:
    from gmconfig.monitor.report.report import MonitoringReport

_NAMED = 6
_FAILED = ("failed", "restored", "restore_failed")

Tile = tuple[str, str, str, str, str]
"""The section that it leads to, a number, its name, a colour's class, and the command that gives it."""


def verdict(report: MonitoringReport) -> str:
    """Say in a sentence whether somebody is needed."""
    wrong, doubtful = (
        [one.name for one in report.health if one.state == state and one.name != "alerts"]
        for state in ("error", "warning")
    )
    if wrong:
        text, colour = f"Needs attention: {_named(wrong)}.", "bad"
    elif doubtful:
        text, colour = f"Nothing is broken. Worth a look: {_named(doubtful)}.", "warn"
    else:
        text, colour = "All is as it should be.", "good"
    return f'<p class="verdict {colour}">{escape(text)}</p>'


def tiles(report: MonitoringReport) -> str:
    """Show the numbers, each with its command."""
    shown = (_alerts, _compliance, _drift, _changes, _deployments, _backup)
    drawn = "".join(_tile(*one(report)) for one in shown)
    return f'<section class="tiles" aria-label="At a glance">{drawn}</section>'


def _alerts(report: MonitoringReport) -> Tile:
    found = report.open_alerts
    news = sum(one.severity is Severity.INFO for one in found)
    failing = any(one.severity.fails for one in found)
    colour = "bad" if failing else "warn" if len(found) > news else "good"
    share = "all" if news == len(found) else f"{news:,} of them"
    name = "open alerts" + (f", {share} just news" if news else "")
    return "alerts", f"{len(found):,}", name, colour, "gmconfig monitor alerts list"


def _compliance(report: MonitoringReport) -> Tile:
    total = report.compliance.total
    if total.value is None:
        return "compliance", "–", "compliance score: no rule applies", "", "gmconfig monitor compliance"
    name = f"compliance score, {total.passed:,} of {total.checked:,} checks pass"
    return (
        "compliance",
        score(total.value),
        name,
        "bad" if total.failed else "good",
        "gmconfig monitor compliance",
    )


def _drift(report: MonitoringReport) -> Tile:
    paths = sum(report.drift.values())
    return "drift", f"{paths:,}", "drifted paths", "bad" if paths else "good", "gmconfig drift list"


def _changes(report: MonitoringReport) -> Tile:
    asked = f"gmconfig monitor report --hours {report.hours:g}"
    return "changes", f"{report.commits:,}", "commits that changed configuration", "", asked


def _deployments(report: MonitoringReport) -> Tile:
    failed = sum(str(one.state) in _FAILED for one in report.deployments)
    name = "deployments" + (f", {failed:,} of them failed" if failed else "")
    return (
        "deployments",
        f"{len(report.deployments):,}",
        name,
        "bad" if failed else "",
        "gmconfig deploy history",
    )


def _backup(report: MonitoringReport) -> Tile:
    moment = report.backups["verified"]
    shown = ago(moment, report.made) if moment else "never"
    return "health", shown, "last verified backup", "" if moment else "warn", "gmconfig backup list"


def _tile(anchor: str, value: str, name: str, colour: str, asked: str) -> str:
    return (
        f'<a class="tile" href="#{anchor}"><strong class="{colour}">{escape(value)}</strong>{escape(name)}'
        f"{command(asked)}</a>"
    )


def _named(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
