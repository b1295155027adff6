"""`monitor journal`: the months of events, dropping old ones, exchanging them with the remote."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import options, terminal, values
from gmconfig.cli.verb import group, verb

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gmconfig.api.journaling import Journals, Month
    from gmconfig.cli.session import Session


def list_(session: Session, output: options.TextOrJson = "text") -> None:
    """List the journal's months and how many events each holds.

    \b
    gmconfig monitor journal list
    gmconfig monitor journal list -o json
    """
    found = _journals(session).months()
    if output == "json":
        return terminal.answer(values.as_json([asdict(one) for one in found]))
    if not found:
        return terminal.answer("the journal is empty")
    return terminal.lines(terminal.table([_row(one) for one in found]))


def prune(
    session: Session,
    keep_months: Annotated[
        int, typer.Option("--keep-months", metavar="N", help="Keep this month and so many before it.")
    ] = 24,
    dry_run: options.DryRun = False,
    user: options.By = None,
    output: options.TextOrJson = "text",
) -> None:
    """Drop old months of the journal, but for events that still count: open alerts and drift, last words.

    What stands in a month's place tells other clones, once it is pushed with `monitor journal sync`, to drop it too.
    Deployment records, configuration and backups are not part of the journal.

    \b
    gmconfig monitor journal prune --keep-months 24 --dry-run
    gmconfig monitor journal prune --keep-months 12
    """
    found = _journals(session, user).prune(keep_months, dry_run=dry_run)
    if output == "json":
        return terminal.answer(values.as_json([asdict(one) for one in found]))
    if not found:
        return terminal.answer(f"nothing is older than {keep_months:,} months")
    return terminal.lines(_dropped(found, dry_run=dry_run))


def sync(session: Session, output: options.TextOrJson = "text") -> None:
    """Exchange the journal with the remote: alerts, acknowledgements, drift and what else happened, both ways.

    Nothing else pushes the journal: where several people are to see the same alerts, run it from a timer.

    \b
    gmconfig monitor journal sync
    gmconfig monitor journal sync -o json
    """
    pushed = _journals(session).sync()
    if output == "json":
        return terminal.answer(values.as_json({"pushed": pushed}))
    return terminal.answer(f"pushed {', '.join(pushed)}" if pushed else "up to date, nothing to push")


def _journals(session: Session, user: str | None = None) -> Journals:
    from gmconfig.api.journaling import Journals

    return Journals(session.manager(None).workspace, user=user)


def _row(one: Month) -> list[terminal.Span]:
    return [one.month, f"{one.events:,} events", ("the others were dropped" if one.pruned else "", "dim")]


def _dropped(found: Iterable[Month], *, dry_run: bool) -> list[terminal.Line]:
    word = "would be dropped" if dry_run else "dropped"
    return terminal.table([[one.month, word, (_counting(one.events), "dim")] for one in found])


def _counting(events: int) -> str:
    return "1 event still counts" if events == 1 else f"{events:,} events still count"


def register(app: Any) -> None:
    """Add these verbs."""
    words = group("What happened, as several people need it: months of events that clones exchange.")
    verb(words, "list", slow="reading the journal")(list_)
    verb(words, "prune", slow="thinning out")(prune)
    verb(words, "sync", slow="exchanging the journal")(sync)
    app.add_typer(words, name="journal")
