"""`deploy plan`: what applying would change, by path, before anything is touched."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import options, terminal, values
from gmconfig.cli.deploy import arguments, progress, shown
from gmconfig.cli.verb import verb
from gmconfig.errors import ExitCode

if TYPE_CHECKING:
    from gmconfig.api.deploying import Deployer
    from gmconfig.cli.session import Session
    from gmconfig.deploy.plan import Plan


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
            "--base", metavar="REV", help="Compare with this commit's rendering, not with what is live."
        ),
    ] = None,
    retry: arguments.Retry = False,
    most_targets: arguments.MostTargets = None,
    offline: arguments.Offline = False,
    exit_code: options.DifferenceIsOne = False,
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FORMAT", help="text, json or md.")
    ] = "text",
) -> int:
    """Show what would change on each target: live and wanted by path, secrets masked, where each value is written.

    With --base nothing that is live is looked at: for a pull request, in every environment that it affects.

    \b
    gmconfig deploy plan production
    gmconfig deploy plan web --save plan.json
    gmconfig deploy plan --base origin/main -o md
    """
    options.one_of(output, ("text", "json", "md"))
    from gmconfig.deploy.planning import Asked

    asked = Asked(at=at, retry=retry, most_targets=most_targets)
    with progress.looking() as seen:
        deployer = session.deployer(offline=offline, seen=seen)
        found = deployer.preview(words or (), base, asked) if base else deployer.plan(words or (), asked)
    if save:
        _save(session, save, found)
    _answer(deployer, found, output)
    return ExitCode.NO if exit_code and any(one.changing for one in found) else ExitCode.OK


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "plan")(plan)


def _answer(deployer: Deployer, found: list[Plan], output: str) -> None:
    if output == "json":
        return terminal.answer(values.as_json([shown.plan_record(one) for one in found]))
    if output == "md":
        from gmconfig.cli.deploy import markdown

        return terminal.answer(markdown.plans(found))
    for one in found:
        terminal.lines(shown.plan(one, deployer.project.repository.short(one.commit)))
    changing = [one.environment for one in found if one.changing]
    if changing:
        terminal.note(f"apply with: gmconfig deploy apply {' '.join(changing)}")
    return None


def _save(session: Session, file: str, found: list[Plan]) -> None:
    from gmconfig.deploy.recorded import compact
    from gmconfig.storage.files import write_atomic

    content = json.dumps({"plans": [compact(one.as_json()) for one in found]}, indent=1, ensure_ascii=False)
    write_atomic(os.path.join(session.directory, file), content.encode() + b"\n")
    terminal.note(f"saved: gmconfig deploy apply --plan {file}")
