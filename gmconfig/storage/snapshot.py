"""Snapshots: one way to read the project's files, whether on disk, staged, committed or only proposed."""

from __future__ import annotations

import os
from errno import EISDIR, ELOOP, ENOENT, ENOTDIR

from gmconfig.log import debug
from gmconfig.storage import MOST_BYTES, at_once

TYPE_CHECKING = False  # typing costs more to import than a snapshot takes to read
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Protocol
else:
    Protocol = object

_KIND, _FOLDER, _FILE, _LINK = 0o170000, 0o040000, 0o100000, 0o120000
"""The kinds of files in `st_mode`, as POSIX numbers them; `stat` is a module to load."""

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

    def below(self, folder: str) -> dict[str, str]:
        """Give the files below a folder (with '/' at its end)."""
        found: dict[str, str] = {}
        at = self.root
        for name in folder.rstrip("/").split("/"):
            at = f"{at}/{name}"
            if os.path.islink(at) or not os.path.isdir(at) or os.path.lexists(f"{at}/.git"):
                return found
        self._scan(at, folder, found)
        return found

    def read(self, path: str) -> bytes:
        """Give a file's bytes; a symlink is followed as long as it stays below the root."""
        real = self.locate(path)
        try:
            with open(real, "rb", opener=at_once) as file:
                status = os.fstat(file.fileno())
                if status.st_mode & _KIND != _FILE:
                    raise FileNotFoundError(ENOENT, path)
                if status.st_size > MOST_BYTES:
                    raise _too_large(path)
                content = file.read()
        except OSError as error:
            if error.errno in _NO_FILE:
                raise FileNotFoundError(path) from None
            raise _unreadable(path, error) from error
        debug("storage", "read %s: %d bytes", path, len(content))
        return content

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
        """Note a folder's files, then those below; a folder with a `.git` of its own is another repository.

        The status of a file costs most of it, and says what kind of file it is: nothing else is asked. Asked
        from the open folder, the system need not look up the way to it again each time.
        """
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            names = sorted(os.listdir(opened))
            folders = [] if prefix and ".git" in names else _noted(opened, names, prefix, found)
        finally:
            os.close(opened)
        for name in folders:
            self._scan(f"{folder}/{name}", f"{prefix}{name}/", found)


def files_below(snapshot: Snapshot, folder: str) -> dict[str, str]:
    """Give the files below a folder (with '/' at its end), as `files` does, at the cost of these alone."""
    if isinstance(snapshot, WorkingTree):
        return snapshot.below(folder)
    if not isinstance(snapshot, Proposed):
        return {path: key for path, key in snapshot.files().items() if path.startswith(folder)}
    changes = {path: content for path, content in snapshot.changes.items() if path.startswith(folder)}
    return _changed(files_below(snapshot.base, folder), changes)


def _noted(opened: int, names: list[str], prefix: str, found: dict[str, str]) -> list[str]:
    """Note the files of an open folder; gives the folders in it."""
    folders: list[str] = []
    for name in names:
        try:
            status = os.stat(name, dir_fd=opened, follow_symlinks=False)
        except OSError:  # gone in this moment
            continue
        kind = status.st_mode & _KIND
        if kind == _FILE:
            found[prefix + name] = _signature(status)
        elif kind == _FOLDER and name != ".git":
            folders.append(name)
        elif kind == _LINK:
            _note_link(opened, name, status, prefix, found)
    return folders


def _note_link(opened: int, name: str, link: os.stat_result, prefix: str, found: dict[str, str]) -> None:
    """Note a symlink that leads to a file: it changes when either does."""
    try:
        status = os.stat(name, dir_fd=opened)
    except OSError:  # dangling, or a loop
        return
    if status.st_mode & _KIND == _FILE:
        found[prefix + name] = _signature(status) + _signature(link)


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
        return _changed(self.base.files(), self.changes)

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


def _changed(files: dict[str, str], changes: Mapping[str, bytes | None]) -> dict[str, str]:
    for path, content in changes.items():
        if content is None:
            files.pop(path, None)
        else:
            files[path] = _content_key(content)
    return files


def _signature(status: os.stat_result) -> str:
    # The fastest way to write these four: they are written for every file of a repository.
    return "%x.%x.%x.%x" % (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)  # noqa: UP031


def _content_key(content: bytes) -> str:
    from hashlib import sha256

    return "proposed:" + sha256(content).hexdigest()


def _outside(path: str) -> Exception:
    from gmconfig.errors import Refused

    return Refused(f'"{path}" leaves the project', hint="replace the symlink by a file of the repository")


def _too_large(path: str) -> Exception:
    from gmconfig.storage.files import too_large

    return too_large(path)


def _unreadable(path: str, error: OSError) -> Exception:
    from gmconfig.storage.files import trouble

    return trouble(error, path)
