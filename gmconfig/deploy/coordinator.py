"""A deployment, from its recorded intent to its end: stage everywhere, change wave by wave, or put back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from gmconfig.deploy import fault
from gmconfig.deploy.change import Change, is_unwell
from gmconfig.deploy.waves import waves
from gmconfig.errors import GmconfigError
from gmconfig.log import logger
from gmconfig.record.entry import Record, State, Step
from gmconfig.target.together import side_by_side

if TYPE_CHECKING:
    from gmconfig.deploy.options import Options
    from gmconfig.record.ledger import Ledger

log = logger("deploy")

_TOUCHED = (Step.ACTIVATING, Step.ACTIVE, Step.HEALTHY, Step.FAILED)


class Coordinator:
    """Carries one recorded deployment out; the environment's lock is held by the caller.

    A target's step is recorded before it is touched, a wave at a time. Whoever finds the record later knows
    which targets may have been changed, and their markers say which were.
    """

    def __init__(self, ledger: Ledger, record: Record, changes: Sequence[Change], options: Options) -> None:
        self.ledger = ledger
        self.record = record
        self.changes = {change.target.name: change for change in changes}
        self.options = options

    def run(self, success: State = State.SUCCEEDED) -> Record:
        """Carry it out and give the record in its last state; `success` is what that is if all goes well."""
        try:
            failed = self._staged() or self._changed()
        except KeyboardInterrupt:
            self._end(State.PARTIAL, "interrupted")
            raise
        if failed is not None:
            return self._failed(failed)
        self._prune()
        return self._end(success)

    def undo(self, success: State = State.RESTORED) -> Record:
        """Put back what was there before, the last one first; give the record in its last state."""
        touched = [name for name in self.changes if self.record.targets[name].step in _TOUCHED]
        self._advance(State.RESTORING)
        fault.point("restoring")
        failures = {name: self._reverted(name) for name in reversed(touched)}
        for name, failure in failures.items():
            self._step(name, Step.RESTORE_FAILED if failure else Step.RESTORED, failure)
        left = next((failure for failure in failures.values() if failure), None)
        return self._end(State.RESTORE_FAILED if left else success, left or self.record.error)

    def _staged(self) -> str | None:
        """Stage everywhere; give what went wrong first."""
        self._advance(State.STAGING)
        fault.point("staging")
        waiting = [name for name in self.changes if self.record.targets[name].step is Step.WAITING]
        failed = self._each(waiting, lambda one: one.stage(), Step.STAGED, Step.SKIPPED)
        fault.point("staged")
        return failed

    def _changed(self) -> str | None:
        """Change wave after wave while all goes well; give what went wrong first."""
        targets = [change.target for change in self.changes.values()]
        for number, wave in enumerate(waves(targets, self.options.canaries, self.options.batch), 1):
            names = [one.name for one in wave if self.record.targets[one.name].step is not Step.HEALTHY]
            failed = self._wave(number, names)
            if failed is not None:
                return failed
        return None

    def _wave(self, number: int, names: list[str]) -> str | None:
        self.ledger.renew()
        for name in names:
            self._step(name, Step.ACTIVATING)
        self._advance(State.ACTIVATING)
        fault.point(f"activating:{number}")
        failed = self._each(names, lambda one: one.activate(), Step.ACTIVE)
        if failed is None:
            self._advance(State.VERIFYING)
            fault.point(f"verifying:{number}")
            failed = self._each(names, lambda one: one.verify(), Step.HEALTHY)
        return failed

    def _each(
        self,
        names: Sequence[str],
        work: Callable[[Change], str | None],
        done: Step,
        failed: Step = Step.FAILED,
    ) -> str | None:
        """Do something on several targets, note how far each came, and give what went wrong first."""
        tried = partial(self._tried, work, done)
        own = [name for name in names if not self.changes[name].by_agent]
        came = dict(zip(own, side_by_side(tried, own), strict=True))
        came.update((name, tried(name)) for name in names if name not in came)  # agents are at work already
        first = None
        for name, (live, error) in came.items():
            self._step(name, failed if error else done, error.message if error else None, live)
            if error is not None:
                self._blame(name, error)
                first = first or f"{name}: {error.message}"
        return first

    def _tried(
        self, work: Callable[[Change], str | None], done: Step, name: str
    ) -> tuple[str | None, GmconfigError | None]:
        """Do it on one target; give what is live then, or why it could not be done."""
        began = time.monotonic()
        try:
            live = work(self.changes[name])
        except GmconfigError as error:
            log.debug("%s: %s: %s", self.record.id, name, error)
            return None, error
        log.debug("%s: %s: %s after %.2f s", self.record.id, name, done, time.monotonic() - began)
        return live, None

    def _blame(self, name: str, error: GmconfigError) -> None:
        """Note where it was the content that failed: this is not tried again by itself."""
        outcome = replace(self.record.targets[name], unwell=is_unwell(error))
        self.record = self.record.with_outcome(name, outcome)

    def _reverted(self, name: str) -> str | None:
        try:
            self.changes[name].revert(self.record.targets[name].live, self.record.fencing)
        except GmconfigError as error:
            return f"{name}: {error.message}"
        fault.point(f"restored:{name}")
        return None

    def _failed(self, problem: str) -> Record:
        """Put back what was changed, if anything was and the options do not say otherwise."""
        log.info("%s failed: %s", self.record.id, problem)
        self.record = replace(self.record, error=problem)
        touched = any(outcome.step in _TOUCHED for outcome in self.record.targets.values())
        if touched and self.options.restores:
            return self.undo()
        if not touched:  # else `abort` needs what was there before
            self._prune()
        return self._end(State.FAILED if touched else State.RESTORED, problem)

    def _prune(self) -> None:
        """Remove old releases, and what was staged and never made live; what cannot be removed does no harm."""
        for name, change in self.changes.items():
            try:
                change.prune()
            except GmconfigError as error:
                log.warning("%s: old releases stay: %s", name, error)

    def _step(self, name: str, step: Step, problem: str | None = None, live: str | None = None) -> None:
        outcome = self.record.targets[name]
        changed = replace(outcome, step=step, error=problem or outcome.error, live=live or outcome.live)
        self.record = self.record.with_outcome(name, changed)

    def _end(self, state: State, problem: str | None = None) -> Record:
        self.record = replace(self.record, error=problem)
        return self._advance(state)

    def _advance(self, state: State) -> Record:
        log.debug("%s: %s", self.record.id, state)
        self.record = self.ledger.advance(self.record, state)
        self.options.told(self.record)
        return self.record
