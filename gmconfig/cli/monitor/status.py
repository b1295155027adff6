"""`monitor status` and `monitor compliance`: how things are, and how well they keep to the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import complete, options, terminal, values
from gmconfig.cli.monitor import shown
from gmconfig.cli.patience import waiting
from gmconfig.cli.verb import verb
from gmconfig.errors import ExitCode

if TYPE_CHECKING:
    from gmconfig.cli.session import Session


def status(session: Session, output: options.TextOrJson = "text") -> int:
    """Say how the repository, environments, targets, keys, backups and handlers are; exit 1 if something is wrong.

    \b
    gmconfig monitor status
    gmconfig monitor status -o json
    """
    with waiting("looking"):
        found = session.monitor().get_health()
    ok = not any(one.state == "error" for one in found)
    if output == "json":
        terminal.answer(values.as_json({"ok": ok, "health": [one.as_json() for one in found]}))
    else:
        terminal.lines(shown.health(found))
    return ExitCode.OK if ok else ExitCode.NO


def compliance(
    session: Session,
    document: Annotated[
        str | None, typer.Argument(metavar="[DOC]", autocompletion=complete.documents, help="One document.")
    ] = None,
    environment: options.OnlyEnvironment = None,
    commits: Annotated[int, typer.Option("--commits", metavar="N", help="How far the trend goes back.")] = 12,
    output: options.TextOrJson = "text",
) -> int:
    """Score how well the working tree keeps to its compliance rules, by rule and environment; exit 1 if it does not.

    100 × passed ÷ checked, weighted 10, 5, 2, 1 by severity. What nobody can know here and what is waived
    counts in neither; each commit of the trend is judged as of its own day.

    \b
    gmconfig monitor compliance
    gmconfig monitor compliance -e production -o json
    """
    found = session.monitor().get_compliance_status(
        document, environment=environment, commits=max(0, commits)
    )
    if output == "json":
        terminal.answer(values.as_json(found.as_json()))
    else:
        terminal.lines(shown.compliance(found, environment))
    return ExitCode.OK if found.compliant else ExitCode.NO


def register(app: Any) -> None:
    """Add these verbs."""
    verb(app, "status")(status)
    verb(app, "compliance", slow="checking rules")(compliance)
