"""`deploy plan`: what applying would change, by path, before anything is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import complete, options
from gmconfig.cli.deploy import arguments, planning
from gmconfig.cli.verb import verb

if TYPE_CHECKING:
    from gmconfig.cli.session import Session


def plan(
    session: Session,
    words: arguments.Words = None,
    at: arguments.At = None,
    save: Annotated[
        str | None,
        typer.Option(
            "--save", metavar="FILE", help="Keep the plan: apply --plan FILE does this and nothing else."
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            "--base",
            metavar="REV",
            autocompletion=complete.revisions,
            help="Compare with this commit's rendering, not with what is live.",
        ),
    ] = None,
    retry: arguments.Retry = False,
    most_targets: arguments.MostTargets = None,
    offline: arguments.Offline = False,
    exit_code: options.DifferenceIsOne = False,
    output: Annotated[str, options.output(("text", "json", "md"))] = "text",
) -> int:
    """Show what would change on each target: live and wanted by path, secrets masked, where each value is written.

    With --base nothing that is live is looked at: for a pull request, in every environment that it affects.

    \b
    gmconfig deploy plan production
    gmconfig deploy plan web --save plan.json
    gmconfig deploy plan --base origin/main -o md
    """
    return planning.plan(
        session,
        words or (),
        at=at,
        save=save,
        base=base,
        retry=retry,
        most_targets=most_targets,
        offline=offline,
        exit_code=exit_code,
        output=output,
    )


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "plan")(plan)
