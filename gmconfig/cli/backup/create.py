"""`backup create`: everything of a repository, put away and read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import options, terminal, values
from gmconfig.cli.backup import shown
from gmconfig.cli.patience import waiting
from gmconfig.cli.verb import verb

if TYPE_CHECKING:
    from gmconfig.cli.session import Session


def create(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="A name to find it by.")] = "",
    retention_days: Annotated[
        int | None,
        typer.Option(
            "--retention-days",
            metavar="N",
            min=0,
            max=36_500,
            help="Kept so long whatever the rules say; 30.",
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="URL|DIR",
            help="Where to: a folder, or a URL that fsspec knows (s3://…, sftp://…).",
        ),
    ] = None,
    uncommitted: Annotated[
        bool, typer.Option("--uncommitted", help="With the work that is not committed yet.")
    ] = False,
    tags: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help="For --keep-tag; repeatable.")
    ] = None,
    reason: options.Why = None,
    user: options.By = None,
    output: options.TextOrJson = "text",
) -> None:
    """Back up all refs with their history, records and journal, and what is live on each target.

    It is sealed to the admins of access.yaml, signed by you, read back and hashed; only then it counts as a
    backup. What did not change since an earlier one is stored once.

    \b
    gmconfig backup create
    gmconfig backup create before-migration --retention-days 90
    gmconfig backup create --to s3://backups/config
    """
    from gmconfig.backup.create import Asked

    asked = Asked(name, reason or "", tuple(tags or ()), retention_days, uncommitted=uncommitted)
    backups = session.backups(to, user)
    with waiting("backing up"):
        made = backups.create(asked)
    for lacking in made.lacking:
        terminal.warning(f"not in the backup: {lacking}")
    if not made.sealed_to:
        terminal.warning("the backup is not sealed: there is no access.yaml that says to whom")
    elif not made.maker:
        terminal.warning("the backup is not signed: no identity of a member is at hand")
    if output == "json":
        return terminal.answer(values.as_json(shown.record(backups.destination(), shown.fresh(made))))
    return terminal.lines(shown.made(made, backups.destination().store.place))


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "create")(create)
