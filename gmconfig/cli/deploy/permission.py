"""`deploy hold`, `unhold`, `freeze`, `unfreeze`: what stays as it is, and when nothing is deployed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import complete, options, prompt, terminal, values
from gmconfig.cli.deploy import arguments, planning, shown
from gmconfig.cli.verb import verb
from gmconfig.errors import UsageError

if TYPE_CHECKING:
    from gmconfig.cli.session import Session
    from gmconfig.record.freeze import Freeze
    from gmconfig.record.hold import Hold

Environment = Annotated[
    str, typer.Argument(metavar="ENV", help="Environment.", autocompletion=complete.environments)
]


def hold(
    session: Session,
    word: arguments.Word,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="ID",
            help="Hold at this deployment; else at what succeeded last.",
            autocompletion=complete.deployment_ids,
        ),
    ] = None,
    offline: arguments.Offline = False,
    dry_run: options.DryRun = False,
    reason: options.Why = None,
    user: options.By = None,
    output: options.TextOrJson = "text",
) -> None:
    """Keep an environment or a target at a deployment, whatever is committed meanwhile.

    \b
    gmconfig deploy hold production -m "until the audit is over"
    gmconfig deploy hold web --to production-41
    """
    held = session.deployer(user, offline=offline).hold(word, reason or "", to, dry_run=dry_run)
    if output == "json":
        return terminal.answer(values.as_json(_as_json(held)))
    if dry_run:
        return terminal.lines([f"{word} would be held at {held.record}", arguments.DRY_RUN])
    return terminal.answer(
        f"{word} is held at {held.record}: gmconfig deploy unhold {word} lets it follow again"
    )


def unhold(
    session: Session,
    word: arguments.Word,
    yes: options.Yes = False,
    offline: arguments.Offline = False,
    dry_run: options.DryRun = False,
    reason: options.Why = None,
    user: options.By = None,
    output: options.TextOrJson = "text",
) -> None:
    """Let an environment or a target follow the branch again; the plan of that is shown first.

    \b
    gmconfig deploy unhold production -m "the audit is over"
    gmconfig deploy unhold web --yes
    """
    from gmconfig.deploy.planning import Asked

    deployer = session.deployer(user, offline=offline)
    lifted = deployer.held(word)
    found = deployer.plan([word], Asked(unheld=True))
    if output == "text":
        planning.show(deployer, found)
    if not (yes or dry_run) and terminal.interactive() and not prompt.agreed(f"let {word} follow again?"):
        return terminal.note("nothing was changed")
    if not dry_run:
        lifted = deployer.unhold(word, reason or "")
    if output == "json":
        plans = [shown.plan_record(one) for one in found]
        return terminal.answer(values.as_json({"lifted": [_as_json(one) for one in lifted], "plans": plans}))
    if dry_run:
        return terminal.answer(arguments.DRY_RUN)
    return terminal.note(f"{word} follows again: gmconfig deploy apply {word} brings it there")


def freeze(
    session: Session,
    environment: Environment,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="TIME", help="When it ends by itself: 2026-12-27, or with a time."),
    ] = None,
    offline: arguments.Offline = False,
    dry_run: options.DryRun = False,
    reason: options.Why = None,
    user: options.By = None,
    output: options.TextOrJson = "text",
) -> None:
    """Let nothing be deployed into an environment; kill switches of flags pass.

    \b
    gmconfig deploy freeze production --until 2026-12-27 -m holidays
    gmconfig deploy freeze staging --until 2026-12-27T16:00 -m "load test"
    """
    deployer = session.deployer(user, offline=offline)
    frozen = deployer.freeze(environment, reason or "", _moment(until), dry_run=dry_run)
    if output == "json":
        return terminal.answer(values.as_json(_as_json(frozen)))
    return terminal.lines([str(frozen), *([arguments.DRY_RUN] if dry_run else [])])


def unfreeze(
    session: Session,
    environment: Environment,
    offline: arguments.Offline = False,
    dry_run: options.DryRun = False,
    reason: options.Why = None,
    user: options.By = None,
    output: options.TextOrJson = "text",
) -> None:
    """Take a freeze away.

    \b
    gmconfig deploy unfreeze production -m "the holidays are over"
    gmconfig deploy unfreeze production --offline
    """
    ended = session.deployer(user, offline=offline).unfreeze(environment, reason or "", dry_run=dry_run)
    if output == "json":
        return terminal.answer(values.as_json(_as_json(ended)))
    if dry_run:
        return terminal.lines([str(ended), arguments.DRY_RUN])
    return terminal.note(f"{environment} is not frozen any more")


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "hold", slow="holding")(hold)
    verb(app, "unhold", slow="looking at targets")(unhold)
    verb(app, "freeze", slow="freezing")(freeze)
    verb(app, "unfreeze", slow="unfreezing")(unfreeze)


def _as_json(one: Hold | Freeze) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        name: value.isoformat() if name == "until" and value else value for name, value in asdict(one).items()
    }


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    from gmconfig.record.freeze import in_utc

    try:
        return in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise UsageError(
            f'"{text}" is not a time', hint="--until 2026-12-27 or --until 2026-12-27T16:00"
        ) from None
