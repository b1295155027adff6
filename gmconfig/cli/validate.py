"""`gmconfig validate`: everything that can be wrong, before it is live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import complete, options
from gmconfig.cli.fast import validating
from gmconfig.cli.verb import verb

if TYPE_CHECKING:
    from gmconfig.cli.session import Session


def validate(
    session: Session,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE]...", help="Only what these files can affect.")
    ] = None,
    schema: Annotated[
        str | None, typer.Option("--schema", metavar="FILE", help="Check files of any kind against it.")
    ] = None,
    staged: Annotated[
        bool, typer.Option("--staged", help="Check what is staged, not the working tree.")
    ] = False,
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="REV",
            help="Check another version: a commit, a tag; v7 where one document is meant.",
            autocompletion=complete.revisions,
        ),
    ] = None,
    environment: Annotated[
        list[str] | None,
        typer.Option(
            "-e",
            "--environment",
            metavar="ENV",
            help="Only these; repeatable.",
            autocompletion=complete.environments,
        ),
    ] = None,
    output: options.Findings = "text",
    report: Annotated[
        list[str] | None,
        typer.Option("--report", metavar="FORMAT=FILE", help="Write another report; repeatable."),
    ] = None,
) -> int:
    """Check YAML, schemas, references, parity, secrets and policies, in every environment.

    \b
    gmconfig validate
    gmconfig validate -o github --report sarif=gmconfig.sarif
    """
    return validating.validate(
        session,
        files or (),
        schema=schema,
        staged=staged,
        at=at,
        environments=environment or (),
        output=output,
        reports=report or (),
    )


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "validate")(validate)
