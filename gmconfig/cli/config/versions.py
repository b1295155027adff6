"""`config history`, `rollback` and `infer-schema`: what a document was, and what it looks like."""

from __future__ import annotations

from shlex import join
from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import complete, options, period
from gmconfig.cli.fast import history as past
from gmconfig.cli.verb import verb
from gmconfig.errors import UnknownDocument, UnknownVersion

if TYPE_CHECKING:
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing

Limit = Annotated[
    int, typer.Option("-n", "--limit", metavar="N", min=0, help="At most N, newest first; 0 for all.")
]


def history(
    session: Session,
    document: options.Document,
    path: options.Path = "",
    environment: options.Environment = None,
    limit: Limit = 0,
    since: period.Since = None,
    until: period.Until = None,
    output: options.TextOrJson = "text",
) -> None:
    """List a document's versions, newest first; for one path only those that changed its value.

    With -e and no path, those that changed a layer of that environment.

    \b
    gmconfig config history settings
    gmconfig config history settings -e production -n 5
    gmconfig config history settings database.pool -e production
    gmconfig config history settings --since 2026-07-01 --until 2026-09-30
    """
    days = {"since": since, "until": until}
    past.history(session, document, path, environment=environment, limit=limit, output=output, **days)


def rollback(
    session: Session,
    writing: Writing,
    document: options.Document,
    version: Annotated[
        str,
        typer.Argument(metavar="VERSION", help="v7, a commit or a tag.", autocompletion=complete.versions),
    ],
    path: Annotated[
        str, typer.Option("--path", metavar="PATH", autocompletion=complete.paths, help="Only this key.")
    ] = "",
    secrets: Annotated[
        bool, typer.Option("--secrets", help="Bring sealed values back too, sealed again and signed.")
    ] = False,
    environment: options.Target = None,
) -> None:
    """Restore a document's files as they were, as a new commit; a secret keeps today's value.

    \b
    gmconfig config rollback settings v1 --dry-run
    gmconfig config rollback settings v1 --path database.pool -e production
    """
    manager = session.manager(environment)
    try:
        result = manager.rollback_config(
            document, version, path=path, own=environment is not None, secrets=secrets, **writing.how
        )
    except (UnknownDocument, UnknownVersion) as error:
        if version not in manager.list_documents() or document in manager.list_documents():
            raise
        hint = f"gmconfig config rollback {join([version, document])}"
        raise UnknownDocument(error.message, hint=hint) from error
    writing.show(result)


def infer_schema(
    session: Session,
    writing: Writing,
    document: options.Document,
) -> None:
    """Write a JSON Schema that all environments satisfy, for validate and for editors.

    \b
    gmconfig config infer-schema billing
    gmconfig config infer-schema billing --dry-run
    """
    result = session.manager().infer_schema(document, **writing.how)
    writing.show(result)


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "history")(history)
    verb(app, "rollback", slow="reading history")(rollback)
    verb(app, "infer-schema")(infer_schema)
