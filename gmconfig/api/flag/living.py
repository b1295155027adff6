"""Bringing committed flags to the targets that take them, and saying where they are live, and since when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gmconfig.api.deploy.deploying import Deployer
from gmconfig.deploy.options import PATIENCE, Options
from gmconfig.deploy.planning import Asked
from gmconfig.errors import GmconfigError
from gmconfig.record.entry import State, Step
from gmconfig.target.formats import FLAGS

if TYPE_CHECKING:
    from gmconfig.api.workspace import Workspace
    from gmconfig.deploy.plan import Planned
    from gmconfig.record.entry import Record
    from gmconfig.record.ledger import Ledger

Told = Callable[["Record"], None]
_ONLY_FLAGS = Asked(only_flags=True)


@dataclass(frozen=True, slots=True)
class FlagLive:
    """Whether what is committed for flags is live on a target.

    Attributes:
        target, environment: where.
        live: whether it is.
        since: since when, ISO 8601; None where it is not, or where only its agent knows.
        record: the deployment that brought it, or tried to.
        error: why it is not live.
    """

    target: str
    environment: str
    live: bool
    since: str | None = None
    record: str | None = None
    error: str | None = None


def bring(
    workspace: Workspace,
    *,
    user: str | None = None,
    reason: str | None = None,
    patience: float = PATIENCE,
    told: Told = lambda _: None,
) -> tuple[FlagLive, ...]:
    """Bring the flags, and nothing else, to all targets that take them: through freezes, and past holds.

    That is every environment which the workspace's own one reaches. What is held stays held, but for its flags;
    what has nothing of ours yet waits for its first deployment.
    """
    project = workspace.project
    deployer = Deployer(workspace, user=user)
    options = Options(reason=reason or "flags", through_freeze=True, patience=patience, told=told)
    taking = {one.environment for one in deployer.declared().values() if FLAGS in one.documents}
    reached = [name for name in project.environments_reached(workspace.given) if name in taking]
    return tuple(live for name in reached if name for live in _brought(deployer, name, options))


def _brought(deployer: Deployer, environment: str, options: Options) -> Iterator[FlagLive]:
    ledger = deployer.ledger(environment)
    ledger.refresh()
    _pass_holds(ledger, deployer)
    found = deployer.plan([environment], _ONLY_FLAGS)[0].targets
    well = [one for one in found if one.standing.error is None and not one.lacks]
    record, error = _deployed(deployer, [one.name for one in well if one.changes], options)
    for one in found:
        yield _live(one, record, error, environment)


def _pass_holds(ledger: Ledger, deployer: Deployer) -> None:
    """Let what is held have these flags; else the next deployment would take them back."""
    holds = ledger.holds.all()
    commit = deployer.project.repository.resolve("HEAD")
    passed = [replace(hold, flags=commit) for hold in holds]
    if passed != list(holds):
        ledger.change(ledger.holds.ref, lambda: ledger.holds.replace(passed))


def _deployed(
    deployer: Deployer, names: list[str], options: Options
) -> tuple[Record | None, GmconfigError | None]:
    if not names:
        return None, None
    try:
        [done] = deployer.apply(names, _ONLY_FLAGS, options)
    except GmconfigError as error:
        return None, error
    return done.record, None


def _live(one: Planned, record: Record | None, error: GmconfigError | None, environment: str) -> FlagLive:
    if one.standing.error is not None or one.lacks or one.quarantine is not None:
        why = (
            str(one.standing.error) if one.standing.error else next(iter(one.lacks), "it failed there before")
        )
        return FlagLive(one.name, environment, live=False, error=why)
    if not one.changes:
        marker = one.standing.live.marker if one.standing.live else None
        return FlagLive(
            one.name, environment, True, marker.time if marker else None, marker.record if marker else None
        )
    if record is None:
        return FlagLive(one.name, environment, live=False, error=error.message if error else None)
    return _by(record, one.name, environment)


def _by(record: Record, name: str, environment: str) -> FlagLive:
    outcome = record.targets.get(name)
    if outcome and outcome.step in (Step.HEALTHY, Step.UNCHANGED) and record.state is not State.RESTORED:
        return FlagLive(name, environment, True, record.changed, record.id)
    why = (outcome.error if outcome else None) or record.error
    return FlagLive(name, environment, False, record=record.id, error=why)
