"""A report as one HTML file: no script, nothing loaded from anywhere, and the command beside each number. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from gmconfig.monitor.report import figure
from gmconfig.monitor.report.words import ago, at, hours, score

if TYPE_CHECKING:
    from gmconfig.monitor.report.report import MonitoringReport

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_CLASSES = {"ok": "good", "warning": "warn", "error": "bad", "critical": "bad", "info": "", "unknown": ""}


def page(report: MonitoringReport) -> str:
    """Give the whole file."""
    title = f"{report.name}: configuration report"
    style = files("gmconfig.monitor.report").joinpath("page.css").read_text(encoding="utf-8")
    parts = (_tiles, _health, _alerts, _compliance, _activity, _deployments)
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
{figure.command(f"gmconfig monitor report --hours {report.hours:g} --html report.html")}
</footer>
</body>
</html>
"""


def _tiles(report: MonitoringReport) -> str:
    alerts, total = report.open_alerts, report.compliance.total
    failing = sum(one.severity.fails for one in alerts)
    drifted = sum(report.drift.values())
    failed = [one for one in report.deployments if str(one.state) in ("failed", "restored", "restore_failed")]
    verified = report.backups["verified"]
    tiles = [
        ("alerts", f"{len(alerts):,}", "open alerts", "bad" if failing else "warn" if alerts else "good",
         "gmconfig monitor alerts list"),
        ("compliance", score(total.value), "compliance score", "bad" if total.failed else "good",
         "gmconfig monitor compliance"),
        ("drift", f"{drifted:,}", "drifted paths", "bad" if drifted else "good", "gmconfig drift list"),
        ("changes", f"{report.commits:,}", "configuration changes", "", "gmconfig config history settings"),
        ("deployments", f"{len(report.deployments):,}", "deployments", "bad" if failed else "",
         "gmconfig deploy history"),
        ("health", ago(verified, report.made) if verified else "never", "last verified backup",
         "" if verified else "warn", "gmconfig backup list"),
    ]  # fmt: skip
    return (
        f'<section class="tiles" aria-label="At a glance">{"".join(_tile(*one) for one in tiles)}</section>'
    )


def _tile(anchor: str, value: str, name: str, colour: str, command: str) -> str:
    return (
        f'<a class="tile" href="#{anchor}"><strong class="{colour}">{escape(value)}</strong>{escape(name)}'
        f"{figure.command(command)}</a>"
    )


def _health(report: MonitoringReport) -> str:
    rows = [
        [(one.name, ""), (one.state, _CLASSES[one.state]), (one.message, ""), (one.hint or "", "code")]
        for one in report.health
    ]
    table = _table(("what", "state", "why", "go on with"), rows)
    return _section("health", "Health", table, "gmconfig monitor status")


def _alerts(report: MonitoringReport) -> str:
    if not report.alerts:
        table = '<p class="dim">No alert is open, and none moved.</p>'
    else:
        rows = [
            [
                (str(one.severity), _CLASSES[one.severity]),
                (one.message, ""),
                (str(one.state), ""),
                (ago(one.changed_at, report.made), ""),
                (one.hint if one.hint and not one.resolved else "", "code"),
            ]
            for one in report.alerts[:100]
        ]
        more = len(report.alerts) - len(rows)
        table = _table(("severity", "alert", "state", "moved", "go on with"), rows)
        table += f'<p class="dim">and {more:,} more</p>' if more else ""
    charts = _charts([figure.severities(report)])
    return _section("alerts", "Alerts", charts + table, "gmconfig monitor alerts list --all")


def _compliance(report: MonitoringReport) -> str:
    charts = _charts([figure.trend(report), figure.environments(report), figure.rules(report)])
    rows = [
        [
            (str(one.severity), _CLASSES[one.severity]),
            (one.rule, ""),
            (f"{one.document} in {one.environment or 'common'}", ""),
            ("; ".join(message for _, message in one.failing[:5]), ""),
        ]
        for one in report.compliance.violations[:100]
    ]
    table = _table(("severity", "rule", "where", "what is wrong"), rows) if rows else ""
    return _section("compliance", "Compliance", charts + table, "gmconfig monitor compliance")


def _activity(report: MonitoringReport) -> str:
    charts = [figure.changes(report), figure.drift(report), figure.reads(report), figure.flags(report)]
    found = _charts([*charts, figure.timings(report)])
    return _section("changes", "Activity", found, "gmconfig monitor watch")


def _deployments(report: MonitoringReport) -> str:
    if not report.deployments:
        table = '<p class="dim">Nothing was deployed.</p>'
    else:
        rows = [
            [
                (one.id, ""),
                (str(one.state), figure.STATES.get(str(one.state), "")),
                (f"{one.action} by {one.user.partition(' <')[0]}", ""),
                (ago(one.changed, report.made), ""),
                (f"gmconfig deploy show {one.id}", "code"),
            ]
            for one in report.deployments[:100]
        ]
        table = _table(("deployment", "state", "what", "when", "look"), rows)
    charts = _charts([figure.deployments(report)])
    return _section("deployments", "Deployments", charts + table, "gmconfig deploy history")


def _section(name: str, title: str, content: str, command: str) -> str:
    return (
        f'<section id="{name}" aria-labelledby="{name}-heading"><h2 id="{name}-heading">{title}</h2>'
        f"{content}{figure.command(command)}</section>"
    )


def _charts(found: Iterable[str]) -> str:
    return f'<div class="charts">{"".join(found)}</div>'


def _table(names: Sequence[str], rows: Iterable[Sequence[tuple[str, str]]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = "".join(
        f"<tr>{''.join(_cell(name, *one) for name, one in zip(names, row, strict=True))}</tr>" for row in rows
    )
    table = f'<table class="wide"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="scroll">{table}</div>'


def _cell(name: str, text: str, kind: str) -> str:
    if not text:
        return "<td></td>"
    shown = f"<code>{escape(text)}</code>" if kind == "code" else escape(text)
    colour = f' class="{kind}"' if kind not in ("", "code") else ""
    return f'<td{colour} data-name="{escape(name)}">{shown}</td>'
