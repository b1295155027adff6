"""Python functions as handlers: each on a thread of its own, so that none slows who raises an alert."""

from __future__ import annotations

import atexit
import queue
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from gmconfig.log import logger

if TYPE_CHECKING:
    from gmconfig.monitor.alert import Alert

log = logger("monitor")

TRIES = 3
_WAITS_AT_END = 5.0


class FunctionHandler:
    """Calls a function with each alert, again if it raises, in the order in which they were raised."""

    def __init__(self, call: Callable[[Alert], object], *, resolved: bool = False) -> None:
        self.call = call
        self.resolved = resolved
        self._pause = 1.0
        self._waiting: queue.Queue[Alert] = queue.Queue()
        self._told: set[str] = set()
        threading.Thread(target=self._work, name="gmconfig alert handler", daemon=True).start()
        atexit.register(self.flush, _WAITS_AT_END)

    def put(self, alert: Alert) -> None:
        """Tell it of an alert, soon, once."""
        meant = alert.state == "firing" or (self.resolved and alert.resolved)
        if meant and alert.message_id not in self._told:
            self._told.add(alert.message_id)
            self._waiting.put(alert)

    def flush(self, seconds: float) -> bool:
        """Wait until it knows all alerts, at most so long; give whether it does."""
        ends = time.monotonic() + seconds
        while self._waiting.unfinished_tasks and time.monotonic() < ends:
            time.sleep(0.01)
        return not self._waiting.unfinished_tasks

    def _work(self) -> None:
        while True:
            alert = self._waiting.get()
            try:
                self._tell(alert)
            finally:
                self._waiting.task_done()

    def _tell(self, alert: Alert) -> None:
        for number in range(TRIES):
            try:
                self.call(alert)
            except Exception as error:  # whatever another's function raises
                log.warning("an alert handler failed with %s: %s", type(error).__name__, error)
                time.sleep(self._pause * 2**number)
            else:
                log.debug("an alert handler was told of %s", alert.id)
                return
