"""The three versions of a file that a commit must respect: HEAD's, the index's, the working tree's."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration, Refused
from gmconfig.storage.files import read_if_exists
from gmconfig.storage.git.objects import (
    REGULAR,
    SYMLINK,
    Entry,
    checked_out,
    filtered_paths,
    index_entries,
    read_blobs,
    tree_entries,
    write_blobs,
)

if TYPE_CHECKING:
    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.git.repository import Repository

_EXECUTABLE = "100755"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a file: its bytes, and its entry where git holds it; None where there is no file.

    `kind` is how an error message tells it from the working file.
    """

    content: bytes | None
    entry: Entry | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Versions:
    """A file as HEAD, the index and the working tree have it; `filtered` where git converts its content."""

    path: str
    head: Version
    index: Version
    working: Version
    filtered: bool

    @property
    def left_out(self) -> bool:
        """Whether a sparse checkout left the file out of the working tree."""
        entry = self.index.entry
        return self.working.content is None and entry is not None and entry.tag in ("S", "s")


@dataclass(frozen=True, slots=True)
class Draft:
    """A file after the edit, in each of the three places."""

    versions: Versions
    head: Entry | None
    index: Entry | None
    working: bytes | None


def read_versions(repository: Repository, commit: str | None, paths: Sequence[str]) -> list[Versions]:
    """Read all three versions of some files, by path from the top."""
    committed = tree_entries(repository, commit, paths) if commit else {}
    staged = index_entries(repository, paths)
    filtered = filtered_paths(repository, paths)
    contents = _contents(repository, [(p, e) for m in (committed, staged) for p, e in m.items()], filtered)
    return [
        Versions(
            path,
            _version(path, committed, contents, "as it is committed"),
            _version(path, staged, contents, "as it is staged"),
            Version(read_if_exists(os.path.join(repository.top, path))),
            path in filtered,
        )
        for path in paths
    ]


def drafted(
    repository: Repository, versions: Sequence[Versions], edits: Mapping[str, FileEdit]
) -> list[Draft]:
    """Make each file's edit in each of its versions.

    Raises:
        Refused: the versions differ in what the edit is about, so that it would sweep in or lose a change.
    """
    for one in versions:
        _check_same(repository, one, edits[one.path])
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
        if index and not one.filtered and self._ignores_the_old():
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


def _check_same(repository: Repository, one: Versions, edit: FileEdit) -> None:
    if any(entry and entry.mode == SYMLINK for entry in (one.head.entry, one.index.entry)):
        raise Refused(f'"{one.path}" is a symlink in git and a file on disk', hint=f"git add '{one.path}'")
    if _differ(edit, one.head, one.index):
        raise _refused(one.path, "staged", _changed_keys(edit, one.head, one.index))
    if one.left_out or _unmodified(repository, one):
        return
    if _differ(edit, one.head, one.working):
        raise _refused(one.path, "not committed", _changed_keys(edit, one.head, one.working))


def _differ(edit: FileEdit, head: Version, now: Version) -> bool:
    """Whether the edit would meet something else in another version than in HEAD's."""
    if head.content == now.content:
        return False
    return _gone(head, now) or _region(edit, head) != _region(edit, now)


def _region(edit: FileEdit, version: Version) -> object:
    try:
        return edit.region(version.content)
    except BrokenConfiguration as error:
        if not version.kind:
            raise
        message, hint = f"{error.message} ({version.kind})", "commit the file as it is in the working tree"
        raise BrokenConfiguration(message, hint=hint, place=error.place) from error


def _gone(before: Version, now: Version) -> bool:
    return before.content is not None and now.content is None


def _unmodified(repository: Repository, one: Versions) -> bool:
    """Whether the working file is what git stores, up to conversions of line ends."""
    if one.working.content is None or one.index.entry is None:
        return False
    if one.working.content == one.index.content:
        return True
    asked = ("hash-object", f"--path={one.path}", "--stdin")
    return repository.run(*asked, input=one.working.content).decode().strip() == one.index.entry.blob


def _changed_keys(edit: FileEdit, head: Version, now: Version) -> list[str]:
    before, after = edit.region(head.content), edit.region(now.content)
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return []
    return [str(key) for key in before if before[key] != after.get(key)]


def _refused(path: str, how: str, keys: Sequence[str]) -> Refused:
    named = ", ".join(f'"{key}"' if key else "the whole document" for key in keys)
    what = f"{named} in " if keys else ""
    diff = "git diff --cached" if how == "staged" else "git diff"
    return Refused(
        f'{what}"{path}" has a change that is {how}',
        hint=f"commit or undo it first (see {diff} -- '{path}'), or --no-commit",
    )


def _version(
    path: str, entries: Mapping[str, Entry], contents: Mapping[tuple[str, str], bytes], kind: str
) -> Version:
    entry = entries.get(path)
    return Version(contents.get((path, entry.blob)), entry, kind) if entry else Version(None, kind=kind)


def _mode(repository: Repository, path: str, entries: Sequence[Entry | None]) -> str:
    for entry in entries:
        if entry:
            return entry.mode
    trusted = repository.setting("core.filemode") != "false"
    return _EXECUTABLE if trusted and os.access(os.path.join(repository.top, path), os.X_OK) else REGULAR


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
