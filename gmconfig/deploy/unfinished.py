"""`deploy resume` and `deploy abort`: what becomes of a deployment that was cut short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.deploy.by_agent import AgentChange, Hearing
from gmconfig.deploy.change import Change, TargetChange
from gmconfig.deploy.coordinator import Coordinator
from gmconfig.deploy.planning import declared_at, wanted_of
from gmconfig.deploy.release import release_of
from gmconfig.drift.made import Wanted
from gmconfig.drift.survey import Survey
from gmconfig.errors import NotFound, Refused
from gmconfig.record.entry import Outcome, Record, State, Step
from gmconfig.target.declared import Target

if TYPE_CHECKING:
    from gmconfig.deploy.options import Options
    from gmconfig.record.freeze import Freeze
    from gmconfig.record.hold import Hold
    from gmconfig.record.holder import Holder
    from gmconfig.record.ledger import Ledger

_LEFT_ALONE = (Step.UNCHANGED, Step.SKIPPED)
_CUT_SHORT = (State.PARTIAL, State.FAILED, State.RESTORE_FAILED)
"""States in which a deployment ended, and left something between the old and the new."""


def resume(ledger: Ledger, survey: Survey, options: Options, name: str | None = None) -> Record:
    """Go on with a deployment that was cut short; what is live and well already is left alone.

    Raises:
        Refused: it came to its end, is not the newest any more, or cannot be made again as it was; the
            environment is frozen, or held at something else.
        GmconfigError: a target cannot be looked at.
    """
    resumable(ledger, name)
    with _taken_up(ledger, name) as found:
        _check_goes_on(found, ledger.freezes.active())
        waiting = {one: _to_do(outcome) for one, outcome in found.targets.items()}
        record = replace(found, targets=waiting, error=None)
        hearing = Hearing(ledger, options.patience)
        concerned = _concerned(survey, record)
        _check_not_held(ledger.holds.all(), record, concerned)
        changes = [_again(survey, record, target, hearing) for target in concerned]
        success = State.PARTIAL if _is_limited(survey, record) else State.SUCCEEDED
        return Coordinator(ledger, record, changes, hearing.told(options)).run(success)


def resumable(ledger: Ledger, name: str | None = None) -> Record:
    """Give the deployment that `resume` would go on with.

    Raises:
        Refused: there is none that came to no end, it was being put back, or nothing may be deployed now.
    """
    ledger.refresh()
    found = _found(ledger, name)
    _check_goes_on(found, ledger.freezes.active())
    return found


def _check_goes_on(found: Record, freeze: Freeze | None) -> None:
    abort = f"gmconfig deploy abort {found.id}"
    if found.state in (State.RESTORING, State.RESTORE_FAILED):
        raise Refused(f"{found.id} was being put back", hint=abort)
    if found.action == "correct":  # which of the drift was to stay, nobody has written down
        raise Refused(
            f"{found.id} was a correction, which is begun anew", hint=f"{abort}, then gmconfig drift correct"
        )
    if freeze is not None:
        raise Refused(str(freeze), hint=f"gmconfig deploy unfreeze {found.environment}, or {abort}")


def _check_not_held(holds: Sequence[Hold], record: Record, targets: Sequence[Target]) -> None:
    """Refuse to go on to what a hold that was put there meanwhile would take back."""
    for target in targets:
        wanted, hold = wanted_of(holds, target, record.commit)
        if hold is not None and wanted.commit != record.commit_of(target.name):
            raise Refused(f"{target.name}: {hold}", hint=f"gmconfig deploy abort {record.id}")


def _is_limited(survey: Survey, record: Record) -> bool:
    """Whether it leaves targets out, as it did when it began."""
    declared = declared_at(survey, record.environment, record.commit)
    skipped = any(outcome.step is Step.SKIPPED for outcome in record.targets.values())
    return skipped or not declared.keys() <= record.targets.keys()


class Aborted(NamedTuple):
    """What came of it: the record in its last state, and who lost the lock where that was all there was to do."""

    record: Record | None
    freed: Holder | None = None


def abort(ledger: Ledger, survey: Survey, options: Options, name: str | None = None) -> Aborted:
    """Put back what a deployment that was cut short had changed; its lock is taken away from whoever had it.

    A rollback holds nothing then, as one that fails does not. Where the newest deployment came to its end and
    somebody holds the lock all the same (a host that is gone, a clock that is ahead), the lock is taken away, and
    nothing else.

    Raises:
        Refused: it came to its end and nobody holds the lock, or it is not the newest any more.
    """
    if abortable(ledger, name).freed is not None and (freed := _freed(ledger)) is not None:
        return Aborted(ledger.chain.latest(), freed)
    _found(ledger, name)
    _freed(ledger)
    with _taken_up(ledger, name) as record:
        if record.action == "rollback":
            commit, begun = record.commit, record.started
            ledger.change(ledger.holds.ref, lambda: ledger.holds.take_back(commit, begun))
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
    [standing] = survey.look([(target, wanted)])
    if standing.error is not None:
        raise standing.error
    release = release_of(record, target, wanted, rendering, standing.kept)
    return replace(_plain(survey, record, target), name=release.id, release=release)
