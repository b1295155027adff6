"""`backup restore`: here as a new commit, or elsewhere as a repository or as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import terminal, values
from gmconfig.cli.backup import arguments
from gmconfig.cli.backup.shown import tell_missing
from gmconfig.cli.patience import waiting
from gmconfig.cli.verb import verb
from gmconfig.counted import counted
from gmconfig.errors import UsageError

if TYPE_CHECKING:
    from gmconfig.api.backup.restoring import Restored
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing


def restore(
    session: Session,
    writing: Writing,
    name: arguments.Backup,
    to: Annotated[
        str | None, typer.Option("--to", metavar="DIR", help="Into a new folder, with every ref as it was.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="PATTERN",
            help="Documents or files such as settings or schemas/*; with --to also live or live/TARGET. Repeatable.",
        ),
    ] = None,
    secrets: Annotated[
        bool,
        typer.Option(
            "--secrets", help="Bring back sealed values of documents too, sealed again; not today's."
        ),
    ] = False,
    unproven: Annotated[
        bool, typer.Option("--unproven", help="Even if nobody whom the access policy knows signed it.")
    ] = False,
    place: arguments.From = None,
) -> None:
    """Bring a backup's configuration back as a new commit, after a backup of what it replaces.

    No ref moves backwards, and access, keys and their log stay today's. With --to the whole repository is
    made again in a new folder, with every ref, and every environment held at what was deployed last. What no
    member signed is refused.

    \b
    gmconfig backup restore latest --dry-run
    gmconfig backup restore before-migration --only settings
    gmconfig backup restore latest --to ../restored
    gmconfig backup restore latest --to ../seen --only live/web
    """
    from gmconfig.api.backup.restoring import restore_elsewhere, restore_here

    backups = session.backups(place, writing.how["user"])
    wanted = tuple(only or ())
    if to is None:
        how = writing.as_value()
        with waiting("restoring"):
            done = restore_here(backups, name, how, only=wanted, secrets=secrets, unproven=unproven)
    else:
        _check_elsewhere(writing, secrets=secrets)
        with waiting("restoring"):
            done = restore_elsewhere(backups, name, to, only=wanted, unproven=unproven)
    tell_missing(backups.missing())
    _answer(done, writing)


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "restore", slow="reading backups")(restore)


def _check_elsewhere(writing: Writing, *, secrets: bool) -> None:
    for given, option in (
        (writing.dry_run, "--dry-run"),
        (not writing.how["commit"], "--no-commit"),
        (secrets, "--secrets"),
    ):
        if given:
            raise UsageError(f"{option} belongs to a restore into this repository", hint="leave out --to DIR")


def _answer(done: Restored, writing: Writing) -> None:
    if done.doubt:
        terminal.warning(f"nothing proves who made the backup {done.backup.id}: {done.doubt}")
    if done.outcome is not None:
        if done.before:
            terminal.note(f"what was there until now is in the backup {done.before}")
        return writing.show(done.outcome)
    if writing.output == "json":
        said = {"backup": done.backup.id, "folder": done.folder, "files": list(done.files)}
        known = {"trusted": done.trusted, "unheld": done.unheld, "doubt": done.doubt}
        return terminal.answer(values.as_json({**said, **known}))
    if done.files:
        return terminal.lines([f"{done.folder}/{file}" for file in done.files])
    terminal.lines([f"{done.folder}  {counted(done.backup.refs, 'ref')} of {done.backup.id}"])
    if done.unheld:
        terminal.warning(f"no environment is held: {done.unheld}")
    else:
        terminal.note("every environment is held; to deploy from it again: gmconfig deploy unhold ENV")
    if not done.trusted:
        terminal.note("the new clone trusts its access policy when you do: gmconfig secret access show")
    return None
