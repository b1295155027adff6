"""Rules that one program has to itself: they act on what it does, on a thread of their own, as long as it runs."""

from __future__ import annotations

import atexit
import queue
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gmconfig.api.automation.automating import Automation
from gmconfig.automation.rules.claims import Own
from gmconfig.automation.rules.declared import checked
from gmconfig.automation.rules.event import Event, committed, told
from gmconfig.automation.rules.past import DAY
from gmconfig.storage import hearing
from gmconfig.storage.repeating import reported

if TYPE_CHECKING:
    from gmconfig.api.workspace import Workspace
    from gmconfig.automation.rules.rule import AutomationRule
    from gmconfig.automation.rules.run import Run

_WAITS_AT_END = 5.0
_TICK = 20.0  # seconds between two looks at the clock, where a rule has a schedule


class OwnRules:
    """The rules of one `ConfigAutomation`, what they heard, and what they did."""

    def __init__(self, workspace: Workspace, *, offline: bool = False) -> None:
        self.workspace = workspace
        self.offline = offline
        self.rules: dict[str, AutomationRule] = {}
        self.memory = Own()
        self._heard: dict[str, Event] = {}
        self._waiting: queue.Queue[None] = queue.Queue()
        self._turn = threading.RLock()
        self._thread: threading.Thread | None = None

    def add(self, rule: AutomationRule) -> None:
        """Add a rule, in the place of one of the same name.

        Raises:
            UsageError: it makes no sense.
        """
        whole = checked(rule)
        with self._turn:
            self.rules[whole.name] = whole
            self.memory.meet(whole.name, datetime.now(UTC))
        if self._thread is None:
            hearing.listen(self.workspace.project.repository.common_dir, self._hear)
            self._thread = threading.Thread(target=self._work, name="gmconfig automation", daemon=True)
            self._thread.start()
            atexit.register(self.flush, _WAITS_AT_END)
        elif whole.schedule:
            self._waiting.put(None)  # whoever waits for an event looks at the clock from now on

    def run(
        self,
        names: Sequence[str] = (),
        events: Sequence[Event] = (),
        now: datetime | None = None,
        *,
        dry_run: bool = False,
    ) -> list[Run]:
        """Run what is due, by what was heard and by these events."""
        with self._turn:
            chosen = {name: rule for name, rule in self.rules.items() if not names or name in names}
            if not chosen:
                return []
            automation = Automation(self.workspace, offline=self.offline, rules=chosen, memory=self.memory)
            moment = now or datetime.now(UTC)
            found = automation.runner.run(lambda: self._known(events, moment), moment, dry_run=dry_run)
            return list(found)

    def flush(self, seconds: float = 60.0) -> bool:
        """Wait until the rules have acted on all that was heard, at most so long; give whether they have."""
        if self._thread is threading.current_thread():
            return False
        ends = time.monotonic() + seconds
        while self._waiting.unfinished_tasks and time.monotonic() < ends:
            time.sleep(0.01)
        return not self._waiting.unfinished_tasks

    def _hear(self, name: str, entry: Mapping[str, Any]) -> None:
        found = (
            committed(self.workspace.project, entry)
            if entry.get("kind") == "commit"
            else told([(name, entry)])
        )
        heard = {one.id: one for one in found}
        if any(rule.hears(one.kind) for one in heard.values() for rule in list(self.rules.values())):
            self._heard.update(heard)
            self._waiting.put(None)

    def _known(self, events: Sequence[Event], now: datetime) -> list[Event]:
        found = {**{one.id: one for one in events}, **self._heard.copy()}
        for name in [name for name, one in found.items() if now - one.time > DAY]:
            self._heard.pop(name, None)
        return sorted(found.values(), key=lambda one: (one.time, one.id))

    def _work(self) -> None:
        while True:
            timed = any(rule.schedule for rule in list(self.rules.values()))
            try:
                self._waiting.get(timeout=_TICK if timed else None)
            except queue.Empty:
                self._act()
                continue
            try:
                self._act()
            finally:
                self._waiting.task_done()

    def _act(self) -> None:
        try:
            self.run()
        except Exception as error:  # of the program's own code; the rules go on
            reported(error)
