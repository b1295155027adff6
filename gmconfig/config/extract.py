"""What full per-environment trees have in common, and what is left of each: `init --extract-base`.

Pure: trees in, trees out. The base holds what all environments share, so nothing has to be taken away again,
with one exception: a null can only stand in the base (an overlay's null removes), so a key that is null in
some environment is null in the base, and removed where an environment lacks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.config.equal import same
from gmconfig.config.merge import REMOVE, merge
from gmconfig.config.strategy import Rules, below, here, item_keys
from gmconfig.path import ANY, KeyPath, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gmconfig.path import Segment

    Way = tuple[str, ...]


class Nothing:
    """Stands for no value at all, which is not null."""

    __slots__ = ()


NOTHING = Nothing()


class Impossible(Exception):  # noqa: N818  # not an error: another strategy is tried
    """No overlay makes this of the base; `path` is the list whose strategy stands in the way."""

    def __init__(self, path: tuple[Segment, ...]) -> None:
        super().__init__(str(KeyPath(path)))
        self.path = path


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

    `by` is the key that tells the items of lists apart; None merges no list.
    """
    rules: Rules = tuple((path, by) for path in _keyed_lists(trees, by)) if by else ()
    rules = _needed(list(trees.values()), rules)
    while True:
        try:
            return _extracted(trees, rules)
        except Impossible as problem:
            kept = tuple(rule for rule in rules if rule[0][: len(problem.path)] != problem.path)
            if kept == rules:
                return Extraction({}, dict(trees), (), 0, _most_leaves(trees))
            rules = kept


def _extracted(trees: Mapping[str, object], rules: Rules) -> Extraction:
    base = common(list(trees.values()), rules)
    base = base if isinstance(base, dict) else {}
    overlays = {name: overlay(base, tree, rules) for name, tree in trees.items()}
    overlays = {name: {} if left is NOTHING else left for name, left in overlays.items()}
    for name, tree in trees.items():
        if not same(merge([base, overlays[name]], rules), tree):
            raise Impossible(())
    return Extraction(base, overlays, rules, sum(1 for _ in walk(base)) if base else 0, _most_leaves(trees))


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
        shared = None if None in values else common(values, below(rules, key))
        if shared is not NOTHING:
            found[key] = shared
    return found or NOTHING


def _common_list(lists: Sequence[list[object]], way: Way, rules: Rules) -> object:
    keyed = [_by_key(items, way) for items in lists]
    if any(each is None for each in keyed):
        return NOTHING
    maps = [each for each in keyed if each is not None]
    names = [name for name in maps[0] if all(name in each for each in maps)]
    return [common([each[name] for each in maps], below(rules, 0)) for name in names] or NOTHING


def overlay(base: object, tree: object, rules: Rules, path: tuple[Segment, ...] = ()) -> object:
    """Give the patch that makes the tree of the base; NOTHING where they are the same.

    Raises:
        Impossible: there is none.
    """
    if same_or_nothing(base, tree):
        return NOTHING
    if isinstance(tree, dict) and isinstance(base, dict):
        return _overlay_map(base, tree, rules, path)
    way = here(rules)
    if isinstance(tree, list) and isinstance(way, tuple):
        return _overlay_list(base if isinstance(base, list) else [], tree, way, rules, path)
    if isinstance(tree, dict):
        return _overlay_map({}, tree, rules, path)
    if tree is None:
        raise Impossible(_last_list(path))
    return tree


def same_or_nothing(base: object, tree: object) -> bool:
    """Whether a tree needs no patch."""
    return base is not NOTHING and same(base, tree)


def _overlay_map(
    base: Mapping[str, object], tree: Mapping[str, object], rules: Rules, path: tuple[Segment, ...]
) -> object:
    left: dict[str, object] = {}
    for key, value in tree.items():
        patch = overlay(base.get(key, NOTHING), value, below(rules, key), (*path, key))
        if patch is not NOTHING:
            left[key] = patch
    left.update({key: None for key in base if key not in tree})
    return left


def _overlay_list(
    base: list[object], tree: list[object], way: Way, rules: Rules, path: tuple[Segment, ...]
) -> object:
    """Name the items that change, and as few others as give the right order."""
    old, new = _by_key(base, way), _by_key(tree, way)
    if old is None or new is None:
        if base and old is not None:
            return tree  # keys that cannot tell items apart: the merge replaces the list too
        raise Impossible(path)
    patches = {
        name: overlay(old.get(name, NOTHING), item, below(rules, 0), (*path, ANY))
        for name, item in new.items()
    }
    for names in (_sparse(old, new, patches), list(new)):
        left = [_named(new[name], patches[name], way) for name in names]
        left += [_removed(name, way) for name in old if name not in new]
        if same(merge([[*base], left], rules), tree):
            return left
    raise Impossible(path)


def _sparse(old: Mapping[str, object], new: Mapping[str, object], patches: Mapping[str, object]) -> list[str]:
    """Give the items that differ, those that are not in their order, and what new ones come after."""
    order, before = list(new), None
    shared = [name for name in order if name in old]
    moved = shared != [name for name in old if name in new]
    wanted = {name for name in order if patches[name] is not NOTHING or (moved and name in old)}
    for name in order:
        if name not in old and before is not None:
            wanted.add(before)
        before = name
    if order and order[0] not in old and shared:
        wanted.add(shared[0])
    return [name for name in order if name in wanted]


def _named(item: object, patch: object, way: Way) -> object:
    """Give an item's patch with the key that names it in front."""
    return _with_key(item, {} if patch is NOTHING else patch, way)


def _with_key(item: object, patch: object, way: Way) -> object:
    if not way:
        return item
    assert isinstance(item, dict)  # noqa: S101  # it has a key
    rest = patch if isinstance(patch, dict) else {}
    named = _with_key(item[way[0]], rest.get(way[0], {}), way[1:])
    return {key: named if key == way[0] else rest[key] for key in item if key in rest or key == way[0]} | {
        key: value for key, value in rest.items() if key not in item
    }


def _removed(name: str, way: Way) -> dict[str, object]:
    inner: object = name
    for key in reversed(way):
        inner = {key: inner}
    assert isinstance(inner, dict)  # noqa: S101  # a way has at least one step
    return {**inner, REMOVE: True}


def _by_key(items: list[object], way: Way) -> dict[str, object] | None:
    keys = item_keys(items, way)
    return None if keys is None else dict(zip(keys, items, strict=True))


def _last_list(path: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """Give the nearest list above a path."""
    while path and path[-1] is not ANY:
        path = path[:-1]
    return path[:-1]


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
