"""Changes committed and deployed in one go; whatever becomes of it is on record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gmconfig.api.config.changing import update_trees
from gmconfig.api.outcome import How
from gmconfig.deploy.options import Options
from gmconfig.errors import GmconfigError, Locked, NotFound, UsageError
from gmconfig.record.entry import Outcome, Record, State, Step

if TYPE_CHECKING:
    from gmconfig.api.deploy.deploying import Deployer


def deploy(
    deployer: Deployer,
    changes: Mapping[str, Mapping[str, Any]],
    reason: str,
    user: str | None = None,
    *,
    push: bool = False,
) -> Record:
    """Commit changes to the layer of the deployer's environment, apply, and give the record.

    Raises:
        InvalidConfiguration: the result would not pass validation; nothing was changed.
        Locked: somebody else is deploying there; the commit is made.
    """
    environment = deployer.workspace.given
    if environment is None or not changes:
        raise UsageError("there is nothing to deploy", hint='{"settings": {"database": {"pool": 60}}}')
    subject = f"{', '.join(changes)}: deploy in {environment}"
    update_trees(
        deployer.workspace, {name: dict(tree) for name, tree in changes.items()}, How(user, reason), subject
    )
    try:
        if push:
            _push(deployer)
        return _applied(deployer, environment, reason)
    except Locked as error:
        error.hint = f"the commit is made; later: gmconfig deploy apply {environment}"
        raise
    except GmconfigError as error:
        return _noted(deployer, environment, reason, State.RESTORED, error)


def _applied(deployer: Deployer, environment: str, reason: str) -> Record:
    if not any(one.environment == environment for one in deployer.declared().values()):
        return _noted(deployer, environment, reason, State.SUCCEEDED)
    [done] = deployer.apply([environment], None, Options(reason=reason))
    if done.record is not None:
        return done.record
    return _noted(
        deployer, environment, reason, State.SUCCEEDED, targets=[one.name for one in done.plan.targets]
    )


def _noted(
    deployer: Deployer,
    environment: str,
    reason: str,
    state: State,
    error: GmconfigError | None = None,
    targets: list[str] | None = None,
) -> Record:
    """Record a deployment that changes no target: there is none, or none that differs, or it could not begin."""
    ledger = deployer.ledger(environment)
    try:
        ledger.refresh()
        newest = ledger.chain.latest()
        if newest is not None and not newest.state.is_over:
            raise Locked(f"{newest.id} did not come to its end", hint=f"gmconfig deploy resume {newest.id}")
        with ledger.locked() as fencing:
            record = Record(
                environment,
                0,
                deployer.project.repository.resolve("HEAD"),
                user=deployer.user,
                reason=reason,
                targets=dict.fromkeys(targets or (), Outcome(Step.UNCHANGED)),
                fencing=fencing,
                error=error.message if error else None,
            )
            return ledger.advance(ledger.begin(record, {}), state)
    except GmconfigError:
        if error is not None:
            raise error from None
        raise


def _push(deployer: Deployer) -> None:
    from gmconfig.storage.git.push import push

    repository = deployer.project.repository
    pushed = push(repository, deployer.project.settings.remote, repository.resolve("HEAD"))
    if not pushed.ok:
        raise NotFound(f"{pushed.remote} did not take the commit: {pushed.refused}")
