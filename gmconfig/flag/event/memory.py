"""Events of a program that no folder is named to: the last ones, in memory, for as long as it runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gmconfig.flag.event.line import Event

MOST = 20_000
"""How many are kept: older ones make room, so that a program may run for years."""


class Memory:
    """Keeps events where a `Writer` writes them; nothing of it leaves the process."""

    def __init__(self, most: int = MOST) -> None:
        self._events: deque[Event] = deque(maxlen=most)

    def put(self, making: Callable[[Callable[[str], str]], Event]) -> None:
        """Take an event; its unit stays as it is, for nobody else reads it."""
        self._events.append(making(str))

    def events(self) -> tuple[Event, ...]:
        """Give what is kept, the oldest first."""
        return tuple(self._events.copy())

    def flush(self) -> None:
        """Everything is where it stays."""

    def close(self) -> None:
        """There is nothing to let go of."""
