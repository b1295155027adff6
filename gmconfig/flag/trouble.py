"""What is wrong with one flag, told with a path in its definition."""

from __future__ import annotations

from gmconfig.path import Keys


class Trouble(Exception):
    """A flag cannot be compiled: `keys` lead to the culprit, below the flag or (with `segment`) the segment."""

    def __init__(self, keys: Keys, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.keys = keys
        self.message = message
        self.hint = hint
        self.segment: str | None = None
