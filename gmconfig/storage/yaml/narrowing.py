"""A new map or list in place of an old one, as edits of what differs: the rest keeps its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.path import KeyPath
from gmconfig.storage.yaml.comparison import same
from gmconfig.storage.yaml.operations import Edit, Insert, Set, Unset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.path import Keys

_MOST_MOVES = 50
"""Edits that move lines are made one by one; where there are more, the whole is written anew."""


def narrowed(keys: Keys, document: int, old: object, new: object) -> list[Edit]:
    """Give the edits that make `old` at a path into `new`; a `Set` of that very path replaces it whole."""
    edits = list(_edits(keys, document, old, new))
    moves = sum(not isinstance(edit, Set) or edit.create for edit in edits)
    return edits if moves <= _MOST_MOVES else [_whole(keys, document, new)]


def _edits(keys: Keys, document: int, old: object, new: object) -> Iterator[Edit]:
    if same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() & new.keys():
        yield from _map_edits(keys, document, old, new)
    elif isinstance(old, list) and isinstance(new, list) and _ends(old, new) != (0, 0):
        yield from _list_edits(keys, document, old, new)
    else:
        yield _whole(keys, document, new)


def _map_edits(keys: Keys, document: int, old: dict[str, object], new: dict[str, object]) -> Iterator[Edit]:
    for key, value in new.items():
        if key in old:
            yield from _edits((*keys, key), document, old[key], value)
    for key, value in new.items():
        if key not in old:
            yield Set(KeyPath((*keys, key), document), value)
    for key in old:
        if key not in new:
            yield Unset(KeyPath((*keys, key), document))


def _list_edits(keys: Keys, document: int, old: list[object], new: list[object]) -> Iterator[Edit]:
    front, back = _ends(old, new)
    before, after = old[front : len(old) - back], new[front : len(new) - back]
    both = min(len(before), len(after))
    for index in range(both):
        yield from _edits((*keys, front + index), document, before[index], after[index])
    for index in range(len(before) - 1, both - 1, -1):
        yield Unset(KeyPath((*keys, front + index), document))
    for index in range(both, len(after)):
        yield Insert(KeyPath(keys, document), front + index, after[index])


def _ends(old: list[object], new: list[object]) -> tuple[int, int]:
    """Give how many items are the same at the front, and of the others at the back."""
    shorter = min(len(old), len(new))
    front = next((i for i in range(shorter) if not same(old[i], new[i])), shorter)
    rest = shorter - front
    back = next((i for i in range(rest) if not same(old[-1 - i], new[-1 - i])), rest)
    return front, back


def _whole(keys: Keys, document: int, new: object) -> Set:
    return Set(KeyPath(keys, document), new, create=False)
