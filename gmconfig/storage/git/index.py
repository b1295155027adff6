"""An index file of our own: to build a tree in, or to become the user's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gmconfig.storage.files import unlink
from gmconfig.storage.git.objects import Entry, index_entries

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

Entries = Mapping[str, Entry | None]
"""What is to stand at some paths, from the top; None takes a path away."""


Signature = tuple[int, ...] | None
"""What tells whether an index was written since: git never writes into one, it puts a new file in its place."""


def signature(path: str) -> Signature:
    """Give what tells an index file from any other that was there; None where there is none."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


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
        """Store what it holds as a tree.

        Its blobs come from a commit or were just written: git need not look each of them up.
        """
        return self.repository.run("write-tree", "--missing-ok", env=self.env).decode().strip()

    def entries(self, *paths: str) -> dict[str, Entry]:
        """Give what it holds."""
        return index_entries(self.repository, paths, env=self.env)


def _line(path: str, entry: Entry | None, none: str) -> bytes:
    head = f"{entry.mode} {entry.blob}" if entry else f"0 {none}"
    return head.encode() + b"\t" + os.fsencode(path) + b"\0"
