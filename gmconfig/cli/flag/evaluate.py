"""`flag eval`: what a user gets, and which rule decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import complete, options
from gmconfig.cli.fast.flag import evaluate
from gmconfig.cli.flag.arguments import BucketingOfFile, Name
from gmconfig.cli.verb import verb

if TYPE_CHECKING:
    from gmconfig.cli.session import Session


def eval_(
    session: Session,
    name: Name,
    user: Annotated[
        str | None, typer.Option("--user", metavar="USER", help="The user's targeting key.")
    ] = None,
    context: Annotated[
        list[str] | None,
        typer.Option(
            "--context", metavar="K=V|@FILE", help="Something known about the user, or a JSON file."
        ),
    ] = None,
    default: Annotated[
        str | None, typer.Option("--default", metavar="VALUE", help="What the program would fall back to.")
    ] = None,
    kind: Annotated[
        str,
        typer.Option(
            "--type",
            metavar="TYPE",
            help="boolean, string, integer, float or object: what the program expects.",
            autocompletion=complete.one_of("boolean", "string", "integer", "float", "object"),
        ),
    ] = "",
    batch: Annotated[
        bool, typer.Option("--batch", help="Read JSON contexts from stdin, one a line, with targetingKey.")
    ] = False,
    file: Annotated[str, typer.Option("--file", metavar="FILE", help="Ask a flagd file instead.")] = "",
    bucketing: BucketingOfFile = None,
    environment: options.Environment = None,
    at: options.At = None,
    output: options.TextOrJson = "text",
) -> int:
    """Say what a user gets: value, variant, reason, and the rule that decided.

    \b
    gmconfig flag eval new_algorithm --user user123 -e production
    gmconfig flag eval new_algorithm --user u7 --context plan=pro -o json
    """
    return evaluate(
        session,
        name,
        user=user,
        context=context or (),
        default=default,
        kind=kind,
        batch=batch,
        file=file,
        bucketing=bucketing,
        environment=environment,
        at=at,
        output=output,
    )


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "eval")(eval_)
