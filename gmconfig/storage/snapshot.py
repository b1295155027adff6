"""Snapshots: one way to read the project's files, whether on disk, staged, committed or only proposed."""

from __future__ import annotations

import os
from errno import EISDIR, ELOOP, ENOENT, ENOTDIR

TYPE_CHECKING = False  # typing costs more to import than a snapshot takes to read
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Protocol
else:
    Protocol = object

_NO_FILE = (ENOENT, ENOTDIR, EISDIR, ELOOP)


class Snapshot(Protocol):
    """The files of a project at one moment; paths are relative to the project's root, with '/'.

    `label` names it to people; `commit` is the full id where it is a commit, else None.
    """

    __slots__ = ()

    label: str
    commit: str | None

    def files(self) -> dict[str, str]:
        """Give every path with a key that changes when its content does."""

    def read(self, path: str) -> bytes:
        """Give a file's bytes.

        Raises:
            FileNotFoundError: there is no such file.
            Refused: the path, or a symlink on the way, leaves the project.
        """

    def exists(self, path: str) -> bool:
        """Whether `read` would find a file there."""

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Give the bytes of those of the paths that exist, at the cost of one look."""
        found: dict[str, bytes] = {}
        for path in paths:
            try:
                found[path] = self.read(path)
            except FileNotFoundError:
                continue
        return found


class WorkingTree(Snapshot):
    """What lies on disk now, tracked by git or not; nested repositories belong to others."""

    __slots__ = ("_real", "root")

    label = "working tree"
    commit = None

    def __init__(self, root: str) -> None:
        self.root = root
        self._real = ""

    def files(self) -> dict[str, str]:
        """Give every file with its stat signature; the same signature, the same file (unless young)."""
        found: dict[str, str] = {}
        self._scan(self.root, "", found)
        return found

    def read(self, path: str) -> bytes:
        """Give a file's bytes; a symlink is followed as long as it stays below the root."""
        real = self.locate(path)
        try:
            with open(real, "rb") as file:
                return file.read()
        except OSError as error:
            if error.errno in _NO_FILE:
                raise FileNotFoundError(path) from None
            raise _unreadable(path, error) from error

    def exists(self, path: str) -> bool:
        """Whether a file is there (one that must not be read counts)."""
        return os.path.isfile(os.path.join(self.root, path))

    def signature(self, path: str) -> str | None:
        """Give one file's stat signature, as `files` does; None where there is no file."""
        try:
            return _signature(os.stat(os.path.join(self.root, path)))
        except (OSError, ValueError):
            return None

    def locate(self, path: str) -> str:
        """Give the absolute path of a file that lies below the root, symlinks and all."""
        if not self._real:
            self._real = os.path.realpath(self.root).rstrip("/") + "/"
        plain = os.path.join(self._real, path)
        real = os.path.realpath(plain)
        if not real.startswith(self._real) or path.startswith("/"):
            raise _outside(path)
        return real

    def _scan(self, folder: str, prefix: str, found: dict[str, str]) -> None:
        """Walk depth first; a folder with a `.git` of its own is another repository."""
        with os.scandir(folder) as listing:
            entries = list(listing)
        if prefix and any(entry.name == ".git" for entry in entries):
            return
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != ".git":
                    self._scan(entry.path, f"{prefix}{entry.name}/", found)
                continue
            self._note(entry, prefix + entry.name, found)

    def _note(self, entry: os.DirEntry[str], path: str, found: dict[str, str]) -> None:
        try:
            if entry.is_symlink():
                if not entry.is_dir():
                    found[path] = _signature(entry.stat()) + _signature(entry.stat(follow_symlinks=False))
            elif entry.is_file():
                found[path] = _signature(entry.stat(follow_symlinks=False))
        except OSError:  # dangling, a loop, or gone in this moment
            return


class Proposed(Snapshot):
    """A change laid over another snapshot; None takes a file away."""

    __slots__ = ("base", "changes", "commit", "label")

    def __init__(self, base: Snapshot, changes: Mapping[str, bytes | None]) -> None:
        self.base = base
        self.changes = changes
        self.label = f"{base.label} with the proposed change"
        self.commit = None

    def files(self) -> dict[str, str]:
        """Give the base's files, with the changed ones under a key made of their content."""
        found = self.base.files()
        for path, content in self.changes.items():
            if content is None:
                found.pop(path, None)
            else:
                found[path] = _content_key(content)
        return found

    def read(self, path: str) -> bytes:
        """Give the proposed bytes, else the base's."""
        if path not in self.changes:
            return self.base.read(path)
        content = self.changes[path]
        if content is None:
            raise FileNotFoundError(path)
        return content

    def exists(self, path: str) -> bool:
        """Whether the file exists once the change is made."""
        return self.changes[path] is not None if path in self.changes else self.base.exists(path)

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Give the proposed bytes, and the base's in one look."""
        wanted = list(paths)
        found = self.base.read_many(path for path in wanted if path not in self.changes)
        for path in wanted:
            content = self.changes.get(path)
            if content is not None:
                found[path] = content
        return found


def _signature(status: os.stat_result) -> str:
    return f"{status.st_mtime_ns:x}.{status.st_ctime_ns:x}.{status.st_size:x}.{status.st_ino:x}"


def _content_key(content: bytes) -> str:
    from hashlib import sha256

    return "proposed:" + sha256(content).hexdigest()


def _outside(path: str) -> Exception:
    from gmconfig.errors import Refused

    return Refused(f'"{path}" leaves the project', hint="replace the symlink by a file of the repository")


def _unreadable(path: str, error: OSError) -> Exception:
    from gmconfig.storage.files import trouble

    return trouble(error, path)
