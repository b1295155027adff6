"""Index files: a private one to build a tree in, and the user's, updated under git's own lock."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gmconfig.errors import Locked
from gmconfig.storage.files import read_if_exists, trouble, unlink
from gmconfig.storage.git.objects import Entry, index_entries

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

_LOCK_WAIT_SECONDS = 10.0
_LOCK_POLL_SECONDS = 0.01

Entries = Mapping[str, Entry | None]
"""What is to stand at some paths, from the top; None takes a path away."""


class IndexFile:
    """An index at a path of our choice; nobody else works on it."""

    def __init__(self, repository: Repository, path: str) -> None:
        self.repository = repository
        self.path = path
        self.env = {"GIT_INDEX_FILE": path}

    def fill(self, commit: str | None) -> None:
        """Make it hold what a commit holds."""
        self.repository.run("read-tree", commit or "--empty", env=self.env)

    def put(self, entries: Entries) -> None:
        """Set entries; assume-unchanged and skip-worktree stay as they were."""
        none = self.repository.null_id
        feed = b"".join(_line(path, entry, none) for path, entry in entries.items())
        self.repository.run("update-index", "-z", "--index-info", input=feed, env=self.env)
        for option, tags in (("--assume-unchanged", "hs"), ("--skip-worktree", "Ss")):
            names = [path for path, entry in entries.items() if entry and entry.tag in tags]
            if names:
                feed = b"\0".join(os.fsencode(name) for name in names)
                self.repository.run("update-index", option, "-z", "--stdin", input=feed, env=self.env)

    def refresh(self) -> None:
        """Note which files on disk are unchanged, so that plumbing without a refresh sees them clean."""
        self.repository.attempt("update-index", "-q", "--refresh", env=self.env)

    def remove(self) -> None:
        """Take the file away."""
        unlink(self.path)

    def write_tree(self) -> str:
        """Store what it holds as a tree."""
        return self.repository.run("write-tree", env=self.env).decode().strip()

    def entries(self, *paths: str) -> dict[str, Entry]:
        """Give what it holds."""
        return index_entries(self.repository, paths, env=self.env)


class UserIndex:
    """The user's index, replaced in one step; `staged` lies in a folder of ours, on the same disk."""

    def __init__(self, repository: Repository, staged: str) -> None:
        self.path = os.path.realpath(repository.index_path)
        self.lock = self.path + ".lock"
        self.staged = IndexFile(repository, staged)
        self._seen: tuple[int, ...] | None = None

    def copy(self) -> IndexFile:
        """Copy the index as it is now, to be changed and then put in its place."""
        unlink(self.staged.path)
        self._seen = _signature(self.path)
        with contextlib.suppress(FileNotFoundError):
            try:
                shutil.copyfile(self.path, self.staged.path)
            except OSError as error:
                if error.errno != errno.ENOENT:
                    raise trouble(error, self.staged.path) from error
        return self.staged

    def seize(self) -> bool:
        """Take git's lock, which is the new index from its first moment; False if the index has moved on.

        Raises:
            Locked: another git process keeps it.
        """
        self._same_permissions()
        deadline = time.monotonic() + _LOCK_WAIT_SECONDS
        while not _link(self.staged.path, self.lock):
            if time.monotonic() > deadline:
                raise Locked(
                    f'another git process works in this repository: "{self.lock}" exists',
                    hint=f"if none does, it crashed: rm -f '{self.lock}'",
                )
            time.sleep(_LOCK_POLL_SECONDS)
        if _signature(self.path) == self._seen:
            return True
        self.release()
        return False

    def commit(self) -> None:
        """Make the new index the index; git's lock is gone with that."""
        try:
            os.replace(self.lock, self.path)
        except OSError as error:
            raise trouble(error, self.path) from error

    def release(self) -> None:
        """Give the lock back, if it is ours."""
        if self.is_ours():
            unlink(self.lock)

    def is_ours(self) -> bool:
        """Whether the lock that exists holds the index that we staged."""
        with contextlib.suppress(OSError):
            return os.path.samefile(self.lock, self.staged.path) or self._same_bytes()
        return False

    def _same_bytes(self) -> bool:
        staged = read_if_exists(self.staged.path)
        return staged is not None and staged == read_if_exists(self.lock)

    def _same_permissions(self) -> None:
        with contextlib.suppress(OSError):
            shutil.copymode(self.path, self.staged.path)


def _line(path: str, entry: Entry | None, none: str) -> bytes:
    head = f"{entry.mode} {entry.blob}" if entry else f"0 {none}"
    return head.encode() + b"\t" + os.fsencode(path) + b"\0"


def _signature(path: str) -> tuple[int, ...] | None:
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _link(staged: str, lock: str) -> bool:
    """Create the lock with its whole content in one step; False if it exists already."""
    try:
        os.link(staged, lock)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno in (errno.EROFS, errno.EACCES, errno.ENOSPC):
            raise trouble(error, lock) from error
        return _copy_exclusively(staged, lock)
    return True


def _copy_exclusively(staged: str, lock: str) -> bool:
    """Do the same where the disk has no hard links, or the index lies on another one."""
    try:
        with open(staged, "rb") as source, open(lock, "xb") as target:
            shutil.copyfileobj(source, target)
    except FileExistsError:
        return False
    except OSError as error:
        unlink(lock)
        raise trouble(error, lock) from error
    return True
