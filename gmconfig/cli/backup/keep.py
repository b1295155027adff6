"""`backup prune`, `pin`, `unpin`: which stay, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import options, terminal, values
from gmconfig.cli.backup import arguments, shown
from gmconfig.cli.verb import verb

if TYPE_CHECKING:
    from gmconfig.backup.retention import Rules
    from gmconfig.cli.session import Session


def _count(name: str, what: str) -> Any:
    return typer.Option(f"--keep-{name}", metavar="N", min=0, help=what)


def prune(
    session: Session,
    last: Annotated[int, _count("last", "The newest N.")] = 0,
    hourly: Annotated[int, _count("hourly", "The newest of each of the last N hours that have one.")] = 0,
    daily: Annotated[int, _count("daily", "The same for days.")] = 0,
    weekly: Annotated[int, _count("weekly", "The same for weeks, from Monday to Sunday.")] = 0,
    monthly: Annotated[int, _count("monthly", "The same for months.")] = 0,
    yearly: Annotated[int, _count("yearly", "The same for years.")] = 0,
    within: Annotated[
        str | None,
        typer.Option(
            "--keep-within", metavar="TIME", help="All that are at most 30d, 12h, … older than the newest."
        ),
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--keep-tag", metavar="TAG", help="All with this tag; repeatable.")
    ] = None,
    dry_run: options.DryRun = False,
    place: arguments.From = None,
    output: options.TextOrJson = "text",
) -> None:
    """Remove backups that nothing keeps, and tell of each what keeps it.

    Any rule keeps: those given here, else backups: {keep: …} of gmconfig.yaml. Besides them what a backup was
    promised (--retention-days), pins, the newest that was verified, and the newest. Rules that would keep
    nothing are refused.

    \b
    gmconfig backup prune --keep-daily 14 --keep-monthly 12 --dry-run
    gmconfig backup prune --keep-last 3 --keep-tag audit
    """
    from datetime import timedelta

    from gmconfig.backup.retention import Rules
    from gmconfig.project.span import KEEP

    kept = timedelta(seconds=KEEP.seconds(within)) if within else None
    given = Rules(last, hourly, daily, weekly, monthly, yearly, kept, tuple(tags or ()))
    pruned = session.backups(place).prune(_none_if_empty(given), dry_run=dry_run)
    for name in pruned.damaged:
        terminal.warning(f"{name} has a damaged manifest and stays: gmconfig backup verify {name}")
    if output == "json":
        return terminal.answer(values.as_json(shown.pruning(pruned, dry_run=dry_run)))
    return terminal.lines(shown.pruned(pruned, dry_run=dry_run))


def pin(
    session: Session,
    name: arguments.Backup,
    reason: options.Why = None,
    place: arguments.From = None,
    user: options.By = None,
    output: options.TextOrJson = "text",
) -> None:
    """Keep a backup whatever the rules say, until gmconfig backup unpin.

    \b
    gmconfig backup pin latest -m "before the audit"
    gmconfig backup pin nightly --from s3://backups/config
    """
    found = session.backups(place, user).pin(name, reason or "")
    _said(found.id, output, pinned=True)


def unpin(
    session: Session,
    name: arguments.Backup,
    place: arguments.From = None,
    user: options.By = None,
    output: options.TextOrJson = "text",
) -> None:
    """Let the rules decide about a backup again.

    \b
    gmconfig backup unpin before-migration
    gmconfig backup unpin latest
    """
    found = session.backups(place, user).unpin(name)
    _said(found.id, output, pinned=False)


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "prune", slow="thinning out")(prune)
    verb(app, "pin")(pin)
    verb(app, "unpin")(unpin)


def _none_if_empty(rules: Rules) -> Rules | None:
    return None if rules.are_empty else rules


def _said(name: str, output: str, *, pinned: bool) -> None:
    if output == "json":
        return terminal.answer(values.as_json({"id": name, "pinned": pinned}))
    return terminal.lines([f"{name}  {'pinned' if pinned else 'no longer pinned'}"])
