"""Whether a file's versions agree on what an edit is to change; else it would sweep in or lose a change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration, Refused, shell_word
from gmconfig.storage.git.objects import SYMLINK
from gmconfig.storage.git.versions import Version, Versions

if TYPE_CHECKING:
    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.git.repository import Repository


def check_agreement(repository: Repository, one: Versions, edit: FileEdit) -> None:
    """Refuse an edit of what the user has changed and not committed, naming file and keys."""
    if any(entry and entry.mode == SYMLINK for entry in (one.head.entry, one.index.entry)):
        raise Refused(
            f'"{one.path}" is a symlink in git and a file on disk', hint=f"git add {shell_word(one.path)}"
        )
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
    if not one.converted:
        return False
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
        hint=f"commit or undo it first (see {diff} -- {shell_word(path)}), or --no-commit",
    )
