"""Looking at what is watched: once, or again and again; alerts move by it, and their handlers are told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError
from gmconfig.log import logger
from gmconfig.monitor import sender
from gmconfig.monitor.look import Answers, Look, look
from gmconfig.storage.git.calling_off import called_off_by
from gmconfig.storage.repeating import reported

if TYPE_CHECKING:
    from gmconfig.api.deploy.deploying import Deployer
    from gmconfig.monitor.alert import Alert
    from gmconfig.monitor.functions import FunctionHandler
    from gmconfig.monitor.measured import Clock
    from gmconfig.monitor.register import Register
    from gmconfig.validate.policy.rule import ComplianceRule

log = logger("monitor")

Event = Mapping[str, object]


def _nothing() -> None:
    """Do nothing."""


class Watching:
    """What a monitor does when it looks."""

    def __init__(
        self,
        register: Register,
        rules: Sequence[ComplianceRule] = (),
        functions: Sequence[FunctionHandler] = (),
        *,
        targets: bool = True,
        offline: bool = False,
    ) -> None:
        self.register = register
        self.project = register.project
        self.rules = rules
        self.functions = functions
        self.targets = targets
        self.offline = offline
        self.after_look: Callable[[], object] = _nothing
        """What is done after each look of `events` and `start`, such as running rules."""
        self._troubles: frozenset[str] = frozenset()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def check(self) -> Look:
        """Look once, and leave a sender behind if somebody is to be told."""
        found = self.looked()
        sender.leave_behind(self.project)
        return found

    def looked(self) -> Look:
        """Look once; what is to be told waits in the outbox."""
        found = look(self.register, self.rules, self._targets if self.targets else None)
        known, moved = self.register.settle(found.conditions, found.looked)
        for handler in self.functions:
            for alert in moved:
                handler.put(alert)
        troubles = [f"not looked at: {remark}" for remark in found.remarks]
        try:
            sender.enqueue(self.project, moved, known.values())
        except GmconfigError as error:
            troubles.append(f"alerts cannot be told: {error}")
        self._warn(troubles)
        return found

    def resolve(self, name: str, by: str, reason: str) -> Alert:
        """Put an alert aside; mute where what it is about still holds."""
        alert = self.register.find(name)
        found = look(self.register, self.rules)
        holds = any(one.id == alert.id for one in found.conditions) or alert.rule not in found.looked
        after = self.register.resolve(name, by, reason, holds=holds)
        sender.enqueue(self.project, [after])
        sender.leave_behind(self.project)
        return after

    # All the time

    def start(self, interval: float, on_event: Callable[[Event], None] | None) -> None:
        """Look again and again on a thread."""
        if self._thread is None:
            self._stopped.clear()
            self._thread = threading.Thread(
                target=self._watch, args=(interval, on_event), name="gmconfig monitor", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """End that, after the look that is under way."""
        self._stopped.set()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def events(
        self, interval: float, since: datetime | None = None, stop: threading.Event | None = None
    ) -> Iterator[Event]:
        """Yield events as they are noted, looking again and again until `stop`; those since a moment first."""
        self._stopped = stop or self._stopped
        seen: set[str] = set()
        start = since or datetime.now(UTC)
        while not self._stopped.is_set():
            try:
                with called_off_by(self._stopped.is_set):
                    self.check()
                self.after_look()
                new = self.register.journal.entries(start)
            except (GmconfigError, OSError) as error:
                self._warn([] if self._stopped.is_set() else [f"no look was possible: {error}"])
                new = []
            yield from [event for name, event in new if name not in seen]
            seen.update(name for name, _ in new)
            self._stopped.wait(interval)

    def _watch(self, interval: float, on_event: Callable[[Event], None] | None) -> None:
        for event in self.events(interval):
            try:
                if on_event is not None:
                    on_event(event)
            except Exception as error:  # of the program's own code; the watch goes on
                reported(error)

    def _warn(self, troubles: Sequence[str]) -> None:
        """Tell what was no trouble at the look before: what lasts is told once."""
        for trouble in troubles:
            if trouble not in self._troubles:
                log.warning("%s", trouble)
        self._troubles = frozenset(troubles)

    def _targets(self, clock: Clock) -> Answers:
        """Look at the targets for drift, where some are declared."""
        from gmconfig.api.drift.drifting import Drifter
        from gmconfig.target.declared import targets

        if not targets(self.project):
            return Answers()
        answered: dict[str, float] = {}
        deployer = self._deployer(lambda one: answered.setdefault(one.target.name, clock.so_far()))
        found = Drifter(deployer).detect()
        unreachable = {one.target.name: str(one.error) for one in found.unknown}
        waiting = {
            one.target.name: "not deployed yet" if one.is_new else "behind"
            for one in found.standings
            if one.is_new or one.is_behind
        }
        reached = {name: value for name, value in answered.items() if name not in unreachable}
        return Answers(reached, unreachable, waiting)

    def _deployer(self, seen: Callable[..., object]) -> Deployer:
        from gmconfig.api.deploy.deploying import Deployer
        from gmconfig.api.workspace import Workspace

        return Deployer(Workspace(root=self.project.root), offline=self.offline, seen=seen)  # type: ignore[arg-type]
