"""A cache that may vanish at any time: marshal files that are written by rename and never trusted."""

from __future__ import annotations

import os

from gmconfig.log import debug
from gmconfig.storage import at_once

_MAGIC = b"gmconfig cache 1\n"
_TEMPORARY = ".tmp"
_SHARE = 16
_uncounted: dict[str, int] = {}
"""The bytes that this process has stored in each folder since it last looked at all of it."""


class Cache:
    """Plain values (what marshal can hold) by name, in a folder of their own.

    Args:
        folder: such as `gmconfig/` in git's common directory.
        most_bytes: what all files together may take; the oldest go first.
    """

    __slots__ = ("folder", "most_bytes")

    def __init__(self, folder: str, most_bytes: int = 64 * 1024 * 1024) -> None:
        self.folder = folder
        self.most_bytes = most_bytes

    def load(self, name: str) -> object:
        """Give what was stored, or None: not there, not ours, from another Python, or damaged."""
        value = self._loaded(name)
        debug("storage", "cache %s: %s", name, "miss" if value is None else "hit")
        return value

    def _loaded(self, name: str) -> object:
        import marshal

        try:
            with open(self._path(name), "rb", opener=at_once) as file:
                if os.fstat(file.fileno()).st_uid != os.geteuid():
                    return None
                content = file.read()
        except OSError:
            return None
        value = memoryview(content)[len(_MAGIC) + 8 :]
        if not content.startswith(_head(value)):
            return None
        try:
            return marshal.loads(value)  # noqa: S302 - checked above
        except (EOFError, ValueError, TypeError):
            return None

    def modified_ns(self, name: str) -> int:
        """Give when the file was written (0: never): a file as young as that must be looked at again."""
        try:
            return os.stat(self._path(name)).st_mtime_ns
        except OSError:
            return 0

    def store(self, name: str, value: object) -> bool:
        """Keep a value; False where that cannot be (a read-only repository, a full disk), which is fine.

        So it is with what marshal cannot hold, such as a text that a file gives a tag of its own.
        """
        import marshal

        try:
            content = marshal.dumps(value)  # type: ignore[arg-type]
        except ValueError:
            return False
        path = self._path(name)
        temporary = f"{path}.{os.getpid()}{_TEMPORARY}"
        try:
            os.makedirs(self.folder, exist_ok=True)
            with open(temporary, "wb") as file:
                file.write(_head(content) + content)
            os.replace(temporary, path)
        except OSError:
            _forget(temporary)
            return False
        if self._is_due(len(content)):
            self._shrink(path)
        return True

    def _path(self, name: str) -> str:
        return os.path.join(self.folder, name.replace("/", "_") + ".cache")

    def _is_due(self, size: int) -> bool:
        """Whether to look at the whole folder: the first time, and when it may have grown by a good part since."""
        grown = _uncounted.get(self.folder, self.most_bytes) + size
        is_due = grown >= self.most_bytes // _SHARE
        _uncounted[self.folder] = 0 if is_due else grown
        return is_due

    def _shrink(self, newest: str) -> None:
        """Remove the oldest files until the rest fits; the newest one stays, unless it alone is too big."""
        with os.scandir(self.folder) as entries:
            files = [entry for entry in entries if entry.name.endswith((".cache", _TEMPORARY))]
        known = [(entry.path, status) for entry in files if not _swept(entry) and (status := _status(entry))]
        total = sum(status.st_size for _, status in known)
        for path, status in sorted(known, key=lambda one: (one[0] == newest, one[1].st_mtime_ns)):
            if total <= self.most_bytes:
                return
            _forget(path)
            total -= status.st_size


def _swept(entry: os.DirEntry[str]) -> bool:
    """Remove what a dead writer left half written; a living one that was taken for dead just stores nothing."""
    writer = entry.name.removesuffix(_TEMPORARY).rpartition(".")[2]
    if not entry.name.endswith(_TEMPORARY) or not writer.isdecimal() or _lives(int(writer)):
        return False
    _forget(entry.path)
    return True


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # another user's, or none of this machine
        return True
    return True


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    """Give a file's status; None if another process has just renamed or removed it."""
    try:
        return entry.stat()
    except OSError:
        return None


def _head(content: bytes | memoryview) -> bytes:
    """Give the line that proves a file whole, ours and this Python's: marshal differs between versions."""
    import sys
    import zlib

    return _MAGIC + zlib.crc32(content, sys.hexversion & 0xFFFFFFFF).to_bytes(8, "big")


def _forget(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
