"""The charts of a report, each with its name, its numbers as a table, and the command that gives them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from gmconfig.counted import counted
from gmconfig.finding import Severity
from gmconfig.monitor.alert import Kind
from gmconfig.monitor.happened import moment_of
from gmconfig.monitor.report import chart
from gmconfig.monitor.report.report import slots
from gmconfig.monitor.report.words import command, score, short

if TYPE_CHECKING:
    from gmconfig.monitor.compliance.score import Score
    from gmconfig.monitor.compliance.trend import Point
    from gmconfig.monitor.report.report import MonitoringReport, Slot

STATES = {
    "succeeded": "good", "partial": "warn", "aborted": "warn", "superseded": "warn",
    "failed": "bad", "restored": "bad", "restore_failed": "bad",
}  # fmt: skip
_SEVERITIES = {"critical": "bad", "error": "bad", "warning": "warn", "info": "accent"}
_MANY = 12


def severities(report: MonitoringReport) -> str:
    """Draw open alerts by severity."""
    counts = Counter(one.severity for one in report.open_alerts)
    bars = [(str(one), counts[one], f"{counts[one]:,}", _SEVERITIES[one]) for one in Severity]
    return _rows("Open alerts by severity", bars, "gmconfig monitor alerts list")


def kinds(report: MonitoringReport) -> str:
    """Draw open alerts by kind."""
    counts = Counter(one.kind for one in report.open_alerts)
    bars = [(str(one), counts[one], f"{counts[one]:,}", "accent") for one in Kind]
    return _rows("Open alerts by kind", bars, "gmconfig monitor alerts list")


def raised(report: MonitoringReport) -> str:
    """Draw when alerts were raised; what this very look raised, a moment after it began, counts as now."""
    moments = [moment for one in report.alerts if (moment := moment_of(one.started_at))]
    times = [min(moment, report.made) for moment in moments]
    found = slots(times, report.made, report.hours, report.slot)
    return _over_time(report, "Alerts raised over time", found, "alert", "gmconfig monitor alerts list --all")


def trend(report: MonitoringReport) -> str:
    """Draw the score over commits."""
    past = report.compliance.trend
    title, asked = "Compliance score over commits", "gmconfig monitor compliance"
    values = [one.score for one in past]
    if not any(one is not None for one in values):
        return _nothing(title, "no commit has a score: no rule applies", asked)
    labels = (_commit(past[0]), _commit(past[-1]))
    ends = f"from {score(values[0])} at {labels[0]} to {score(values[-1])} at {labels[1]}"
    said = f"{ends}, {counted(len(past), 'commit')}"
    numbers = [(f"{one.commit[:7]} {one.subject}", score(one.score)) for one in reversed(past)]
    return _figure(title, chart.line(title, said, values, labels), numbers, asked)


def _commit(point: Point) -> str:
    moment = moment_of(point.time)
    return f"{point.commit[:7]}, {moment:%b} {moment.day}" if moment else point.commit[:7]


def environments(report: MonitoringReport) -> str:
    """Draw the score by environment."""
    found = {name or "common": one for name, one in report.compliance.environments.items()}
    return _scores("Compliance score by environment", found, "gmconfig monitor compliance")


def rules(report: MonitoringReport) -> str:
    """Draw the score by rule, the worst first."""
    found = sorted(
        report.compliance.rules.items(), key=lambda one: (one[1].value is None, one[1].value, one[0])
    )
    return _scores("Compliance score by rule", dict(found), "gmconfig monitor compliance")


def changes(report: MonitoringReport) -> str:
    """Draw configuration changes over time."""
    asked = f"gmconfig monitor report --hours {report.hours:g}"
    return _over_time(report, "Configuration changes over time", report.changes, "commit", asked)


def reads(report: MonitoringReport) -> str:
    """Draw reads of secrets over time."""
    return _over_time(report, "Secrets read on this machine", report.reads, "read", "gmconfig secret audit")


def drift(report: MonitoringReport) -> str:
    """Draw drifted paths by target."""
    worst = sorted(report.drift.items(), key=lambda one: (-one[1], one[0]))
    bars = [(name, number, counted(number, "path"), "bad") for name, number in worst]
    drawn = _rows("Drifted paths by target", bars, "gmconfig drift list", "nothing has drifted")
    return f'<div id="drift">{drawn}</div>'


def flags(report: MonitoringReport) -> str:
    """Draw users of flags."""
    bars = [
        (f"{flag}: {variant or 'none'}", users, counted(users, "user"), "accent")
        for flag, variants in report.usage.items()
        for variant, users in variants.items()
    ]
    asked = f"gmconfig flag analytics {next(iter(report.usage))}" if report.usage else "gmconfig flag list"
    return _rows("Users of flags on this machine", bars, asked, "no use was noted")


def automation(report: MonitoringReport) -> str:
    """Draw runs of automation rules by how they ended."""
    bars = [
        (rule, number, f"{number:,} {state}", "bad" if state == "failed" else "accent")
        for rule, ended in sorted(report.rules.items())
        for state, number in sorted(ended.items())
    ]
    return _rows("Runs of automation rules", bars, "gmconfig automation history", "no rule ran")


def timings(report: MonitoringReport) -> str:
    """Draw how long gmconfig's own look took."""
    bars = [(name, seconds, f"{seconds:.2f} s", "accent") for name, seconds in report.seconds.items()]
    return _rows("How long gmconfig looked", bars, "gmconfig monitor metrics")


