"""A report as one HTML file: no script, nothing loaded from anywhere, and the command beside each number. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from gmconfig.finding import Severity
from gmconfig.monitor.report import figure
from gmconfig.monitor.report.glance import tiles, verdict
from gmconfig.monitor.report.table import folded, table
from gmconfig.monitor.report.words import ago, at, command, hours
from gmconfig.spoken import without_address

if TYPE_CHECKING:
    from gmconfig.monitor.health import Health
    from gmconfig.monitor.report.report import MonitoringReport

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_CLASSES = {
    "ok": "good",
    "warning": "warn",
    "error": "bad",
    "critical": "bad",
    "info": "short",
    "unknown": "short",
}
_FEW = 20  # so many states are shown without folding
_REASONS = 5


def page(report: MonitoringReport) -> str:
    """Give the whole file."""
    title = f"{report.name}: configuration report"
    style = files("gmconfig.monitor.report").joinpath("page.css").read_text(encoding="utf-8")
    parts = (verdict, tiles, _health, _alerts, _compliance, _activity, _deployments)
    body = "\n".join(part(report) for part in parts)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<link rel="icon" href="data:,">
<title>{escape(title)}</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>{escape(title)}</h1>
<p class="dim">{at(report.made)}, looking back {hours(report.hours)}</p>
</header>
<main>
{body}
</main>
<footer>
<h2>About these numbers</h2>
<p class="dim">Taken from the repository, its journal and its targets when this page was made; reads of secrets and
use of flags are those of the machine that made it. Between runs nothing watches.</p>
{command(f"gmconfig monitor report --hours {report.hours:g} --html report.html")}
</footer>
</body>
</html>
"""


def _health(report: MonitoringReport) -> str:
    """Show what is not well at once, and of many things that are well no more than how many there are."""
    bad, good = ([one for one in report.health if (one.state == "ok") is well] for well in (False, True))
    if len(report.health) <= _FEW:
        drawn = _states([*report.health])
    else:
        drawn = (_states(bad) if bad else "") + folded(f"{len(good):,} more are well", _states(good))
    return _section("health", "Health", drawn, "gmconfig monitor status")


def _states(found: Sequence[Health]) -> str:
    rows = [
        [(one.name, "name"), (one.state, _CLASSES[one.state]), (one.message, ""), (one.hint or "", "code")]
        for one in found
    ]
    return table(("what", "state", "why", "go on with"), rows, "Health")


def _alerts(report: MonitoringReport) -> str:
    rank = {severity: number for number, severity in enumerate(Severity)}
    rows = [
        [
            (str(one.severity), _CLASSES[one.severity]),
            (one.message, ""),
            (str(one.state), "short"),
            (ago(one.changed_at, report.made), "short"),
            (one.hint if one.hint and not one.resolved else "", "code"),
        ]
        for one in sorted(report.alerts, key=lambda one: (one.resolved, rank[one.severity]))
    ]
    names = ("severity", "alert", "state", "moved", "go on with")
    drawn = table(names, rows, "Alerts") if rows else '<p class="dim">No alert is open, and none moved.</p>'
    charts = _charts([figure.severities(report), figure.kinds(report), figure.raised(report)])
    return _section("alerts", "Alerts", charts + drawn, "gmconfig monitor alerts list --all")


def _compliance(report: MonitoringReport) -> str:
    charts = _charts([figure.trend(report), figure.environments(report), figure.rules(report)])
    rows = [
        [
            (str(one.severity), _CLASSES[one.severity]),
            (one.rule, "name"),
            (f"{one.document} in {one.environment or 'common'}", "name"),
            (_reasons([message for _, message in one.failing]), ""),
        ]
        for one in report.compliance.violations
    ]
    names = ("severity", "rule", "where", "what is wrong")
    drawn = table(names, rows, "What breaks a rule") if rows else ""
    return _section("compliance", "Compliance", charts + drawn, "gmconfig monitor compliance" if rows else "")


def _reasons(messages: list[str]) -> str:
    more = len(messages) - _REASONS
    return "; ".join(messages[:_REASONS]) + (f"; and {more:,} more" if more > 0 else "")


def _activity(report: MonitoringReport) -> str:
    drawn = (
        figure.changes,
        figure.deployments,
        figure.drift,
        figure.reads,
        figure.flags,
        figure.automation,
        figure.timings,
    )
    return _section("changes", "Activity", _charts(one(report) for one in drawn), "gmconfig monitor watch")


def _deployments(report: MonitoringReport) -> str:
    rows = [
        [
            (one.id, "name"),
            (str(one.state), figure.STATES.get(str(one.state), "short")),
            (f"{one.action} by {without_address(one.user)}", ""),
            (ago(one.changed, report.made), "short"),
            (f"gmconfig deploy show {one.id}", "code"),
        ]
        for one in report.deployments
    ]
    names = ("deployment", "state", "what", "when", "look")
    drawn = table(names, rows, "Deployments") if rows else '<p class="dim">Nothing was deployed.</p>'
    return _section("deployments", "Deployments", drawn, "gmconfig deploy history")


def _section(name: str, title: str, content: str, asked: str) -> str:
    return (
        f'<section id="{name}" aria-labelledby="{name}-heading"><h2 id="{name}-heading">{title}</h2>'
        f"{content}{command(asked) if asked else ''}</section>"
    )


def _charts(found: Iterable[str]) -> str:
    return f'<div class="charts">{"".join(found)}</div>'
