"""`secret seal`, `unseal` and `edit`: sealed values inside configuration files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import options, prompt
from gmconfig.cli.editing import until_taken
from gmconfig.cli.verb import verb

if TYPE_CHECKING:
    from gmconfig.api.outcome import Outcome
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing

File = Annotated[
    str, typer.Argument(metavar="FILE", help="A file of the repository, as you see it from here.")
]


def seal(
    session: Session,
    writing: Writing,
    file: File,
    path: options.Path,
    identity: options.IdentityFile = None,
) -> None:
    """Seal a value where it stands: the file keeps everything else, byte for byte.

    \b
    gmconfig secret seal config/billing.yaml invoice.sender
    gmconfig secret seal config/billing.yaml invoice.sender --dry-run
    """
    result = session.secrets(identity=identity).seal_value(file, path, **writing.how)
    writing.show(result)


def unseal(
    session: Session,
    writing: Writing,
    file: File,
    path: options.Path,
    identity: options.IdentityFile = None,
    yes: options.Yes = False,
) -> None:
    """Put a sealed value back in plain; it stays readable in git's history from then on.

    \b
    gmconfig secret unseal config/billing.yaml invoice.sender -y
    gmconfig secret unseal config/billing.yaml invoice.sender --dry-run
    """
    if not writing.dry_run:
        prompt.confirmed(f"write {path} to {file} in plain?", yes=yes)
    result = session.secrets(identity=identity).unseal_value(file, path, **writing.how)
    writing.show(result)


def edit(
    session: Session,
    writing: Writing,
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="The file; else the environment's named secrets.")
    ] = "",
    environment: options.Environment = None,
    identity: options.IdentityFile = None,
) -> None:
    """Open a file in $EDITOR with its secrets in plain; what you did not change keeps its token.

    The plain text lies in memory-backed storage only, readable by you alone, and is removed on every way out.

    \b
    gmconfig secret edit -e production
    EDITOR="sed -i s/old/new/" gmconfig secret edit config/settings.yaml --dry-run
    """
    manager = session.secrets(environment, identity=identity)
    opened = manager.open_file(file or None)

    def take(after: str) -> Outcome:
        return manager.reseal_file(opened, after, **writing.how)

    writing.show(until_taken(opened.text, prompt.edited_in_memory, take))


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "seal")(seal)
    verb(app, "unseal")(unseal)
    verb(app, "edit")(edit)
