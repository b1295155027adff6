"""How lists merge, by path: `append`, `unique`, or item by item under a key; everything else replaces."""

from __future__ import annotations

from gmconfig.config.trace import plain
from gmconfig.path import ANY, DEEP, KeyPath, Keys, Segment, Selector, scalar_text, under

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

APPEND = "append"
UNIQUE = "unique"

Strategy = str | tuple[str, ...]
"""`append`, `unique`, or the way from an item to the key that tells it from the others: `("name",)`."""

Rules = tuple[tuple[tuple[Segment, ...], Strategy], ...]
"""What is left of each declared path below the place where a walk stands."""


def rules_of(declared: Mapping[str, object] | None) -> Rules:
    """Read the `merge:` of gmconfig.yaml: paths without globs first, then in the order written."""
    found = [(KeyPath.parse(path), _strategy(entry)) for path, entry in (declared or {}).items()]
    found.sort(key=lambda rule: rule[0].is_glob)
    return tuple((path.segments, strategy) for path, strategy in found)


def below(rules: Rules, key: str | int) -> Rules:
    """Take one step down a tree."""
    if not rules:
        return rules
    return tuple(rest for segments, strategy in rules for rest in _rests(segments, strategy, key))


def here(rules: Rules) -> Strategy | None:
    """Give the strategy for the list at this place; None where an overlay replaces it."""
    for segments, strategy in rules:
        if all(segment is DEEP for segment in segments):
            return strategy
    return None


def at(rules: Rules, keys: Keys) -> Strategy | None:
    """Give the strategy for the list at a path."""
    for key in keys:
        rules = below(rules, key)
    return here(rules)


def item_key(item: object, way: tuple[str, ...]) -> str | None:
    """Give the text that tells an item from the others; None for one that has no such scalar."""
    for key in way:
        if not isinstance(item, dict) or key not in item:
            return None
        item = item[key]
    item = plain(item)
    return None if item is None or isinstance(item, dict | list) else scalar_text(item)


def item_keys(items: list[object], way: tuple[str, ...]) -> list[str] | None:
    """Give every item's key; None where they cannot tell the items apart."""
    found = [item_key(item, way) for item in items]
    return (
        None if None in found or len(set(found)) < len(found) else [key for key in found if key is not None]
    )


def own_path(tree: object, keys: Keys, rules: Rules) -> tuple[str | int | Selector, ...]:
    """Name a place so that it survives reordering: list items by their declared key, else by index."""
    if not rules:
        return tuple(keys)
    found: list[str | int | Selector] = []
    for key in keys:
        way = here(rules)
        known = item_keys(tree, way) if isinstance(way, tuple) and isinstance(tree, list) else None
        found.append(
            Selector(way, known[key]) if known and isinstance(way, tuple) and isinstance(key, int) else key
        )
        rules = below(rules, key)
        tree = under(tree, key)
    return tuple(found)


def _strategy(entry: object) -> Strategy:
    if isinstance(entry, dict):
        return tuple(str(segment) for segment in KeyPath.parse(entry["by"]).segments)
    return str(entry)


def _rests(
    segments: tuple[Segment, ...], strategy: Strategy, key: str | int
) -> list[tuple[tuple[Segment, ...], Strategy]]:
    if not segments:
        return []
    head, rest = segments[0], segments[1:]
    if head is DEEP:
        return [(segments, strategy), *_rests(rest, strategy, key)]
    return [(rest, strategy)] if head is ANY or (type(head) is type(key) and head == key) else []
