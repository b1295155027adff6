"""`deploy resume` and `deploy abort`: what becomes of a deployment that was cut short."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.deploy.by_agent import AgentChange, Hearing
from gmconfig.deploy.change import Change, TargetChange
from gmconfig.deploy.coordinator import Coordinator
from gmconfig.deploy.planning import declared_at
from gmconfig.deploy.release import release_of
from gmconfig.drift.made import Wanted
from gmconfig.drift.survey import Survey
from gmconfig.errors import NotFound, Refused
from gmconfig.record.entry import Outcome, Record, State, Step
from gmconfig.target.declared import Target

if TYPE_CHECKING:
    from gmconfig.deploy.options import Options
    from gmconfig.record.holder import Holder
    from gmconfig.record.ledger import Ledger

_LEFT_ALONE = (Step.UNCHANGED, Step.SKIPPED)
_CUT_SHORT = (State.PARTIAL, State.FAILED, State.RESTORE_FAILED)
"""States in which a deployment ended, and left something between the old and the new."""


def resume(ledger: Ledger, survey: Survey, options: Options, name: str | None = None) -> Record:
    """Go on with a deployment that was cut short; what is live and well already is left alone.

    Raises:
        Refused: it came to its end, is not the newest any more, or cannot be made again as it was.
    """
    resumable(ledger, name)
    with _taken_up(ledger, name) as found:
        _check_not_restoring(found)
        waiting = {one: _to_do(outcome) for one, outcome in found.targets.items()}
        record = replace(found, targets=waiting, error=None)
        hearing = Hearing(ledger, options.patience)
        changes = [_again(survey, record, target, hearing) for target in _concerned(survey, record)]
        return Coordinator(ledger, record, changes, hearing.told(options)).run()


def resumable(ledger: Ledger, name: str | None = None) -> Record:
    """Give the deployment that `resume` would go on with.

    Raises:
        Refused: there is none that came to no end, or it was being put back.
    """
    ledger.refresh()
    found = _found(ledger, name)
    _check_not_restoring(found)
    return found


def _check_not_restoring(found: Record) -> None:
    if found.state in (State.RESTORING, State.RESTORE_FAILED):
        raise Refused(f"{found.id} was being put back", hint=f"gmconfig deploy abort {found.id}")


class Aborted(NamedTuple):
    """What came of it: the record in its last state, and who lost the lock where that was all there was to do."""

    record: Record | None
    freed: Holder | None = None


def abort(ledger: Ledger, survey: Survey, options: Options, name: str | None = None) -> Aborted:
    """Put back what a deployment that was cut short had changed; its lock is taken away from whoever had it.

    Where the newest deployment came to its end and somebody holds the lock all the same (a host that is gone,
    a clock that is ahead), the lock is taken away, and nothing else.

    Raises:
        Refused: it came to its end and nobody holds the lock, or it is not the newest any more.
    """
    if abortable(ledger, name).freed is not None and (freed := _freed(ledger)) is not None:
        return Aborted(ledger.chain.latest(), freed)
    _found(ledger, name)
    _freed(ledger)
    with _taken_up(ledger, name) as record:
        hearing = Hearing(ledger, options.patience)
        changes = [_change(survey, record, target, hearing) for target in _concerned(survey, record)]
        return Aborted(Coordinator(ledger, record, changes, hearing.told(options)).undo(State.ABORTED))


def abortable(ledger: Ledger, name: str | None = None) -> Aborted:
    """Give the deployment that `abort` would put back, or who would lose the lock where that is all.

    Raises:
        Refused: it came to its end and nobody holds the lock, or it is not the newest any more.
    """
    ledger.refresh()
    newest = ledger.chain.latest()
    if newest is None or (newest.state.is_over and name in (None, newest.id)):
        holder = ledger.lock.holder()
        if holder is not None:
            return Aborted(newest, holder)
    return Aborted(_found(ledger, name))


def _freed(ledger: Ledger) -> Holder | None:
    """Take the lock away from whoever holds it, and give who that was."""
    before: list[Holder | None] = []
    ledger.change(ledger.lock.ref, lambda: before.append(ledger.lock.break_()))
    return before[0]


@contextmanager
def _taken_up(ledger: Ledger, name: str | None) -> Iterator[Record]:
    """Hold the lock, and give the record with its fencing number."""
    with ledger.locked(_found(ledger, name).fencing) as fencing:
        yield replace(_found(ledger, name), fencing=fencing)


def _found(ledger: Ledger, name: str | None) -> Record:
    newest = ledger.chain.latest()
    if newest is None:
        raise NotFound(f"nothing was deployed into {ledger.environment} yet")
    asked = ledger.chain.find(name) if name else newest
    if asked.id != newest.id:
        raise Refused(f"{asked.id} is over: {newest.id} came after it", hint="gmconfig deploy history")
    if asked.state.is_over and asked.state not in _CUT_SHORT:
        raise Refused(f"{asked.id} came to its end: {asked.state}", hint=f"gmconfig deploy show {asked.id}")
    return asked


def _concerned(survey: Survey, record: Record) -> list[Target]:
    """Give the targets that it changes, as its commit declares them."""
    declared = declared_at(survey, record.environment, record.commit)
    named = [name for name, outcome in record.targets.items() if outcome.step not in _LEFT_ALONE]
    missing = [name for name in named if name not in declared]
    if missing:
        raise Refused(f'target "{missing[0]}" of {record.id} is not declared any more')
    return [declared[name] for name in named]


def _to_do(outcome: Outcome) -> Outcome:
    done = outcome.step in (*_LEFT_ALONE, Step.HEALTHY)
    return outcome if done else replace(outcome, step=Step.WAITING, error=None, unwell=False)


def _change(survey: Survey, record: Record, target: Target, hearing: Hearing) -> Change:
    if target.agent:
        return AgentChange(target, record, hearing)
    return _plain(survey, record, target)


def _plain(survey: Survey, record: Record, target: Target) -> TargetChange:
    outcome = record.targets[target.name]
    kind, root = survey.kind(target), survey.project.root
    return TargetChange(target, kind, record.id, outcome.release, outcome.before, root)


def _again(survey: Survey, record: Record, target: Target, hearing: Hearing) -> Change:
    """Make a release as it was; the tokens of its secrets are part of what it was."""
    if target.agent:
        return AgentChange(target, record, hearing)
    secrets = record.secrets_commit or record.commit
    wanted = Wanted(record.commit_of(target.name), secrets, record.flags_commit or "")
    rendering = survey.rendering(target, wanted)
    if rendering.wanted != record.targets[target.name].wanted:
        raise Refused(
            f"{record.id} cannot be made again as it was", hint=f"gmconfig deploy abort {record.id}"
        )
    release = release_of(record, target, wanted, rendering)
    return replace(_plain(survey, record, target), name=release.id, release=release)
