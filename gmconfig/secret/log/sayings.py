"""What rightful events say about tokens and places: looked through for a few questions, indexed for many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from gmconfig.secret.log.event import Event
from gmconfig.secret.log.place import Layer, context_of, path_from_tree, path_tree
from gmconfig.secret.token import Context

Place = tuple[Layer, tuple[object, ...]]
Change = tuple[Event, Layer, str, str, list[list[Any]]]
"""A part of a rightful event: its layer, scope and generation, and what it says of each value there."""

_FEW = 8


class Entry(NamedTuple):
    """What one rightful event says about one place; `token` is None where the value is gone.

    `metadata` is the hash of a named secret's metadata, None elsewhere. `before` names what it replaces:
    tokens by their fingerprints, and by event where it only says something new about the same token.
    """

    event: Event
    layer: Layer
    raw_path: list[Any]
    scope: str
    generation: str
    token: str | None
    before: list[str]
    metadata: str | None

    @property
    def context(self) -> Context:
        """The place."""
        return context_of(self.layer, path_from_tree(self.raw_path))


class Sayings:
    """All that counts, in the order of the log."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._changes = changes
        self._asked = 0

    def about(self, token: str) -> list[Entry]:
        """Give what names a token: what gave it new metadata comes behind what sealed it."""
        if self._is_indexed():
            entry = self.entries.get(token)
            return self.repeated.get(token) or ([] if entry is None else [entry])
        return [_entry(change, value) for change in self._changes for value in change[4] if value[1] == token]

    def replacing(self, token: str) -> Sequence[Entry]:
        """Give what names a token as replaced."""
        if self._is_indexed():
            return self.replaced.get(token, ())
        return [_entry(change, value) for change in self._changes for value in change[4] if token in value[2]]

    def at(self, context: Context) -> list[Entry]:
        """Give what says that some token stands at a place."""
        if self._is_indexed():
            return self._by_place.get((context.layer, context.path), [])
        layer, path = context.layer, path_tree(context.path)
        return [
            _entry(change, value)
            for change in self._changes
            if change[1] == layer
            for value in change[4]
            if value[0] == path and value[1] is not None
        ]

    def index(self) -> None:
        """Index them now, whatever was asked so far."""
        self._asked = _FEW
        self.about("")

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The last entry of each token."""
        return self._index[0]

    @property
    def replaced(self) -> Mapping[str, list[Entry]]:
        """What replaced each token."""
        return self._index[1]

    @property
    def repeated(self) -> Mapping[str, list[Entry]]:
        """All entries of a token that several events name: those that gave it new metadata."""
        return self._index[2]

    def _is_indexed(self) -> bool:
        """Whether an index answers: it takes longer to make than a few questions."""
        self._asked += 1
        return "_index" in self.__dict__ or self._asked > _FEW

    @cached_property
    def _index(self) -> tuple[dict[str, Entry], dict[str, list[Entry]], dict[str, list[Entry]]]:
        entries: dict[str, Entry] = {}
        replaced: dict[str, list[Entry]] = {}
        repeated: dict[str, list[Entry]] = {}
        for entry in self._said():
            if entry.token is not None:
                if entry.token in entries:
                    repeated.setdefault(entry.token, [entries[entry.token]]).append(entry)
                entries[entry.token] = entry
            for old in entry.before:
                replaced.setdefault(old, []).append(entry)
        return entries, replaced, repeated

    @cached_property
    def _by_place(self) -> dict[Place, list[Entry]]:
        places: dict[Place, list[Entry]] = {}
        for entry in self._said():
            if entry.token is not None:
                places.setdefault((entry.layer, path_from_tree(entry.raw_path)), []).append(entry)
        return places

    def _said(self) -> Iterator[Entry]:
        for change in self._changes:
            for value in change[4]:
                yield _entry(change, value)


def _entry(change: Change, value: list[Any]) -> Entry:
    event, layer, scope, generation, _ = change
    path, token, before = value[:3]
    metadata = value[3] if len(value) > 3 else None
    return _made((event, layer, path, scope, generation, token, before, metadata))


_made = Entry._make
