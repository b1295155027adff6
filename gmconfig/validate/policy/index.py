"""Finding the values that many rules mean in one walk over a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gmconfig.path import DEEP, KeyPath, Keys
from gmconfig.validate.policy.rule import ComplianceRule

Hits = dict[str, list[Keys]]
_CONTAINERS = frozenset((dict, list))


class Meant:
    """One `config_path`, prepared: `**.tls.enabled` is looked up by its last key, others are walked."""

    __slots__ = ("_path", "_rest", "_tail", "anchor")

    def __init__(self, path: KeyPath) -> None:
        self._path = path
        names = _names_after_deep(path)
        self.anchor = names[-1] if names else None
        self._tail = names
        self._rest = KeyPath(path.segments[1 + len(names) :]) if names else path

    def places(self, value: object, hits: Hits) -> Iterator[Keys]:
        """Yield where the path leads in a document, given where the anchors are."""
        if self.anchor is None:
            yield from self._path.find(value)
            return
        for keys in hits.get(self.anchor, ()):
            if keys[-len(self._tail) :] == self._tail:
                if self._rest.segments:
                    yield from ((*keys, *more) for more in self._rest.find(_at(value, keys)))
                else:
                    yield keys


class Index:
    """All rules with their prepared paths."""

    def __init__(self, rules: Iterable[ComplianceRule]) -> None:
        self._rules = tuple(rules)
        self._always: list[tuple[int, Meant]] = []
        self._by_anchor: dict[str, list[tuple[int, Meant]]] = {}
        for number, rule in enumerate(self._rules):
            for meant in map(Meant, rule.paths):
                owners = self._by_anchor.setdefault(meant.anchor, []) if meant.anchor else self._always
                owners.append((number, meant))
        self._required = [number for number, rule in enumerate(self._rules) if rule.required]
        self._anchors = frozenset(self._by_anchor)

    def found(self, value: object) -> Iterator[tuple[ComplianceRule, list[Keys]]]:
        """Yield the rules that mean something in a document, or require something of it."""
        hits = self._hits(value)
        places: dict[int, dict[Keys, None]] = {number: {} for number in self._required}
        asked = [*self._always, *(owner for name in hits for owner in self._by_anchor[name])]
        for number, meant in asked:
            for keys in meant.places(value, hits):
                places.setdefault(number, {})[keys] = None
        for number in sorted(places):
            yield self._rules[number], list(places[number])

    def _hits(self, value: object) -> Hits:
        """Find the anchors: every key that the last name of some path names, wherever it is."""
        hits: Hits = {}
        has_none = self._anchors.isdisjoint
        stack: list[tuple[Keys, Any]] = [((), value)]
        while stack:
            keys, node = stack.pop()
            kind = type(node)
            if kind is dict:
                if not has_none(node):
                    for name in self._anchors.intersection(node):
                        hits.setdefault(name, []).append((*keys, name))
                entries = node.items()
            else:
                entries = enumerate(node) if kind is list else ()
            for key, child in entries:
                if type(child) in _CONTAINERS:
                    stack.append(((*keys, key), child))  # noqa: PERF401  # most children are none
        return hits


def _names_after_deep(path: KeyPath) -> tuple[str, ...]:
    """Give the keys that follow a leading `**`; empty where the path begins otherwise."""
    if not path.segments or path.segments[0] is not DEEP:
        return ()
    names: list[str] = []
    for segment in path.segments[1:]:
        if not isinstance(segment, str):
            break
        names.append(segment)
    return tuple(names)


def _at(value: object, keys: Keys) -> object:
    from gmconfig.path import value_at

    return value_at(value, keys)
