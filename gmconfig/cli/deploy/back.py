"""`deploy rollback`: back to an earlier deployment, and held there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import complete, options, terminal
from gmconfig.cli.deploy import arguments, planning, progress
from gmconfig.cli.deploy.apply import answered
from gmconfig.cli.verb import verb
from gmconfig.errors import ExitCode

if TYPE_CHECKING:
    from gmconfig.cli.session import Session


def rollback(
    session: Session,
    word: arguments.Word,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="ID",
            help="The deployment to go back to; else the last that fully succeeded.",
            autocompletion=complete.deployment_ids,
        ),
    ] = None,
    old_secrets: Annotated[
        bool, typer.Option("--old-secrets", help="Take the secrets of that time too, not today's.")
    ] = False,
    retry: arguments.Retry = False,
    no_restore: arguments.NoRestore = False,
    offline: arguments.Offline = False,
    dry_run: options.DryRun = False,
    reason: options.Why = None,
    user: options.By = None,
    output: options.TextOrJson = "text",
) -> int:
    """Bring an environment or a target back to what an earlier deployment brought, with today's secrets.

    It is held there: neither an agent nor the next apply undoes it, until gmconfig deploy unhold.

    \b
    gmconfig deploy rollback production -m "orders fail"
    gmconfig deploy rollback web --to production-41 --dry-run
    """
    from gmconfig.deploy.options import Options

    deployer = session.deployer(user, offline=offline)
    if dry_run:
        found = deployer.plan_rollback(word, to=to, old_secrets=old_secrets, retry=retry)
        return planning.show_dry(deployer, [found], output)
    with progress.deploying() as tell:
        how = Options(reason=reason or "", restores=not no_restore, told=tell)
        done = deployer.rollback(word, how, to=to, old_secrets=old_secrets, retry=retry)
    code = answered([done], output)
    if code == ExitCode.OK:
        terminal.note(f"{word} is held there: gmconfig deploy unhold {word} lets it follow again")
    return code


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "rollback", slow="looking at targets")(rollback)
