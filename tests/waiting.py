"""Waiting for what must come true, however slow the machine is: no test ends because time went by."""

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
