"""The project's files in a commit or in the index, read without a checkout."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from gmconfig.errors import Refused, shell_word
from gmconfig.log import debug
from gmconfig.storage.git.ahead import Ahead
from gmconfig.storage.git.objects import (
    SUBMODULE,
    SYMLINK,
    Entry,
    checked_out,
    filtered_paths,
    index_entries,
    read_blobs,
    tree_entries,
)
from gmconfig.storage.snapshot import Snapshot

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

_MOST_LINKS = 40


class StoredSnapshot(Snapshot):
    """Entries below a prefix, with symlinks followed as the working tree would follow them."""

    def __init__(self, repository: Repository, prefix: str, entries: dict[str, Entry]) -> None:
        self.repository = repository
        self._prefix = prefix
        below = f"{prefix}/" if prefix else ""
        self._entries = {
            path[len(below) :]: entry
            for path, entry in entries.items()
            if path.startswith(below) and entry.mode != SUBMODULE
        }
        links = {path: entry.blob for path, entry in self._entries.items() if entry.mode == SYMLINK}
        targets = read_blobs(repository, links.values())
        self._links = {path: targets[blob].decode("utf-8", "surrogateescape") for path, blob in links.items()}
        self._ahead = Ahead(self._plain, self._fetched)

    def files(self) -> dict[str, str]:
        """Give every path with its blob's id; a symlink to a file has the file's."""
        return dict(self._keys)

    def key(self, path: str) -> str | None:
        """Give one file's blob's id, as `files` does; None where there is no file."""
        return self._keys.get(path)

    @cached_property
    def _keys(self) -> dict[str, str]:
        found = {path: entry.blob for path, entry in self._entries.items() if entry.mode != SYMLINK}
        for path in self._links:
            with suppress(Refused):  # reading it says why
                found[path] = self._entries[path].blob
                entry = self._find(path)
                found[path] = entry.blob if entry else ""
        return {path: key for path, key in found.items() if key}

    def read(self, path: str) -> bytes:
        """Give a file's bytes as they are stored."""
        self._entry(path)
        return self._ahead.read(path)

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        try:
            return self._find(path) is not None
        except Refused:
            return True

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Give the bytes of those of the paths that exist, through one git process."""
        found = {path: self._entry(path).blob for path in paths if self.exists(path)}
        return self._contents(found)

    def _plain(self) -> list[str]:
        return [path for path, entry in self._entries.items() if entry.mode != SYMLINK and not entry.stage]

    def _fetched(self, paths: Sequence[str]) -> dict[str, bytes]:
        return self._contents({path: self._entry(path).blob for path in paths})

    def _contents(self, blobs: dict[str, str]) -> dict[str, bytes]:
        """Read blobs by path; one under a filter (git-crypt, git-lfs) as people see it, others as stored."""
        debug("storage", "read %s of %s", ", ".join([*blobs][:9]) or "nothing", self.label)
        below = f"{self._prefix}/" if self._prefix else ""
        filtered = filtered_paths(self.repository, [below + path for path in blobs])
        plain = {path: blob for path, blob in blobs.items() if below + path not in filtered}
        contents = read_blobs(self.repository, plain.values())
        found = {path: contents[blob] for path, blob in plain.items()}
        for path in blobs.keys() - plain.keys():
            found[path] = checked_out(self.repository, below + path, blobs[path])
        return found

    def _entry(self, path: str) -> Entry:
        entry = self._find(path)
        if entry is None:
            raise FileNotFoundError(path)
        if entry.stage:
            raise Refused(
                f'"{path}" has an unfinished merge', hint=f"resolve it, then: git add {shell_word(path)}"
            )
        return entry

    def _find(self, path: str) -> Entry | None:
        """Give the entry that a path means, every symlink on the way followed."""
        for _ in range(_MOST_LINKS):
            entry = self._entries.get(path)
            if entry and entry.mode != SYMLINK:
                return entry
            followed = self._follow(path)
            if followed is None:
                return None
            path = followed
        return None

    def _follow(self, path: str) -> str | None:
        """Replace the first symlink on a path by where it points; None if there is none."""
        parts = path.split("/") if self._links else []
        for count in range(1, len(parts) + 1):
            link = "/".join(parts[:count])
            if link in self._links:
                target = posixpath.join(posixpath.dirname(link), self._links[link], *parts[count:])
                inside = posixpath.normpath(target)
                if inside.startswith(("/", "../")):
                    raise Refused(f'"{path}" is a symlink that leaves the project')
                return inside
        return None


class CommitSnapshot(StoredSnapshot):
    """The files of one commit."""

    def __init__(self, repository: Repository, prefix: str, commit: str) -> None:
        self.commit = commit
        self.label = commit[:7]
        super().__init__(repository, prefix, tree_entries(repository, commit, _below(prefix)))


class IndexSnapshot(StoredSnapshot):
    """What is staged: what the next commit would hold."""

    def __init__(self, repository: Repository, prefix: str) -> None:
        self.commit = None
        self.label = "index"
        super().__init__(repository, prefix, index_entries(repository, _below(prefix)))


def _below(prefix: str) -> tuple[str, ...]:
    return (f"{prefix}/",) if prefix else ()
