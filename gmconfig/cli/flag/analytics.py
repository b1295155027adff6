"""`flag ingest` and `analytics`: what programs told about users, and who got what, hour by hour."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import options, terminal, values
from gmconfig.cli.flag.arguments import Name
from gmconfig.cli.flag.bars import bars
from gmconfig.cli.verb import verb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.cli.session import Session
    from gmconfig.flag.event.analytics import FeatureAnalytics
    from gmconfig.flag.event.ingest import Ingested

EventsDir = Annotated[
    str | None,
    typer.Option("--events-dir", metavar="DIR", help="Where programs write events; else gmconfig.yaml says."),
]
_DEFAULT = "(the program's default)"


def ingest(session: Session, events_dir: EventsDir = None, output: options.TextOrJson = "text") -> None:
    """Load the events that programs have written since the last time; analytics and reports do so by themselves.

    Only new lines are read; lines that are not events are counted and told.

    \b
    gmconfig flag ingest
    gmconfig flag ingest --events-dir /var/lib/app/events -o json
    """
    found = session.flags(events_dir=events_dir).ingest_events()
    if output == "json":
        return terminal.answer(values.as_json(asdict(found)))
    terminal.lines([f"{found.events:,} events from {found.files:,} files"])
    return tell_troubles(found)


def tell_troubles(found: Ingested) -> None:
    """Warn of what could not be loaded."""
    for one in found.malformed:
        terminal.warning(f"{one.file}:{one.first_line}: {one.count:,} malformed lines from here on, left out")
    for name in found.shrunk:
        terminal.warning(f"{name} is shorter than what was read of it before; nothing is read of it")
    if found.lost:
        terminal.warning(
            f"{found.lost:,} events were never written: they came faster than the disk took them"
        )
    if found.dropped:
        terminal.note(f"{found.dropped:,} old events removed")


def analytics(
    session: Session,
    name: Name,
    hours: Annotated[float, typer.Option("--hours", metavar="N", help="How far to look back.")] = 24,
    events_dir: EventsDir = None,
    environment: options.Environment = None,
    output: options.TextOrJson = "text",
) -> None:
    """Count a flag's users by variant and reason, as a whole and hour by hour.

    \b
    gmconfig flag analytics new_algorithm --hours 24
    gmconfig flag analytics new_algorithm -e production -o json
    """
    manager = session.flags(environment, events_dir=events_dir)
    found = manager.get_feature_analytics(name, hours)
    if output == "json":
        return terminal.answer(values.as_json(_record(found)))
    if not found.users:
        return terminal.note(f"nobody was given {name} in the last {hours:g} hours")
    return terminal.lines(list(_lines(found)))


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "ingest", slow="counting events")(ingest)
    verb(app, "analytics", slow="counting events")(analytics)


def _record(found: FeatureAnalytics) -> dict[str, Any]:
    return {
        "flag": found.flag,
        "environment": found.environment,
        "since": _moment(found.since),
        "until": _moment(found.until),
        "users": [
            {"variant": variant, "reason": reason, "users": users}
            for (variant, reason), users in found.users.items()
        ],
        "hours": [
            {"time": _moment(one.time), "variant": one.variant, "reason": one.reason, "users": one.users}
            for one in found.hours
        ],
    }


def _lines(found: FeatureAnalytics) -> Iterator[terminal.Line]:
    where = f" in {found.environment}" if found.environment else ""
    hours = round((found.until - found.since) / 3600, 1)
    yield f"{found.flag}{where}  users who were given it in the last {hours:g} hours, hour by hour"
    yield ""
    series = {key: found.series(*key) for key in found.users}
    room = max(10, terminal.width() - 60)
    drawn = bars(list(series.values()), room)
    for (variant, reason), row in zip(series, drawn, strict=True):
        users = found.users[(variant, reason)]
        name = variant or _DEFAULT
        yield [f"{name:<{_widest(found)}}  ", (f"{reason:<16}", "dim"), f"{users:>10,}  ", (row, "cyan")]
    left = " " * (_widest(found) + 2 + 16 + 10 + 2)
    yield [(left + _axis(found, len(drawn[0])), "dim")]


def _widest(found: FeatureAnalytics) -> int:
    return max(len(variant or _DEFAULT) for variant, _ in found.users)


def _axis(found: FeatureAnalytics, room: int) -> str:
    """Give the times below a row of bars: the first hour's and now."""
    form = "%H:%M" if found.until - found.since <= 24 * 3600 else "%m-%d %H:%M"
    first = datetime.fromtimestamp(found.since // 3600 * 3600, UTC).strftime(form)
    last = "now (UTC)"
    return f"{first}{last:>{max(len(last) + 1, room - len(first))}}"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")
