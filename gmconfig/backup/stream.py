"""Bytes on their way: counted, hashed, and no more of them in memory than a moment needs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import IO, Any, Protocol

CHUNK = 1 << 18


class Source(Protocol):
    """What can be read piece by piece."""

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes; none at the end."""


class Hashing:
    """Passes bytes on to a file, and knows their number and digest."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, content: Any) -> int:
        """Pass bytes on."""
        self._file.write(content)
        self._hash.update(content)
        self.size += len(content)
        return len(content)

    def flush(self) -> None:
        """Let the file take what it has."""
        self._file.flush()

    @property
    def digest(self) -> str:
        """The SHA-256 of all that was written."""
        return self._hash.hexdigest()


def copied(source: Source, sink: Callable[[bytes], object]) -> None:
    """Pass everything of a file on."""
    while content := source.read(CHUNK):
        sink(content)


def measured(source: Source) -> tuple[int, str]:
    """Read a file to its end; give its length and digest."""
    found, size = hashlib.sha256(), 0
    while content := source.read(CHUNK):
        found.update(content)
        size += len(content)
    return size, found.hexdigest()
