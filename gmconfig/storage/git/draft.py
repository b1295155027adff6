"""An edit made separately in each version of a file: HEAD's, the index's, the working tree's."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gmconfig.immutable import Immutable
from gmconfig.storage.git.agreement import check_agreement
from gmconfig.storage.git.objects import REGULAR, Entry, checked_out, write_blobs
from gmconfig.storage.git.versions import Versions

if TYPE_CHECKING:
    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.git.repository import Repository

_EXECUTABLE = "100755"


class Draft(Immutable):
    """A file after the edit, in each of the three places."""

    __slots__ = ("versions", "head", "index", "working")

    def __init__(
        self, versions: Versions, head: Entry | None, index: Entry | None, working: bytes | None
    ) -> None:
        self.versions = versions
        self.head = head
        self.index = index
        self.working = working


def drafted(
    repository: Repository, versions: Sequence[Versions], edits: Mapping[str, FileEdit]
) -> list[Draft]:
    """Make each file's edit in each of its versions.

    Raises:
        Refused: the versions differ in what the edit is about, so that it would sweep in or lose a change.
    """
    for one in versions:
        check_agreement(repository, one, edits[one.path])
    changed = [_Changed(one, edits[one.path]) for one in versions]
    stored = _stored(repository, changed)
    return [one.draft(repository, stored) for one in changed]


class _Changed:
    """The new content for each version's own bytes."""

    def __init__(self, versions: Versions, edit: FileEdit) -> None:
        made: dict[bytes | None, bytes | None] = {}
        for version in (versions.head, versions.index, versions.working):
            if version.content not in made:
                made[version.content] = edit.apply(version.content)
        self.versions = versions
        self.head = made[versions.head.content]
        self.index = made[versions.index.content]
        self.working = made[versions.working.content]

    def draft(self, repository: Repository, stored: Mapping[tuple[str, bytes], str]) -> Draft:
        """Put the stored blobs in their places, executable bits kept."""
        one = self.versions
        path, modes = one.path, (one.head.entry, one.index.entry)
        head = self._entry(self.head, _mode(repository, path, modes), stored)
        index = self._entry(self.index, _mode(repository, path, modes[::-1]), stored)
        working = self.working
        if index and one.converted and not one.filtered and self._ignores_the_old():
            working = checked_out(repository, path, index.blob)
        return Draft(one, head, index, working)

    def _entry(
        self, content: bytes | None, mode: str, stored: Mapping[tuple[str, bytes], str]
    ) -> Entry | None:
        if content is None:
            return None
        return Entry(mode, stored[self.versions.path, content])

    def _ignores_the_old(self) -> bool:
        """Whether the new content is given as git stores it: the working file may differ in line ends."""
        same = self.versions.working.content == self.versions.index.content
        return self.working == self.index and (not same or self.versions.working.content is None)


def _mode(repository: Repository, path: str, entries: Sequence[Entry | None]) -> str:
    for entry in entries:
        if entry:
            return entry.mode
    trusted = repository.setting("core.filemode") != "false"
    return _EXECUTABLE if trusted and os.access(os.path.join(repository.top, path), os.X_OK) else REGULAR


def _stored(repository: Repository, changed: Sequence[_Changed]) -> dict[tuple[str, bytes], str]:
    wanted = {
        (one.versions.path, content): one.versions.filtered
        for one in changed
        for content in (one.head, one.index)
        if content is not None
    }
    plain = [key for key, filtered in wanted.items() if not filtered]
    ids = dict(zip(plain, write_blobs(repository, [content for _, content in plain]), strict=True))
    for path, content in (key for key, filtered in wanted.items() if filtered):
        out = repository.run("hash-object", "-w", f"--path={path}", "--stdin", input=content)
        ids[path, content] = out.decode().strip()
    return ids
