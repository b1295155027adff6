"""Merge layers: JSON Merge Patch (RFC 7396), and lists by the strategies that gmconfig.yaml declares.

Pure: trees in, a tree out. What comes out may share branches with what went in; nobody changes either.

Source:
    RFC 7396, section 2. The lowest layer is the target of the first patch, so its nulls stay.
"""

from __future__ import annotations

from gmconfig.config.equal import identity
from gmconfig.config.strategy import APPEND, UNIQUE, Rules, below, here, item_keys
from gmconfig.config.trace import list_like, map_like, plain, separated, traced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gmconfig.config.trace import Source
    from gmconfig.path import Keys

REMOVE = "$remove"
"""In a list that merges by key, `$remove: true` beside the key deletes the item."""


def merge(layers: Sequence[object], rules: Rules = ()) -> object:
    """Give what the layers make together, the lowest first.

    >>> merge([{"a": 1, "b": {"c": 2}}, {"b": {"c": None, "d": 3}}])
    {'a': 1, 'b': {'d': 3}}
    """
    if not layers:
        return {}
    tree = layers[0]
    for patch in layers[1:]:
        tree = patched(tree, patch, rules)
    return tree


def merge_with_origins(layers: Sequence[object], rules: Rules = ()) -> tuple[object, dict[Keys, Source]]:
    """Merge, and say for every node which layer (by its number) gave it, from which path there.

    A map or a list that several layers made counts as the last one's.
    """
    sources: dict[Keys, Source] = {}
    tree = merge([traced(layer, number) for number, layer in enumerate(layers)], rules)
    return separated(tree, (), sources), sources


def patched(target: object, patch: object, rules: Rules = ()) -> object:
    """Apply one layer to what lies below it."""
    if isinstance(patch, dict):
        return _patched_map(target if isinstance(target, dict) else {}, patch, rules)
    if rules and isinstance(patch, list):
        return _patched_list(target if isinstance(target, list) else [], patch, rules)
    return patch


def _patched_map(target: dict[str, object], patch: dict[str, object], rules: Rules) -> dict[str, object]:
    result = map_like(patch, target)
    for key, value in patch.items():
        if plain(value) is None:
            result.pop(key, None)
        else:
            result[key] = patched(target.get(key), value, below(rules, key))
    return result


def _patched_list(target: list[object], patch: list[object], rules: Rules) -> list[object]:
    strategy = here(rules)
    if strategy == APPEND:
        return list_like(patch, [*target, *patch])
    if strategy == UNIQUE:
        return list_like(patch, [*target, *(patch[place] for place in new_places(target, patch))])
    if isinstance(strategy, tuple):
        return _by_key(target, patch, strategy, rules)
    return patch


def new_places(target: list[object], patch: list[object]) -> Iterator[int]:
    """Yield where a `unique` list's layer has the items that are not there yet, each once."""
    seen = {identity(item) for item in target}
    for place, item in enumerate(patch):
        if (own := identity(item)) not in seen:
            seen.add(own)
            yield place


def _by_key(target: list[object], patch: list[object], way: tuple[str, ...], rules: Rules) -> list[object]:
    """Merge items of the same key; lists whose keys cannot tell their items apart replace each other."""
    old_keys, new_keys = item_keys(target, way), item_keys(patch, way)
    if old_keys is None or new_keys is None:
        return patch
    old, new = dict(zip(old_keys, target, strict=True)), dict(zip(new_keys, patch, strict=True))
    items: list[object] = []
    for key in _order(old_keys, new_keys):
        if key in new and not _is_removal(new[key]):
            items.append(patched(old.get(key), _without_mark(new[key]), below(rules, len(items))))
        elif key not in new:
            items.append(old[key])
    return list_like(patch, items)


def _order(old: list[str], new: list[str]) -> list[str]:
    """Place the overlay's items: known ones take turns in the slots that they have, new ones follow.

    A new item goes after the one that precedes it in the overlay. Where none does, it goes before the first
    known one, or to the end if there is none: an overlay can say every order.
    """
    known = set(old)
    named = [key for key in new if key in known]
    following = _following(new, known)
    turns = iter(named)
    order = [] if named else [*old, *following[None]]
    for key in old if named else ():
        at_slot = next(turns) if key in following else key
        if at_slot == named[0]:
            order.extend(following[None])
        order.extend((at_slot, *following.get(at_slot, ())))
    return order


def _following(new: list[str], known: set[str]) -> dict[str | None, list[str]]:
    """Give the overlay's new items, under the known one that they come after; None for the first ones."""
    found: dict[str | None, list[str]] = {None: []}
    at: str | None = None
    for key in new:
        if key in known:
            at = key
            found[at] = []
        else:
            found[at].append(key)
    return found


def _is_removal(item: object) -> bool:
    return isinstance(item, dict) and plain(item.get(REMOVE)) is True


def _without_mark(item: object) -> object:
    if isinstance(item, dict) and REMOVE in item:
        return map_like(item, {key: value for key, value in item.items() if key != REMOVE})
    return item


def indistinct_lists(layer: object, rules: Rules) -> Iterator[tuple[Keys, tuple[str, ...]]]:
    """Yield the lists of a layer that should merge by key, but whose keys cannot tell their items apart."""
    from gmconfig.config.strategy import at
    from gmconfig.path import KeyPath, value_at

    for segments, strategy in rules:
        if isinstance(strategy, tuple):
            for keys in KeyPath(segments).find(layer):
                items = value_at(layer, keys)
                if (
                    isinstance(items, list)
                    and at(rules, keys) == strategy
                    and item_keys(items, strategy) is None
                ):
                    yield keys, strategy
