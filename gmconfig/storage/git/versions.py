"""The three versions of a file that a commit must respect: HEAD's, the index's, the working tree's."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gmconfig.immutable import Immutable
from gmconfig.storage.files import read_if_exists
from gmconfig.storage.git.objects import (
    Entry,
    checked_out,
    converted_paths,
    filtered_paths,
    index_entries,
    is_blob,
    read_blobs,
    tree_entries,
)

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository


class Version(Immutable):
    """One version of a file: its bytes, and its entry where git holds it; None where there is no file.

    `kind` is how an error message tells it from the working file.
    """

    __slots__ = ("content", "entry", "kind")

    def __init__(self, content: bytes | None, entry: Entry | None = None, kind: str = "") -> None:
        self.content = content
        self.entry = entry
        self.kind = kind


class Versions(Immutable):
    """A file as HEAD, the index and the working tree have it.

    `converted` is where git may store other bytes than the working file's, `filtered` where another program
    makes them, so that `content` is what people see in all three.
    """

    __slots__ = ("path", "head", "index", "working", "filtered", "converted")

    def __init__(
        self, path: str, head: Version, index: Version, working: Version, filtered: bool, converted: bool
    ) -> None:
        self.path = path
        self.head = head
        self.index = index
        self.working = working
        self.filtered = filtered
        self.converted = converted

    @property
    def left_out(self) -> bool:
        """Whether a sparse checkout left the file out of the working tree."""
        entry = self.index.entry
        return self.working.content is None and entry is not None and entry.tag in ("S", "s")


def read_versions(repository: Repository, commit: str | None, paths: Sequence[str]) -> list[Versions]:
    """Read all three versions of some files, by path from the top."""
    committed = tree_entries(repository, commit, paths) if commit else {}
    staged = index_entries(repository, paths)
    converted = converted_paths(repository, paths)
    filtered = filtered_paths(repository, sorted(converted))
    working = {path: read_if_exists(os.path.join(repository.top, path)) for path in paths}
    wanted = [(path, entry) for held in (committed, staged) for path, entry in held.items()]
    contents = _contents(repository, wanted, filtered, working)
    return [
        Versions(
            path,
            _version(path, committed, contents, "as it is committed"),
            _version(path, staged, contents, "as it is staged"),
            Version(working[path]),
            path in filtered,
            path in converted,
        )
        for path in paths
    ]


def _version(
    path: str, entries: Mapping[str, Entry], contents: Mapping[tuple[str, str], bytes], kind: str
) -> Version:
    entry = entries.get(path)
    return Version(contents.get((path, entry.blob)), entry, kind) if entry else Version(None, kind=kind)


def _contents(
    repository: Repository,
    wanted: Sequence[tuple[str, Entry]],
    filtered: set[str],
    working: Mapping[str, bytes | None],
) -> dict[tuple[str, str], bytes]:
    """Give the bytes that git holds; those that lie in the working tree as they are need no git."""
    found: dict[tuple[str, str], bytes] = {}
    for path, entry in wanted:
        there = working[path]
        if path in filtered:
            found[path, entry.blob] = checked_out(repository, path, entry.blob)
        elif there is not None and is_blob(there, entry.blob):
            found[path, entry.blob] = there
    left = [(path, entry.blob) for path, entry in wanted if (path, entry.blob) not in found]
    stored = read_blobs(repository, (blob for _, blob in left))
    return found | {(path, blob): stored[blob] for path, blob in left}
