"""Running rules: each cause is claimed, acted on, and told to the journal; one that fails keeps no other back."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.automation.rules.claims import Memory, claim_for, ending
from gmconfig.automation.rules.condition import holds
from gmconfig.automation.rules.due import due
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


@dataclass(frozen=True, slots=True)
class Task:
    """What an action is to do: for which rule, because of which event (None: a schedule), or only to say so."""

    rule: AutomationRule
    event: Event | None
    dry_run: bool


Act = Callable[[Task], str]
"""Does what a task says, and gives what came of it in a line."""


class Runner:
    """Runs some rules of one project.

    Args:
        rules: which.
        memory: where it stands what they did.
        act: does what they say.
        tell: is given each run; to be noted in the journal.
        user: on whose behalf.
    """

    def __init__(
        self,
        rules: Mapping[str, AutomationRule],
        memory: Memory,
        act: Act,
        tell: Callable[[Run], None],
        user: str = "",
    ) -> None:
        self.rules = rules
        self.memory = memory
        self.act = act
        self.tell = tell
        self.user = user

    def run(
        self, events: Callable[[], Sequence[Event]], now: datetime, *, dry_run: bool = False
    ) -> Iterator[Run]:
        """Run what is due; what happens thereby is looked at too.

        Args:
            events: gives what happened, anew each time.
            now: the moment that schedules are asked for.
            dry_run: claim nothing, note nothing, and say only what would be done.
        """
        for rule in self.rules.values():
            if dry_run:
                yield from self._rehearsed(rule, events() if rule.events else (), now)
                continue
            for _ in range(_AT_ONCE):
                run = self._once(rule, events() if rule.events else (), now)
                if run is None:
                    break
                yield run

    def perform(
        self, rule: AutomationRule, cause: Cause, event: Event | None, *, dry_run: bool = False
    ) -> Run:
        """Do what a rule does, whatever it remembers, and tell it."""
        run = self._done(rule, cause, event, dry_run=dry_run or rule.dry_run)
        if not dry_run:
            with because_of((*(event.because_of if event else ()), rule.name)):
                self.tell(run)
        return run

    def _once(self, rule: AutomationRule, events: Sequence[Event], now: datetime) -> Run | None:
        claim = self._claimed(rule, events, now)
        if claim is None:
            return None
        fault.point(f"claimed:{rule.name}")
        cause, event = claim.cause, next((one for one in events if one.id in claim.cause.events), None)
        if claim.attempt > TRIES:
            why = f"its runner never came back, {TRIES} times"
            run = self._noted(rule, self._run(rule, State.FAILED, cause, why, ExitCode.NO_ANSWER))
        elif cause.missed:
            run = self._noted(rule, self._run(rule, State.MISSED, cause, f"later than {rule.within}"))
        else:
            run = self.perform(rule, cause, event)
        self.memory.change(rule.name, now, ending(claim.holder.token, run.as_json()), must=False)
        return run

    def _claimed(self, rule: AutomationRule, events: Sequence[Event], now: datetime) -> Claim | None:
        """Claim what is due, if anything is and nobody is faster."""
        found: list[Claim] = []

        def change(past: Past) -> Past | None:
            cause = due(rule, past, events, holds, now)
            if cause is None:
                return None
            found[:] = [claim_for(cause, self.user, now, past.claim)]
            return past.claimed(found[0], now)

        return found[0] if self.memory.change(rule.name, now, change) is not None else None

    def _rehearsed(self, rule: AutomationRule, events: Sequence[Event], now: datetime) -> Iterator[Run]:
        cause = due(rule, self.memory.past(rule.name, now), events, holds, now)
        if cause is not None and not cause.missed:
            event = next((one for one in events if one.id in cause.events), None)
            yield self._done(rule, cause, event, dry_run=True)

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
