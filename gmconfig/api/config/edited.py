"""What edits do to the values of a file, for people: each place before and after, secrets masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.outcome import Edited
from gmconfig.config.diff import ABSENT, CHANGED, diff
from gmconfig.errors import BrokenConfiguration
from gmconfig.finding import Place
from gmconfig.path import KeyPath, format_keys
from gmconfig.storage.change import YamlEdit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gmconfig.config.diff import Change
    from gmconfig.path import Keys
    from gmconfig.project import Project
    from gmconfig.storage.change import FileEdit

MASK = "●●●●●"


def edited_values(
    project: Project, edits: Mapping[str, FileEdit], *, files: Sequence[str]
) -> tuple[Edited, ...]:
    """Give what changes in some of the files; a file that cannot be read is left out."""
    snapshot = project.worktree()
    found: list[Edited] = []
    for file in files:
        if file in edits:
            before = snapshot.read(file) if snapshot.exists(file) else None
            after = edits[file].apply(before)
            in_line = _in_line(file, edits[file], before, after)
            found.extend(values_between(file, before, after) if in_line is None else (in_line,))
    return tuple(found)


def _in_line(file: str, edit: FileEdit, before: bytes | None, after: bytes | None) -> Edited | None:
    """Tell the one value that an edit of one line changed; None where there is more to compare."""
    if before is None or after is None or not isinstance(edit, YamlEdit) or len(edit.edits) != 1:
        return None
    from gmconfig.storage.yaml.oneline import changed_line

    keys = edit.edits[0].path.segments
    found = changed_line(before, after, keys)
    if found is None:
        return None
    old, new = found
    place = Place(file, new.line + 1, new.start + 1)
    return Edited(place, format_keys(keys), CHANGED, _shown(old.value), _shown(new.value))


def values_between(file: str, before: bytes | None, after: bytes | None) -> Iterator[Edited]:
    """Yield what differs between two contents of a file; nothing where one of them cannot be read."""
    from gmconfig.storage.yaml import load_all

    try:
        old, new = load_all(before or b"", file), load_all(after or b"", file)
    except BrokenConfiguration:
        return
    for number in range(max(len(old), len(new), 1)):
        trees = [trees[number] if number < len(trees) else None for trees in (old, new)]
        for change in diff(trees[0] or {}, trees[1] or {}):
            side, tree = (before, trees[0]) if change.after is ABSENT else (after, trees[1])
            keys = KeyPath(change.path).resolve(tree)
            yield _edited(file, side or b"", change, keys, number + 1 if len(new) > 1 else 0)


def _edited(file: str, raw: bytes, change: Change, keys: Keys, number: int) -> Edited:
    return Edited(
        _place(file, raw, keys, number or 1),
        str(KeyPath(change.path, number)) if number else format_keys(change.path),
        change.kind,
        _shown(change.before),
        _shown(change.after),
    )


def _place(file: str, raw: bytes, keys: Keys, document: int) -> Place:
    from gmconfig.storage.yaml import compose, place

    return place(compose(raw, file), keys, document=document)


def _shown(value: object) -> object:
    from gmconfig.secret.token import is_token

    if value is ABSENT:
        return None
    if isinstance(value, dict):
        return {key: _shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return MASK if is_token(value) else value
