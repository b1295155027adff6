"""What full per-environment trees have in common, and what is left of each: `init --extract-base`.

Pure: trees in, trees out. The base holds what all environments share, so nothing has to be taken away again,
with one exception: a null can only stand in the base (an overlay's null removes), so a key that is null in
some environment is null in the base, and removed where an environment lacks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.config.editing.overlay import NOTHING, overlay
from gmconfig.config.equal import same
from gmconfig.config.merge import merge
from gmconfig.config.strategy import Rules, below, here, item_keys
from gmconfig.errors import Refused
from gmconfig.path import ANY, KeyPath, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gmconfig.path import Segment

    Way = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extraction:
    """A base, what remains of each environment, and the lists that merge by key (path to key)."""

    base: object
    overlays: Mapping[str, object]
    rules: Rules
    shared: int
    """Leaves in the base that every environment takes from it."""
    total: int
    """Leaves of the largest environment."""

    @property
    def merge(self) -> dict[str, dict[str, str]]:
        """The strategies as gmconfig.yaml declares them."""
        return {
            str(KeyPath(path)): {"by": str(KeyPath(way))}
            for path, way in self.rules
            if isinstance(way, tuple)
        }


def extracted(trees: Mapping[str, object], by: Way | None = None) -> Extraction:
    """Split trees so that merging the base with an overlay gives each tree again, proved by doing it.

    `by` is the key that tells the items of lists apart; None merges no list. A list whose strategy would make
    a tree impossible (a null inside an item that not every environment has) is replaced as a whole.

    Raises:
        Refused: nulls that only a base can hold contradict each other.
    """
    rules: Rules = tuple((path, by) for path in _keyed_lists(trees, by)) if by else ()
    rules = _needed(list(trees.values()), rules)
    for tried in (rules, *(_without(rules, path) for path, _ in rules[::-1]), ()):
        found = _extracted(trees, tried)
        if found is not None:
            return found
    hint = "take the null out, or leave these files without a base"
    raise Refused("no base can be extracted: a null stands where another environment has a map", hint=hint)


def _without(rules: Rules, path: tuple[Segment, ...]) -> Rules:
    """Leave out a list's strategy, and those of the lists in its items."""
    return tuple(rule for rule in rules if rule[0][: len(path)] != path)


def _extracted(trees: Mapping[str, object], rules: Rules) -> Extraction | None:
    base = common(list(trees.values()), rules)
    base = base if isinstance(base, dict) else {}
    try:
        overlays = {name: overlay(base, tree, rules) for name, tree in trees.items()}
    except Refused:
        return None
    left = {name: {} if each is NOTHING else each for name, each in overlays.items()}
    if any(not same(merge([base, left[name]], rules), tree) for name, tree in trees.items()):
        return None
    return Extraction(base, left, rules, sum(1 for _ in walk(base)) if base else 0, _most_leaves(trees))


def common(values: Sequence[object], rules: Rules) -> object:
    """Give what all values share; NOTHING where that is nothing."""
    first = values[0]
    if any(value is NOTHING for value in values):
        return NOTHING
    if all(same(first, value) for value in values[1:]):
        return first
    if all(isinstance(value, dict) for value in values):
        return _common_map(values, rules)  # type: ignore[arg-type]
    way = here(rules)
    if isinstance(way, tuple) and all(isinstance(value, list) for value in values):
        return _common_list(values, way, rules)  # type: ignore[arg-type]
    return NOTHING


def _common_map(maps: Sequence[Mapping[str, object]], rules: Rules) -> object:
    found: dict[str, object] = {}
    for key in dict.fromkeys(key for each in maps for key in each):
        values = [each.get(key, NOTHING) for each in maps]
        shared = common(values, below(rules, key))
        if shared is NOTHING:
            shared = _nulls(values)
        if shared is not NOTHING:
            found[key] = shared
    return found or NOTHING


def _nulls(values: Sequence[object]) -> object:
    """Give the nulls of all values where they stand in maps: nothing but a base can hold them."""
    if None in values:
        return None
    maps = [value for value in values if isinstance(value, dict)]
    found = {key: _nulls([each[key] for each in maps if key in each]) for each in maps for key in each}
    return {key: value for key, value in found.items() if value is not NOTHING} or NOTHING


def _common_list(lists: Sequence[list[object]], way: Way, rules: Rules) -> object:
    keyed = [_by_key(items, way) for items in lists]
    if any(each is None for each in keyed):
        return NOTHING
    maps = [each for each in keyed if each is not None]
    names = [name for name in maps[0] if all(name in each for each in maps)]
    return [common([each[name] for each in maps], below(rules, 0)) for name in names] or NOTHING


def _by_key(items: list[object], way: Way) -> dict[str, object] | None:
    keys = item_keys(items, way)
    return None if keys is None else dict(zip(keys, items, strict=True))


def _keyed_lists(trees: Mapping[str, object], by: Way) -> list[tuple[Segment, ...]]:
    """Give every path, positions as [*], whose lists all tell their items apart by the key."""
    found: dict[tuple[Segment, ...], bool] = {}
    for tree in trees.values():
        for path, items in _lists(tree, ()):
            found[path] = found.get(path, True) and item_keys(items, by) is not None
    return [path for path, keyed in found.items() if keyed and path]


def _lists(tree: object, path: tuple[Segment, ...]) -> Iterator[tuple[tuple[Segment, ...], list[object]]]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _lists(value, (*path, key))
    elif isinstance(tree, list):
        yield path, tree
        for item in tree:
            yield from _lists(item, (*path, ANY))


def _needed(trees: list[object], rules: Rules) -> Rules:
    """Leave out the strategies of lists that differ nowhere, or hold nothing."""
    used: set[tuple[Segment, ...]] = set()
    _use(trees, rules, (), used)
    return tuple(rule for rule in rules if rule[0] in used)


def _use(
    values: list[object], rules: Rules, path: tuple[Segment, ...], used: set[tuple[Segment, ...]]
) -> None:
    if len(values) < 2 or all(same(values[0], value) for value in values[1:]):
        return
    if all(isinstance(value, dict) for value in values):
        for key in dict.fromkeys(key for each in values for key in each):  # type: ignore[attr-defined]
            inner = [each[key] for each in values if key in each]  # type: ignore[operator,index]
            _use(inner, below(rules, key), (*path, key), used)
    way = here(rules)
    if isinstance(way, tuple) and all(isinstance(value, list) for value in values):
        used.add(path)
        keyed = [_by_key(value, way) or {} for value in values]  # type: ignore[arg-type]
        for name in dict.fromkeys(name for each in keyed for name in each):
            _use([each[name] for each in keyed if name in each], below(rules, 0), (*path, ANY), used)


def _most_leaves(trees: Mapping[str, object]) -> int:
    return max((sum(1 for _ in walk(tree)) for tree in trees.values()), default=0)
