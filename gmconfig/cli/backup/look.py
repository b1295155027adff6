"""`backup list`, `show`, `verify`, `drill`: which there are, and whether they would help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import complete, options, terminal, values
from gmconfig.cli.backup import arguments, shown
from gmconfig.cli.patience import waiting
from gmconfig.cli.verb import verb
from gmconfig.errors import ExitCode

if TYPE_CHECKING:
    from gmconfig.cli.session import Session


def list_all(session: Session, place: arguments.From = None, output: options.TextOrJson = "text") -> None:
    """List backups, the newest first. Works without a repository too: then all of this machine are listed.

    \b
    gmconfig backup list
    gmconfig backup list --from s3://backups/config
    """
    found = list(session.backups(place).all())
    if output == "json":
        return terminal.answer(values.as_json([shown.record(*one) for one in found]))
    if not found:
        return terminal.note("there are no backups yet: gmconfig backup create")
    return terminal.lines(shown.listing(found))


def show(
    session: Session,
    name: arguments.Backup,
    place: arguments.From = None,
    output: options.TextOrJson = "text",
) -> None:
    """Show what a backup is made of, who can open it, and until when it is kept.

    \b
    gmconfig backup show latest
    gmconfig backup show nightly -o json
    """
    destination, found = session.backups(place).find(name)
    one = next(one for one in destination.every() if one.id == found.id)
    if output == "json":
        return terminal.answer(values.as_json(shown.record(destination, one)))
    return terminal.lines(shown.one(destination, one))


def verify(
    session: Session,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Backups; all by default.", autocompletion=complete.backups),
    ] = None,
    read_data: Annotated[
        bool, typer.Option("--read-data", help="Read every byte, not only what is there and how long.")
    ] = False,
    place: arguments.From = None,
    output: options.TextOrJson = "text",
) -> int:
    """Check that backups are whole, and signed by a member if by anybody. Exit 1 if one is not.

    Without --read-data a file that kept its length passes, whatever is in it; a drill shows the most.

    \b
    gmconfig backup verify
    gmconfig backup verify latest --read-data
    """
    backups = session.backups(place)
    with waiting("reading backups"):
        found = list(backups.verify(names or (), read_data=read_data))
    shown.tell_missing(() if names else backups.missing())
    if output == "json":
        terminal.answer(values.as_json([shown.check(one) for one in found]))
    elif not found:
        terminal.note("there are no backups yet: gmconfig backup create")
    else:
        terminal.lines(shown.checked(found, read_data=read_data))
    return ExitCode.OK if all(one.is_good for one in found) else ExitCode.NO


def drill(
    session: Session,
    name: Annotated[
        str,
        typer.Argument(
            metavar="[ID]", help="A backup; the latest by default.", autocompletion=complete.backups
        ),
    ] = "latest",
    place: arguments.From = None,
    output: options.TextOrJson = "text",
) -> int:
    """Prove a backup by restoring it into a scratch folder. Exit 1 if anything is not as it was.

    git fsck, every ref, every environment rendered, what was deployed last compared with its record, a secret
    opened.

    \b
    gmconfig backup drill
    gmconfig backup drill nightly --from /mnt/backups
    """
    backups = session.backups(place)
    with waiting("restoring into a scratch folder"):
        steps = list(backups.drill(name))
    if output == "json":
        rows = [{"step": one.name, "good": one.is_good, "said": one.said} for one in steps]
        terminal.answer(values.as_json(rows))
    else:
        terminal.lines(shown.steps(steps))
    return ExitCode.NO if any(one.is_good is False for one in steps) else ExitCode.OK


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "list", slow="reading backups")(list_all)
    verb(app, "show", slow="reading backups")(show)
    verb(app, "verify")(verify)
    verb(app, "drill")(drill)
