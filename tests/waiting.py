"""Waiting for what must come true, however slow the machine is: no test ends because time went by."""

import threading
import time
from collections.abc import Callable

LIMIT = 120.0
"""For how many seconds something is waited for: only a broken program makes a test wait so long."""


def until(holds: Callable[[], object], limit: float = LIMIT) -> None:
    """Wait until something holds; fail if it never does."""
    ends = time.monotonic() + limit
    while not holds():
        assert time.monotonic() < ends, "it never came true"
        time.sleep(0.02)


class Looks(threading.Event):
    """Stops what looks again and again after so many looks, between which no time goes by."""

    def __init__(self, many: int) -> None:
        super().__init__()
        self.left = many

    def wait(self, timeout: float | None = None) -> bool:
        self.left -= 1
        if self.left <= 0:
            self.set()
        return self.is_set()
