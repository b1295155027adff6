"""`config explain` and `diff`: why a value is what it is, and where two versions differ."""

from __future__ import annotations

from shlex import join
from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import complete, options, terminal, values
from gmconfig.cli.config import shown
from gmconfig.cli.fast import get as getting
from gmconfig.cli.verb import verb
from gmconfig.errors import ExitCode, UnknownVersion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.api import ConfigManager, DocumentDifference
    from gmconfig.api.config.live_values import LiveValue
    from gmconfig.cli.session import Session


def explain(
    session: Session,
    document: options.Document,
    path: options.Path,
    environment: options.Environment = None,
    at: options.At = None,
    variables: options.Variables = None,
    output: options.TextOrJson = "text",
) -> None:
    """Show every layer that has a say on a value, the winner marked, with who set it, when and why.

    And what is live, on targets that can be read right here.

    \b
    gmconfig config explain settings database.pool -e production
    gmconfig config explain settings system.debug -e development -o json
    """
    manager = session.manager(environment, variables=getting.pairs(variables), at=at)
    explanation = manager.explain(document, path)
    live = _live(manager, document, path) if at is None else ()
    if output == "json":
        return terminal.answer(values.as_json(shown.explanation_record(explanation, live)))
    return terminal.lines(shown.explanation(explanation, live))


def _live(manager: ConfigManager, document: str, path: str) -> tuple[LiveValue, ...]:
    """Look at what is live, where there are targets."""
    if not manager.workspace.project.settings.section("targets"):
        return ()
    from gmconfig.api.config.live_values import live_values

    return live_values(manager.workspace, document, path)


def diff(
    session: Session,
    left: options.Left,
    right: options.Right,
    documents: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DOC]...", autocompletion=complete.documents, help="Documents; all by default."
        ),
    ] = None,
    exit_code: options.DifferenceIsOne = False,
    output: options.TextOrJson = "text",
) -> int:
    """Compare environments, revisions, or both, by path; secrets are told apart, never shown.

    \b
    gmconfig config diff staging production
    gmconfig config diff HEAD~1 HEAD settings
    """
    differences = _differences(session.manager(), left, right, documents or [])
    if output == "json":
        terminal.answer(values.as_json([shown.difference_record(difference) for difference in differences]))
    else:
        terminal.lines(shown.differences(differences, named=bool(documents)))
    return ExitCode.NO if exit_code and any(d.changes for d in differences) else ExitCode.OK


def _differences(
    manager: ConfigManager, left: str, right: str, documents: list[str]
) -> Sequence[DocumentDifference]:
    """Compare; who names the document first is told where it stands."""
    try:
        return manager.diff(left, right, documents)
    except UnknownVersion as error:
        if left not in manager.list_documents() or not documents:
            raise
        meant = join([right, *documents, left])
        raise UnknownVersion(error.message, hint=f"gmconfig config diff {meant}") from error


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "explain", slow="looking")(explain)
    verb(app, "diff", slow="comparing")(diff)
