"""Running rules: each cause is claimed, acted on, and told to the journal; one that fails keeps no other back."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from gmconfig.automation.rules.claims import LEASE, Memory, claim_for, ending
from gmconfig.automation.rules.condition import holds
from gmconfig.automation.rules.due import due
from gmconfig.automation.rules.lease import kept
from gmconfig.automation.rules.past import Cause, Claim, Past
from gmconfig.automation.rules.run import Run, State
from gmconfig.deploy import fault
from gmconfig.errors import ExitCode, GmconfigError
from gmconfig.storage.cause import because_of

if TYPE_CHECKING:
    from gmconfig.automation.rules.event import Event
    from gmconfig.automation.rules.rule import AutomationRule

TRIES = 2
"""How often something is begun whose runner never came back."""

_AT_ONCE = 100  # runs of one rule in one go

May = Callable[["AutomationRule"], bool]
"""Whether a rule can be run here at all; elsewhere it may be."""


def always(rule: AutomationRule) -> bool:  # noqa: ARG001
    """Leave nothing to others."""
    return True


@dataclass(frozen=True, slots=True)
class Task:
    """What an action is to do: for which rule, because of which event (None: a schedule), or only to say so."""

    rule: AutomationRule
    event: Event | None
    dry_run: bool


Act = Callable[[Task], str]
"""Does what a task says, and gives what came of it in a line."""

Clock = Callable[[], datetime]
"""Tells the moment, after one that was given to begin with."""


class Runner:
    """Runs some rules of one project.

    Args:
        rules: which.
        memory: where what they did is kept.
        act: does what a rule says.
        tell: is given each run; to be noted in the journal.
        may: says which rules run here; of the others, the run only says why they are left to somebody else.
        user: on whose behalf.
        lease: after how long without a sign of life others take over what it has claimed.
    """

    def __init__(
        self,
        rules: Mapping[str, AutomationRule],
        memory: Memory,
        act: Act,
        tell: Callable[[Run], None],
        user: str = "",
        lease: timedelta = LEASE,
        may: May = always,
    ) -> None:
        self.rules = rules
        self.memory = memory
        self.act = act
        self.tell = tell
        self.user = user
        self.lease = lease
        self.may = may

    def run(
        self, events: Callable[[], Sequence[Event]], now: datetime, *, dry_run: bool = False
    ) -> Iterator[Run]:
        """Run what is due; what happens thereby is looked at too.

        Args:
            events: gives what happened, anew each time.
            now: the moment that schedules are asked for.
            dry_run: claim nothing, note nothing, and say only what would be done.
        """
        began = datetime.now(UTC)

        def clock() -> datetime:
            return now + (datetime.now(UTC) - began)

        for rule in self.rules.values():
            if dry_run or not self.may(rule):
                yield from self._rehearsed(rule, events() if rule.events else (), now)
                continue
            for _ in range(_AT_ONCE):
                run = self._once(rule, events() if rule.events else (), now, clock)
                if run is None:
                    break
                yield run

    def perform(self, rule: AutomationRule, cause: Cause, event: Event | None) -> Run:
        """Do what a rule does, whatever it remembers, and tell it."""
        run = self._done(rule, cause, event, dry_run=rule.dry_run)
        with because_of((*(event.because_of if event else ()), rule.name)):
            self.tell(run)
        return run

    def _once(self, rule: AutomationRule, events: Sequence[Event], now: datetime, clock: Clock) -> Run | None:
        claim = self._claimed(rule, events, now, clock)
        if claim is None:
            return None
        fault.point(f"claimed:{rule.name}")
        cause, event, token = claim.cause, _event_of(claim.cause, events), claim.holder.token
        if claim.attempt > TRIES:
            why = f"its runner never came back, {TRIES} times"
            run = self._noted(rule, self._run(rule, State.FAILED, cause, why, ExitCode.NO_ANSWER))
        elif cause.missed:
            run = self._noted(rule, self._run(rule, State.MISSED, cause, f"later than {rule.within}"))
        else:
            with kept(self.memory, rule.name, token, self.lease, clock):
                run = self.perform(rule, cause, event)
        self.memory.change(rule.name, now, ending(token, run.as_json(), clock()), must=False)
        return run

    def _claimed(
        self, rule: AutomationRule, events: Sequence[Event], now: datetime, clock: Clock
    ) -> Claim | None:
        """Claim what is due, if anything is and nobody is faster."""
        found: list[Claim] = []

        def change(past: Past) -> Past | None:
            cause = due(rule, past, events, holds, now)
            if cause is None:
                return None
            found[:] = [claim_for(cause, self.user, clock() + self.lease, past.claim)]
            return past.claimed(found[0], now)

        return found[0] if self.memory.change(rule.name, now, change) is not None else None

    def _rehearsed(self, rule: AutomationRule, events: Sequence[Event], now: datetime) -> Iterator[Run]:
        cause = due(rule, self.memory.past(rule.name, now), events, holds, now)
        if cause is not None and not cause.missed:
            yield self._done(rule, cause, _event_of(cause, events), dry_run=True)

    def _done(self, rule: AutomationRule, cause: Cause, event: Event | None, *, dry_run: bool) -> Run:
        causes = (*(event.because_of if event else ()), rule.name)
        try:
            with because_of(causes):
                message = self.act(Task(rule, event, dry_run))
        except GmconfigError as error:
            hint = f" ({error.hint})" if error.hint else ""
            return self._run(rule, State.FAILED, cause, f"{error}{hint}", error.exit_code)
        return self._run(rule, State.DRY_RUN if dry_run else State.SUCCEEDED, cause, message)

    def _run(
        self, rule: AutomationRule, state: State, cause: Cause, message: str, code: ExitCode = ExitCode.OK
    ) -> Run:
        time = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        host = socket.gethostname()
        return Run(
            rule.name, rule.action, state, cause.id, cause.subject, message, int(code), self.user, host, time
        )

    def _noted(self, rule: AutomationRule, run: Run) -> Run:
        with because_of((rule.name,)):
            self.tell(run)
        return run


def _event_of(cause: Cause, events: Sequence[Event]) -> Event | None:
    """Give the last event of those that a rule runs for."""
    return max((one for one in events if one.id in cause.events), key=lambda one: one.time, default=None)
