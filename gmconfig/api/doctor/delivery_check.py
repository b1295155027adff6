"""What deployments need, for `doctor`: targets in reach, a remote that takes our refs, nothing left half-way."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.api.deploy.deploying import Deployer
from gmconfig.api.deploy.status import EnvironmentStatus
from gmconfig.api.doctor.examined import Examined
from gmconfig.api.workspace import Workspace
from gmconfig.counted import counted
from gmconfig.deploy import planning
from gmconfig.errors import GmconfigError, shell_word
from gmconfig.record import names
from gmconfig.record.exchange import Exchange
from gmconfig.target.declared import targets

if TYPE_CHECKING:
    from gmconfig.drift.standing import Standing
    from gmconfig.drift.survey import Survey
    from gmconfig.project import Project

_OLD = 60.0  # seconds; git holds a ref's lock for a few milliseconds
_SHOWN = 5


def examine(project: Project) -> Iterator[Examined]:
    """Look at targets, remote, refs and records of a project that deploys something."""
    yield from stale_locks(project)
    declared = targets(project)
    if not declared:
        return
    deployer = Deployer(Workspace(root=project.root), offline=True)
    yield from _remote(project, next(iter(declared.values())).environment)
    for environment in dict.fromkeys(one.environment for one in declared.values()):
        yield from _targets(deployer, environment)
        yield from _unfinished(deployer, environment)


def stale_locks(project: Project) -> Iterator[Examined]:
    """Find `<ref>.lock` files that a killed git left: nothing can be recorded on such a ref any more."""
    found = [
        os.path.join(folder, file)
        for top in ("refs/gmconfig", "refs/heads/gmconfig")
        for folder, _, files in os.walk(os.path.join(project.repository.common_dir, top))
        for file in files
        if file.endswith(".lock")
    ]
    for path in sorted(found):
        if time.time() - os.stat(path).st_mtime > _OLD:
            yield Examined(
                "ref", "error", f"{path} was left by a git that was killed", f"rm {shell_word(path)}"
            )


def _remote(project: Project, environment: str) -> Iterator[Examined]:
    """Ask the remote whether it would take a record, without sending one."""
    exchange = Exchange(project)
    if not exchange.is_connected:
        return
    problem = exchange.refuses(names.deployments(project, environment))
    if problem is None:
        yield Examined("records", "ok", f"{exchange.remote} takes them")
    else:
        yield Examined("records", "error", problem.message, problem.hint)


def _targets(deployer: Deployer, environment: str) -> Iterator[Examined]:
    """Look at each target: its reach, and what applying would lack; one that is elsewhere is not an error here."""
    with deployer.survey() as survey:
        found = planning.standings(deployer.ledger(environment), survey, planning.Asked())
        lacking = [(one.target.name, *trouble) for one in found if (trouble := _lacking(survey, one))]
    for name, said, hint in lacking[:_SHOWN]:
        yield Examined("target", "warning", said if f'"{name}"' in said else f"{name}: {said}", hint)
    if len(lacking) > _SHOWN:
        more = f"{len(lacking) - _SHOWN:,} more in {environment}"
        yield Examined("target", "warning", more, f"gmconfig deploy plan {environment}")
    if not lacking:
        yield Examined("targets", "ok", f"{environment}: {counted(len(found), 'target')} in reach")


def _lacking(survey: Survey, one: Standing) -> tuple[str, str | None] | None:
    """Give what stands in the way of applying, and what to do about it; None if nothing does."""
    if one.error is not None:
        return one.error.message, one.error.hint
    files = one.rendering.files if one.rendering else None
    try:
        lacks = survey.kind(one.target).check(sum(map(len, (files or {}).values())))
    except GmconfigError as error:
        return error.message, error.hint
    return (lacks[0], None) if lacks else None


def _unfinished(deployer: Deployer, environment: str) -> Iterator[Examined]:
    ledger = deployer.ledger(environment)
    record, holder = ledger.chain.latest(), ledger.lock.holder()
    busy = holder is not None and holder.is_active(datetime.now(UTC))
    status = EnvironmentStatus(environment, record, {}, str(holder) if busy else None)
    if record is not None and status.is_cut_short:
        yield Examined(
            "deployment", "warning", f"{record.id} was cut short", f"gmconfig deploy resume {record.id}"
        )
