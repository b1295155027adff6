"""`deploy apply`, `resume`, `abort`: change what is live, or come to an end with what was begun."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import complete, options, terminal, values
from gmconfig.cli.boundary import failed
from gmconfig.cli.deploy import arguments, planning, progress, shown
from gmconfig.cli.deploy.saved import read
from gmconfig.cli.verb import verb
from gmconfig.errors import ExitCode, GmconfigError

if TYPE_CHECKING:
    from gmconfig.api.deploy.deploying import Deployer
    from gmconfig.cli.session import Session
    from gmconfig.deploy.apply import Applied
    from gmconfig.deploy.plan import Plan
    from gmconfig.deploy.planning import Asked
    from gmconfig.deploy.unfinished import Aborted
    from gmconfig.record.entry import Record

_CODES = {
    "restored": ExitCode.RESTORED,
    "failed": ExitCode.FAILED,
    "restore_failed": ExitCode.FAILED,
}


def apply(
    session: Session,
    words: arguments.Words = None,
    at: arguments.At = None,
    plan: Annotated[
        str | None,
        typer.Option("--plan", metavar="FILE", help="Carry out a saved plan, or refuse if it is stale."),
    ] = None,
    canaries: Annotated[
        list[str] | None,
        typer.Option(
            "--canary", metavar="TARGET", autocompletion=complete.deployable, help="Goes first; repeatable."
        ),
    ] = None,
    batch: Annotated[
        str | None, typer.Option("--batch", metavar="N|N%", help="How many targets of a wave go at once.")
    ] = None,
    no_restore: arguments.NoRestore = False,
    retry: arguments.Retry = False,
    take_over: arguments.TakeOver = False,
    most_targets: arguments.MostTargets = None,
    beyond_budget: Annotated[
        bool, typer.Option("--beyond-budget", help="Go on although it deletes or changes much.")
    ] = False,
    patience: arguments.Patience = "10m",
    offline: arguments.Offline = False,
    dry_run: options.DryRun = False,
    reason: options.Why = None,
    user: options.By = None,
    output: options.TextOrJson = "text",
) -> int:
    """Bring targets to what the commit says: stage everywhere, change in waves, check health, restore on failure.

    Nothing is done where nothing differs. The intent is recorded before the first change, under a lock. Targets
    with agent: true are changed by their agents; this waits for them, wave by wave.

    \b
    gmconfig deploy apply production -m "new pool size"
    gmconfig deploy apply production --canary web/web-1 --batch 25%
    gmconfig deploy apply --plan plan.json
    """
    from gmconfig.deploy.options import Options
    from gmconfig.deploy.planning import Asked

    saved = read(session.directory, plan).narrowed(words or ()) if plan else None
    asked = Asked(at=at or (saved.commit if saved else None), retry=retry, most_targets=most_targets)
    with progress.looking() as seen:
        deployer = session.deployer(user, offline=offline, take_over=take_over, seen=seen)
    if saved:
        saved.check_made_for(deployer)
    chosen = saved.targets if saved else words or ()
    bound = saved.bound if saved else None
    if dry_run:
        return _dry(deployer, chosen, asked, bound, output)
    with progress.deploying() as tell:
        how = Options(
            reason=reason or "",
            canaries=tuple(canaries or ()),
            batch=batch,
            restores=not no_restore,
            beyond_budget=beyond_budget,
            patience=arguments.seconds(patience, "--wait 10m"),
            told=tell,
        )
        done, trouble = made(deployer.apply(chosen, asked, how, bound))
    status = answered(done, output, trouble)
    for one in done:
        _remind(one.plan)
    if output == "text" and asked.at is None:
        planning.tell_uncommitted(deployer)
    return status


def resume(
    session: Session,
    name: arguments.One,
    offline: arguments.Offline = False,
    dry_run: options.DryRun = False,
    output: options.TextOrJson = "text",
) -> int:
    """Go on with a deployment that was cut short; what is live and well already is left alone.

    \b
    gmconfig deploy resume production-42
    gmconfig deploy resume production --dry-run
    """
    if dry_run:
        return _would(session.deployer(offline=offline).plan_resume(name), "go on", output)
    with progress.deploying() as tell:
        record = session.deployer(offline=offline).resume(name, _telling(tell))
    return ended(record, output)


def abort(
    session: Session,
    name: arguments.One,
    offline: arguments.Offline = False,
    dry_run: options.DryRun = False,
    output: options.TextOrJson = "text",
) -> int:
    """Put back what a deployment that was cut short had changed, and take its lock away.

    Where none was, a lock that nobody gives back is taken away.

    \b
    gmconfig deploy abort production
    gmconfig deploy abort production-42 --dry-run
    """
    if dry_run:
        planned = session.deployer(offline=offline).plan_abort(name)
        lock = f"lose the lock that {planned.freed} holds" if planned.freed else ""
        return _would(planned.record, lock or "be put back", output)
    with progress.deploying() as tell:
        done = session.deployer(offline=offline).abort(name, _telling(tell))
    if done.freed is None and done.record is not None:
        return ended(done.record, output)
    return _freed(name, done, output)


def _would(record: Record | None, what: str, output: str) -> int:
    """Say what would become of a deployment, and how its targets are now."""
    if output == "json":
        terminal.answer(values.as_json(shown.deployment(record) if record else None))
    else:
        rows = shown.applied(record) if record else []
        terminal.lines([*rows, f"it would {what}", arguments.DRY_RUN])
    return ExitCode.OK


def _freed(name: str, done: Aborted, output: str) -> int:
    """Say whose lock was taken away, where that was all."""
    if output == "json":
        terminal.answer(values.as_json(shown.deployment(done.record) if done.record else None))
    else:
        terminal.answer(f"{name} is free again; its lock was held by {done.freed}")
    return ExitCode.OK


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "apply", slow="looking at targets")(apply)
    verb(app, "resume", slow="looking at targets")(resume)
    verb(app, "abort", slow="looking at targets")(abort)


def made(deployments: Iterable[Applied]) -> tuple[list[Applied], BaseException | None]:
    """Give the deployments that were made, and what then kept the next environment from its own, if anything did."""
    done: list[Applied] = []
    try:
        for one in deployments:
            done.append(one)  # noqa: PERF402  # what came before an error is told, too
    except (GmconfigError, KeyboardInterrupt) as error:
        if not done:
            raise
        return done, error
    return done, None


def answered(done: Sequence[Applied], output: str, trouble: BaseException | None = None) -> int:
    """Print what deployments did, and what came between them; give the worst of their exit codes."""
    if output == "json":
        terminal.answer(values.as_json([_record(one) for one in done]))
    else:
        for one in done:
            _tell(one)
    return max([*map(_code, done), *([failed(trouble)] if trouble else [])], default=ExitCode.OK)


def _code(one: Applied) -> ExitCode:
    """Give the exit code of one deployment: what was left in quarantine was asked for, and not done."""
    kept = any(planned.quarantine for planned in one.plan.targets)
    return max(code(one.record) if one.record else ExitCode.OK, ExitCode.REFUSED if kept else ExitCode.OK)


def ended(record: Record, output: str) -> int:
    """Print what became of one deployment and give its exit code."""
    if output == "json":
        terminal.answer(values.as_json(shown.deployment(record)))
    else:
        terminal.lines(shown.applied(record))
        _complain(record)
    return code(record)


def code(record: Record) -> ExitCode:
    """Give the exit code of a deployment's state."""
    return _CODES.get(record.state, ExitCode.OK)


