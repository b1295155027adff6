"""When an agent asks its remote again: at every look while it answers, ever more seldom while it does not."""

from __future__ import annotations

import random
import time

_LONGEST = 600.0


class Pace:
    """Doubles the pause with every failure in a row; partly by chance, so that a fleet does not return at once."""

    def __init__(self, interval: float) -> None:
        self.interval = max(interval, 1.0)
        self.failures = 0
        self._next = 0.0

    def is_due(self) -> bool:
        """Whether it is time to ask again."""
        return time.monotonic() >= self._next

    def succeeded(self) -> None:
        """Note that the remote answered."""
        self.failures, self._next = 0, 0.0

    def failed(self) -> None:
        """Note that it did not."""
        self.failures += 1
        pause = min(self.interval * 2 ** min(self.failures, 20), _LONGEST)
        self._next = time.monotonic() + pause * random.uniform(0.5, 1.0)  # noqa: S311  # no secret


def pause(interval: float) -> float:
    """Give how long to sleep: somewhat less than the interval, and not the same for all agents."""
    return interval * random.uniform(0.8, 1.0)  # noqa: S311  # no secret
