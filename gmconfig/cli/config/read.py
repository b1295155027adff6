"""`config list`, `get` and `show`: what there is, and what it resolves to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import options, terminal, values
from gmconfig.cli.fast import get as getting
from gmconfig.cli.fast import show as showing
from gmconfig.cli.verb import verb
from gmconfig.config.formats import FORMATS

if TYPE_CHECKING:
    from gmconfig.cli.session import Session

Reveal = Annotated[bool, typer.Option("--reveal", help="Show secrets in plain.")]


def list_(session: Session, output: options.TextOrJson = "text") -> None:
    """List documents and environments, with the files of each, lowest layer first.

    \b
    gmconfig config list
    gmconfig config list -o json
    """
    documents = session.manager().documents()
    if output == "json":
        return terminal.answer(values.as_json([{"document": d.name, "layers": d.layers} for d in documents]))
    rows = [
        [document.name if first else "", environment or "base", *files]
        for document in documents
        for first, (environment, files) in zip(
            [True] + [False] * len(document.layers), document.layers.items(), strict=False
        )
    ]
    dense = [[*row[:2], " ".join(row[2:])] for row in rows]
    return terminal.lines(terminal.table(dense if terminal.fits(dense) else rows))


def get(
    session: Session,
    document: options.Document,
    path: options.Path = "",
    environment: options.Environment = None,
    at: options.At = None,
    variables: options.Variables = None,
    raw: Annotated[bool, typer.Option("--raw", help="As written, before placeholders.")] = False,
    reveal: Reveal = False,
    output: Annotated[str, options.output(("text", "json", "yaml"))] = "text",
) -> None:
    """Print the resolved value at a path; secrets are masked unless --reveal.

    \b
    gmconfig config get settings database.pool -e production
    gmconfig config get settings database -e staging -o json
    """
    getting.get(
        session,
        document,
        path,
        environment=environment,
        at=at,
        variables=variables or (),
        raw=raw,
        reveal=reveal,
        output=output,
    )


def show(
    session: Session,
    document: options.Document,
    environment: options.Environment = None,
    at: options.At = None,
    variables: options.Variables = None,
    reveal: Reveal = False,
    output: Annotated[str, options.output(FORMATS)] = "yaml",
) -> None:
    """Print a whole resolved document in another format; secrets are masked unless --reveal.

    \b
    gmconfig config show settings -e production
    gmconfig config show settings -e production -o dotenv --reveal
    """
    showing.show(
        session,
        document,
        environment=environment,
        at=at,
        variables=variables or (),
        reveal=reveal,
        output=output,
    )


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "list")(list_)
    verb(app, "get")(get)
    verb(app, "show")(show)