def deployments(report: MonitoringReport) -> str:
    """Draw deployments by environment and end."""
    counts = Counter((one.environment, str(one.state)) for one in report.deployments)
    bars = [
        (f"{environment}: {state}", number, f"{number:,}", STATES.get(state, "accent"))
        for (environment, state), number in sorted(counts.items())
    ]
    return _rows("Deployments by outcome", bars, "gmconfig deploy history", "nothing was deployed")


def _over_time(report: MonitoringReport, title: str, found: Sequence[Slot], noun: str, asked: str) -> str:
    total = sum(one.count for one in found)
    if not total:
        return _nothing(title, f"no {noun}s", asked)
    labels = (short(found[0].start, report.hours), "now")
    busiest = max(found, key=lambda one: one.count)
    most = f"{busiest.count:,} of them in the busiest time, from {busiest.start:%Y-%m-%d %H:%M}"
    said = f"{counted(total, noun)}, {most}"
    numbers = [(f"{one.start:%Y-%m-%d %H:%M}", f"{one.count:,}") for one in found if one.count]
    return _figure(title, chart.bars(title, said, [one.count for one in found], labels), numbers, asked)


def _scores(title: str, found: dict[str, Score], asked: str) -> str:
    bars = [
        (name, one.value or 0.0, f"{score(one.value)}  ({one.passed:,} of {one.checked:,})", _colour(one))
        for name, one in found.items()
    ]
    return _rows(title, bars, asked, "no rule applies", 100)


def _colour(one: Score) -> str:
    return "good" if not one.failed else "warn" if (one.value or 0) >= 90 else "bad"


def _rows(
    title: str, bars: Sequence[chart.Bar], asked: str, nothing: str = "none", most: float | None = None
) -> str:
    if not bars:
        return _nothing(title, nothing, asked)
    shown = list(bars[:_MANY])
    more = f" and {len(bars) - _MANY:,} more" if len(bars) > _MANY else ""
    said = ", ".join(f"{name} {words}" for name, _, words, _ in shown) + more
    numbers = [(name, words) for name, _, words, _ in bars] if more else []
    return _figure(title, chart.rows(title, said, shown, most), numbers, asked, more.strip())


def _figure(title: str, drawn: str, numbers: Iterable[tuple[str, str]], asked: str, more: str = "") -> str:
    rest = f'<p class="dim">{escape(more)}</p>' if more else ""
    rows = "".join(f'<tr><th scope="row">{escape(a)}</th><td>{escape(b)}</td></tr>' for a, b in numbers)
    table = f"<details><summary>The numbers</summary><table>{rows}</table></details>" if rows else ""
    return f"<figure><figcaption>{escape(title)}</figcaption>{drawn}{rest}{table}{command(asked)}</figure>"


def _nothing(title: str, words: str, asked: str) -> str:
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>"
        f'<p class="dim">{escape(words)}</p>{command(asked)}</figure>'
    )
