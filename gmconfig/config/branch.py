"""Plain trees, changed without changing them: each function gives a new tree that shares what stays. Pure."""

from __future__ import annotations

from gmconfig.config.equal import same
from gmconfig.config.strategy import Rules, below, here, item_keys
from gmconfig.path import Keys


class Absent:
    """Stands where nothing does: None is a value."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


def child(tree: object, key: str | int) -> object:
    """Give what stands under a key, or `ABSENT`."""
    if isinstance(tree, dict) and key in tree:
        return tree[key]
    return tree[key] if isinstance(tree, list) and isinstance(key, int) and 0 <= key < len(tree) else ABSENT


def put(tree: object, keys: Keys, value: object) -> object:
    """Give a new tree with a value in it (`ABSENT`: taken out of it); a new item goes to the list's end."""
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    inner = put(child(tree, key), rest, value)
    if isinstance(key, int):
        items = list(tree) if isinstance(tree, list) else []
        items[key : key + 1] = [] if inner is ABSENT else [inner]
        return items
    entries = dict(tree) if isinstance(tree, dict) else {}
    if inner is ABSENT:
        entries.pop(key, None)
    else:
        entries[key] = inner
    return entries


Wish = tuple[Keys, object]
"""A path of a merged tree, and the value that it should have: `ABSENT` for none."""


def differences(
    old: object, new: object, rules: Rules, keys: Keys = (), *, by_item: bool = False
) -> list[Wish]:
    """Give the fewest wishes that turn one merged tree into another, in their order.

    With `by_item`, a list that merges by key is changed item by item where others came or went, too; what is
    new in it then goes to its end.
    """
    if same(old, new):
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        found = [
            wish
            for key, value in new.items()
            for wish in differences(
                old.get(key, ABSENT), value, below(rules, key), (*keys, key), by_item=by_item
            )
        ]
        return found + [((*keys, key), ABSENT) for key in old if key not in new]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new) and _aligned(old, new, rules):
        return [
            wish
            for index, pair in enumerate(zip(old, new, strict=True))
            for wish in differences(*pair, below(rules, index), (*keys, index), by_item=by_item)
        ]
    if by_item and isinstance(old, list) and isinstance(new, list):
        return _items(old, new, rules, keys) or [(keys, new)]
    return [(keys, new)]


def _items(old: list[object], new: list[object], rules: Rules, keys: Keys) -> list[Wish]:
    """Change what both lists have, take away what the new one has not, and add to the end; none without keys."""
    way = here(rules)
    names = (item_keys(old, way), item_keys(new, way)) if isinstance(way, tuple) else (None, None)
    if names[0] is None or names[1] is None:
        return []
    after = dict(zip(names[1], new, strict=True))
    found = [
        wish
        for index, name in enumerate(names[0])
        if name in after
        for wish in differences(old[index], after[name], below(rules, index), (*keys, index), by_item=True)
    ]
    gone = [index for index, name in enumerate(names[0]) if name not in after]
    added = [item for name, item in after.items() if name not in names[0]]
    end = len(old) - len(gone)
    found += [((*keys, index), ABSENT) for index in reversed(gone)]
    return found + [((*keys, end + number), item) for number, item in enumerate(added)]


def _aligned(old: list[object], new: list[object], rules: Rules) -> bool:
    way = here(rules)
    return not isinstance(way, tuple) or item_keys(old, way) == item_keys(new, way)