def _tell(one: Applied) -> None:
    if one.record is None:
        terminal.answer(_nothing(one.plan))
        return _remember(one.cut_short)
    terminal.lines(shown.applied(one.record))
    _complain(one.record)
    return _left(one.plan)


def _remember(cut_short: str | None) -> None:
    """Say that targets may be as wanted while the record of how they became so has no end."""
    if cut_short:
        terminal.note(f"{cut_short} was cut short")
        terminal.hint(f"gmconfig deploy resume {cut_short}")


def _remind(found: Plan) -> None:
    """Say what is held: a commit that is not deployed for that reason looks like one that is."""
    for hold in found.holds:
        word = hold.targets[0] if len(hold.targets) == 1 else found.environment
        terminal.note(f"{hold}; gmconfig deploy unhold {word} lets it follow the branch again")


def _left(found: Plan) -> None:
    """Say what was left alone because it failed before."""
    from gmconfig.deploy.gate import in_quarantine, retry_hint

    if any(one.quarantine for one in found.targets):
        terminal.error(in_quarantine(found))
        terminal.hint(retry_hint(found))


def _nothing(found: Plan) -> str:
    """Say why nothing was done."""
    other = [f"{one.name} is {one.state}" for one in found.targets if one.state != "in sync"]
    if not other:
        return f"{found.environment} is in sync: nothing to do"
    more = f" and {len(other) - 5:,} more" if len(other) > 5 else ""
    return f"nothing was done in {found.environment}: {', '.join(other[:5])}{more}; see gmconfig deploy plan"


def _complain(record: Record) -> None:
    if record.state == "restored":
        terminal.error(f"{record.id} failed, and what was there before is back: {record.error}")
        terminal.hint(f"gmconfig deploy show {record.id}")
    elif code(record) is ExitCode.FAILED:
        terminal.error(f"{record.id} failed, and left something changed: {record.error}")
        terminal.hint(f"gmconfig deploy show {record.id}, then gmconfig deploy abort {record.id}")


def _record(one: Applied) -> dict[str, Any]:
    return {
        "environment": one.plan.environment,
        "commit": one.plan.commit,
        "deployment": shown.deployment(one.record) if one.record else None,
        "holds": [str(hold) for hold in one.plan.holds],
    }


def _dry(
    deployer: Deployer,
    words: Sequence[str],
    asked: Asked,
    bound: Mapping[str, Mapping[str, str]] | None,
    output: str,
) -> int:
    from gmconfig.deploy.gate import check_fresh

    found = deployer.plan(words, asked)
    for one in found:
        check_fresh(one, None if bound is None else bound.get(one.environment, {}))
    return planning.show_dry(deployer, found, output)


def _telling(tell: Any) -> Any:
    from gmconfig.deploy.options import Options

    return Options(told=tell)
