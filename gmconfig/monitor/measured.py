"""How long each part of a look took, and what the disk has left."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Measures parts of a look in seconds, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._began = time.monotonic()

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Measure what happens within."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = time.monotonic() - began

    def so_far(self) -> float:
        """Give the seconds since it was made."""
        return time.monotonic() - self._began


def disk_free_percent(folder: str) -> float | None:
    """Give how much of a folder's disk is free for us; None where nobody says."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    return 100 * found.f_bavail / found.f_blocks if found.f_blocks else None
