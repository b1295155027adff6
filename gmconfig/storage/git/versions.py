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
    contents = _contents(repository, [(p, e) for m in (committed, staged) for p, e in m.items()], filtered)
    return [
        Versions(
            path,
            _version(path, committed, contents, "as it is committed"),
            _version(path, staged, contents, "as it is staged"),
            Version(read_if_exists(os.path.join(repository.top, path))),
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
    repository: Repository, wanted: Sequence[tuple[str, Entry]], filtered: set[str]
) -> dict[tuple[str, str], bytes]:
    plain = read_blobs(repository, (entry.blob for path, entry in wanted if path not in filtered))
    return {
        (path, entry.blob): (
            checked_out(repository, path, entry.blob) if path in filtered else plain[entry.blob]
        )
        for path, entry in wanted
    }
