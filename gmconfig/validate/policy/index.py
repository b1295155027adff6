"""Finding the values that many rules mean in one walk over a document."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from gmconfig.path import DEEP, KeyPath, Keys
from gmconfig.validate.policy.rule import ComplianceRule

Hits = dict[str, list[Keys]]
Anchored = list[tuple[str, Keys]]
Chains = tuple[tuple[str, ...], ...]
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
    """All rules with their prepared paths, and which of them mean a document in an environment."""

    def __init__(self, rules: Iterable[ComplianceRule]) -> None:
        self.rules = tuple(rules)
        self._always: list[tuple[int, Meant]] = []
        self._by_anchor: dict[str, list[tuple[int, Meant]]] = {}
        for number, rule in enumerate(self.rules):
            for meant in map(Meant, rule.paths):
                owners = self._by_anchor.setdefault(meant.anchor, []) if meant.anchor else self._always
                owners.append((number, meant))
        self._required = [number for number, rule in enumerate(self.rules) if rule.required]
        self._names_documents = any(rule.documents for rule in self.rules)
        self._meant: dict[tuple[str, Chains], dict[int, tuple[str, ...]]] = {}
        self._anchors = Anchors(self._by_anchor)

    def meant(self, document: str, chains: Chains) -> dict[int, tuple[str, ...]]:
        """Give the numbers of the rules that mean a document, with the environments in which they do.

        `chains` are the environments, each with those that it extends, itself the last; none is the base.
        """
        key = (document if self._names_documents else "", chains)
        if key not in self._meant:
            self._meant[key] = dict(self._applying(document, chains))
        return self._meant[key]

    def _applying(self, document: str, chains: Chains) -> Iterator[tuple[int, tuple[str, ...]]]:
        for number, rule in enumerate(self.rules):
            environments = tuple(chain[-1] for chain in chains if rule.applies(document, chain))
            if environments or (not chains and rule.applies(document, ())):
                yield number, environments

    def found(
        self, value: object, meant: Collection[int], seen: dict[int, Anchored]
    ) -> Iterator[tuple[int, list[Keys]]]:
        """Yield the numbers of those rules that mean something in a document, or require something of it.

        `seen` keeps what was found below each container, for documents that share them.
        """
        hits: Hits = {}
        for name, keys in self._anchors.below(value, seen):
            hits.setdefault(name, []).append(keys)
        places: dict[int, dict[Keys, None]] = {number: {} for number in self._required if number in meant}
        for number, path in [*self._always, *(owner for name in hits for owner in self._by_anchor[name])]:
            if number in meant:
                for keys in path.places(value, hits):
                    places.setdefault(number, {})[keys] = None
        for number in sorted(places):
            yield number, list(places[number])


class Anchors:
    """Finds the keys that are the last name of some path, wherever they are."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)

    def below(self, node: Any, seen: dict[int, Anchored]) -> Anchored:
        """Give them with their paths below a map or a list; what was looked at is not looked at again."""
        known = seen.get(id(node))
        return self._looked_at(node, seen) if known is None else known

    def _looked_at(self, node: Any, seen: dict[int, Anchored]) -> Anchored:
        found: list[tuple[str, Keys]] = []
        kind = type(node)
        if kind is dict:
            if not self._names.isdisjoint(node):
                found.extend((name, (name,)) for name in node if name in self._names)
            entries = node.items()
        else:
            entries = enumerate(node) if kind is list else ()
        for key, child in entries:
            if type(child) in _CONTAINERS:
                inside = seen.get(id(child))  # most are shared with another environment's document
                for name, keys in self._looked_at(child, seen) if inside is None else inside:
                    found.append((name, (key, *keys)))
        seen[id(node)] = found
        return found


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
