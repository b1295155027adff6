"""`monitor report` and `monitor watch`: what happened, looking back or as it happens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import options, terminal, values
from gmconfig.cli.monitor import shown
from gmconfig.cli.patience import waiting
from gmconfig.cli.verb import verb
from gmconfig.errors import UsageError

if TYPE_CHECKING:
    from gmconfig.cli.session import Session
    from gmconfig.monitor.report import MonitoringReport


def report(
    session: Session,
    html: Annotated[
        str | None, typer.Option("--html", metavar="FILE", help="Write one page that needs nothing else.")
    ] = None,
    hours: Annotated[float, typer.Option("--hours", metavar="N", help="How far to look back.")] = 24,
    output: options.TextOrJson = "text",
) -> None:
    """Report what happened within some hours and how things stand.

    \b
    gmconfig monitor report --hours 168
    gmconfig monitor report --html report.html
    """
    with waiting("looking"):
        found = session.monitor().create_monitoring_report(hours)
    if html:
        from gmconfig.monitor.report.page import page
        from gmconfig.storage.files import write_atomic

        write_atomic(html, page(found).encode())
        terminal.note(f"wrote {html}")
        return
    if output == "json":
        terminal.answer(values.as_json(found.as_json()))
    else:
        terminal.lines(_lines(found))


def _lines(found: MonitoringReport) -> Iterator[terminal.Line]:
    from gmconfig.counted import counted
    from gmconfig.monitor.report.words import hours

    yield [(found.name, "bold"), f"  the last {hours(found.hours)}"]
    yield ""
    yield from shown.health(found.health)
    yield ""
    facts = [
        (
            "changes",
            counted(found.commits, "commit"),
            f"gmconfig monitor report --hours {found.hours:g} -o json",
        ),
        ("deployments", counted(len(found.deployments), "deployment"), "gmconfig deploy history"),
        ("alerts", f"{len(found.open_alerts):,} open", "gmconfig monitor alerts list"),
        ("compliance", shown.score(found.compliance.score), "gmconfig monitor compliance"),
        ("drift", counted(sum(found.drift.values()), "path"), "gmconfig drift list"),
        ("secrets", counted(sum(one.count for one in found.reads), "read"), "gmconfig secret audit"),
        ("flags", f"{len(found.usage):,} in use", "gmconfig flag list"),
        ("rules", _ran(found.rules), "gmconfig automation history"),
    ]
    rows: list[list[terminal.Span]] = [
        [name, (text, "bold"), (command, "dim")] for name, text, command in facts
    ]
    yield from terminal.table(rows)
    if found.changed:
        yield ""
        yield from terminal.table([shown.change(one) for one in found.changed[:10]])


def _ran(rules: Mapping[str, Mapping[str, int]]) -> str:
    from gmconfig.counted import counted

    failed = sum(ended.get("failed", 0) for ended in rules.values())
    runs = counted(sum(sum(ended.values()) for ended in rules.values()), "run")
    return f"{runs}, {failed:,} failed" if failed else runs


def watch(
    session: Session,
    interval: Annotated[float, typer.Option("--interval", metavar="SECONDS", help="Between two looks.")] = 10,
    count: Annotated[
        int | None, typer.Option("--count", metavar="N", help="End after so many events.")
    ] = None,
    rules: Annotated[
        bool, typer.Option("--rules", help="Run the automation rules that are due, too, after each look.")
    ] = False,
    output: options.TextOrJson = "text",
) -> None:
    """Look again and again, and print events and alerts as they happen, until interrupted.

    \b
    gmconfig monitor watch
    gmconfig monitor watch --interval 5 -o json
    """
    if not 0 < interval <= 86_400 or (count is not None and count < 1):
        raise UsageError(
            "an interval is a number of seconds above 0, a count one above 0", hint="--interval 10"
        )
    terminal.note(f"looking every {interval:g} s")
    watching = session.monitor().watching
    if not rules:
        return _told(watching.events(interval), count, output)
    from gmconfig.automation.loop import until_asked_to_stop

    with until_asked_to_stop() as stop:  # what a rule has begun comes to its end

        def run_rules() -> None:
            automation = session.automation()
            automation.stops = stop.is_set
            for _ in automation.run():
                if stop.is_set():
                    return

        watching.after_look = run_rules
        return _told(watching.events(interval, stop=stop), count, output)


def _told(events: Iterator[Mapping[str, object]], count: int | None, output: str) -> None:
    for number, event in enumerate(events, 1):
        if output == "json":
            terminal.answer(values.json_line(dict(event)))
        else:
            terminal.lines([shown.event(event)])
        if number == count:
            return


def register(app: Any) -> None:
    """Add these verbs."""
    verb(app, "report")(report)
    verb(app, "watch")(watch)
