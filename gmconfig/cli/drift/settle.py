"""`drift correct`, `adopt`, `ack`: undo it, keep it, or live with it for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import options, sharing, terminal, values
from gmconfig.cli.deploy import arguments as deploying
from gmconfig.cli.deploy import planning, progress
from gmconfig.cli.deploy.apply import answered, made
from gmconfig.cli.drift import arguments, shown
from gmconfig.cli.verb import verb
from gmconfig.errors import ExitCode

if TYPE_CHECKING:
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing


def correct(
    session: Session,
    words: deploying.Words = None,
    environment: options.OnlyEnvironment = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="GLOB", help="Only these paths; repeatable.")
    ] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Take away what is live and was never put there.")
    ] = False,
    offline: deploying.Offline = False,
    dry_run: options.DryRun = False,
    reason: options.Why = None,
    user: options.By = None,
    output: options.TextOrJson = "text",
) -> int:
    """Put back what the last deployment had put there, as a deployment of its own; nothing newer goes along.

    \b
    gmconfig drift correct web --dry-run
    gmconfig drift correct -m "back to normal" web --only 'database.**' --prune
    """
    from gmconfig.deploy.correction import Correction
    from gmconfig.deploy.options import Options
    from gmconfig.path import KeyPath

    correction = Correction(tuple(map(KeyPath.parse, only or ())), prune)
    drifter = session.drifter(user, offline=offline)
    chosen = drifter.within(words or (), environment)
    if dry_run:
        found = drifter.plan_correction(chosen, correction)
        return planning.show_dry(drifter.deployer, found, output)
    with progress.deploying() as tell:
        how = Options(reason=reason or "", told=tell)
        done, trouble = made(drifter.corrections(chosen, correction, how))
    if output == "text" and trouble is None and not any(one.record for one in done):
        return _nothing(prune=prune)
    return answered(done, output, trouble)


def _nothing(*, prune: bool) -> int:
    """Say that nothing was put back, and what may still be there."""
    terminal.answer("nothing to put back")
    if not prune:
        terminal.note("what was never put there stays without --prune, what was adopted until it is deployed")
    return ExitCode.OK


def adopt(
    session: Session,
    writing: Writing,
    target: arguments.Target,
    place: arguments.Place,
    offline: deploying.Offline = False,
) -> None:
    """Make what is live the wanted value: a minimal edit of the environment's own layer, as a commit.

    Comments stay, and what was sealed is sealed again.

    \b
    gmconfig drift adopt web database.pool -m "it was right"
    gmconfig drift adopt web settings database.pool --dry-run
    """
    from gmconfig.api.drift.adopting import adopt as adopting

    drifter = session.drifter(writing.how["user"], offline=offline)
    done = adopting(drifter, target, *arguments.document_and_path(place), **writing.how)
    writing.show(done)
    if not (writing.dry_run or writing.output == "json"):
        terminal.note(f"it is told of as drift until it is deployed: gmconfig deploy apply {target}")


def ack(
    session: Session,
    target: arguments.Target,
    place: arguments.Place,
    reason: options.Why = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="The last day it holds: 2027-01-31.")
    ] = None,
    push: sharing.Push = False,
    offline: deploying.Offline = False,
    user: options.By = None,
    output: options.TextOrJson = "text",
) -> None:
    """Acknowledge a drift: it is told of, and does not count, until that day or until it changes.

    Other clones, those of agents too, know of it once the journal was pushed.

    \b
    gmconfig drift ack web database.pool --reason "the sale" --until 2027-01-31
    gmconfig drift ack web database.pool --reason "the sale" --push
    """
    drifter = session.drifter(user, offline=offline)
    one = drifter.acknowledge(target, *arguments.document_and_path(place), reason or "", until)
    sharing.tell_others(drifter, push=push)
    if output == "json":
        return terminal.answer(values.as_json(shown.detection(one)))
    until = f" until {until}" if until else ""
    return terminal.answer(f"{one.path} on {one.target} is acknowledged{until}")


def register(app: Any) -> None:
    """Add these verbs."""
    verb(app, "correct", slow="looking at targets")(correct)
    verb(app, "adopt", slow="looking at the target")(adopt)
    verb(app, "ack", slow="looking at the target")(ack)
