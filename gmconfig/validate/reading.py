"""Reading a snapshot that is checked: listed once, and the last files kept, as several checks read them."""

from __future__ import annotations

import os

from gmconfig.storage import MOST_BYTES
from gmconfig.storage.snapshot import Snapshot, WorkingTree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_KEPT_BYTES = 1_000_000
"""How much is kept of what was read last: the layers of the document that is being checked."""

_AT_ONCE = 1 << 16
_LATER = 1 << 22

_PLAIN_DOTS = 3
"""A stat signature has three dots; a symlink's is two signatures in one."""


class Reading(Snapshot):
    """A snapshot as a run of checks sees it: its list of files stays what it was at the beginning."""

    def __init__(self, base: Snapshot, files: dict[str, str] | None = None) -> None:
        self.base = base
        self.label = base.label
        self.commit = base.commit
        self._files = base.files() if files is None else files
        self._kept: dict[str, bytes] = {}
        self._size = 0
        self._root = base.root if isinstance(base, WorkingTree) else None

    def files(self) -> dict[str, str]:
        """Give the files as they were listed."""
        return self._files

    def read(self, path: str) -> bytes:
        """Give a file's bytes."""
        raw = self._kept.get(path)
        if raw is None:
            raw = self._read(path)
            self._size += len(raw)
            if self._size > _KEPT_BYTES:
                self._kept.clear()
                self._size = len(raw)
            self._kept[path] = raw
        return raw

    def exists(self, path: str) -> bool:
        """Whether the file was listed."""
        return path in self._files

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Give the bytes of those of the paths that exist."""
        return self.base.read_many(paths)

    def _read(self, path: str) -> bytes:
        """Open a listed file that is not a symlink without asking again where it leads."""
        if self._root is None or self._files.get(path, "").count(".") != _PLAIN_DOTS:
            return self.base.read(path)
        return _content(f"{self._root}/{path}")


def _content(file: str) -> bytes:
    """Read a file with as few calls as can be: most come whole with the first."""
    opened = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        raw = os.read(opened, _AT_ONCE)
        if len(raw) < _AT_ONCE:
            return raw
        if os.fstat(opened).st_size > MOST_BYTES:
            from gmconfig.storage.files import too_large

            raise too_large(file)
        parts = [raw]
        while parts[-1]:
            parts.append(os.read(opened, _LATER))
        return b"".join(parts)
    finally:
        os.close(opened)
