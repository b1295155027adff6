"""What is live at one difference, put into another tree: kept by a correction, or adopted. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.config.branch import ABSENT, put
from gmconfig.config.strategy import item_key
from gmconfig.errors import Refused, UnknownPath
from gmconfig.path import KeyPath, Keys, Segment, Selector, format_keys, value_at

if TYPE_CHECKING:
    from gmconfig.drift.difference import Difference

Path = tuple[Segment, ...]


def taken(tree: object, difference: Difference, path: Path | None = None) -> object:
    """Give a tree with what is live at a difference; the tree may have moved on since.

    Args:
        tree: where it goes.
        difference: what is taken over.
        path: where it goes in the tree, if it is called otherwise there.

    Raises:
        Refused: the tree has no such place any more.
    """
    path = difference.change.path if path is None else path
    if difference.change.order:
        return _in_order(tree, path, difference)
    keys = _keys(tree, path)
    if difference.live is ABSENT:
        return tree if keys is None else _without(tree, keys, difference.hollow)
    return put(tree, keys, difference.live) if keys is not None else _new(tree, path, difference)


def _keys(tree: object, path: Path) -> Keys | None:
    try:
        return KeyPath(path).resolve(tree)
    except UnknownPath:
        return None


def _without(tree: object, keys: Keys, hollow: int) -> object:
    """Take a value out, and the maps above it that live has not either, once nothing is left in them."""
    tree = put(tree, keys, ABSENT)
    for length in range(len(keys) - 1, len(keys) - 1 - hollow, -1):
        tree = put(tree, keys[:length], ABSENT) if value_at(tree, keys[:length]) == {} else tree
    return tree


def _new(tree: object, path: Path, difference: Difference) -> object:
    """Put a value where there is nothing yet: an item of a list goes where live has it."""
    above = next(length for length in range(len(path) - 1, -1, -1) if _keys(tree, path[:length]) is not None)
    keys, rest, value = _keys(tree, path[:above]) or (), path[above:], difference.live
    if len(rest) == 1 and isinstance(rest[0], Selector):
        items = value_at(tree, keys)
        at = _position(items, difference) if isinstance(items, list) else 0
        return put(tree, keys, [*items[:at], value, *items[at:]] if isinstance(items, list) else [value])
    if not all(isinstance(key, str) for key in rest):
        raise Refused(
            f'"{format_keys(path)}" has no place in what is wanted now',
            hint="gmconfig deploy plan shows what changed",
        )
    return put(tree, (*keys, *(key for key in rest if isinstance(key, str))), value)


def _position(items: list[object], difference: Difference) -> int:
    """Give the place behind the item that is in front of it live."""
    named = difference.change.path[-1]
    assert isinstance(named, Selector) and difference.at_live is not None  # noqa: S101  # so it is new
    keys, live = difference.at_live
    others = value_at(live, keys[:-1])
    names = [item_key(item, named.keys) for item in others] if isinstance(others, list) else []
    before = names[: names.index(named.value)]
    known = [index for index, item in enumerate(items) if item_key(item, named.keys) in before]
    return known[-1] + 1 if known else 0


def _in_order(tree: object, path: Path, difference: Difference) -> object:
    """Put the items of a list into their live order; those that live has not keep their places."""
    keys, way, names = _keys(tree, path), difference.change.order, difference.live
    items = value_at(tree, keys) if keys is not None else None
    if not isinstance(items, list) or way is None or not isinstance(names, list):
        raise Refused(
            f'"{difference.path}" is not a list in what is wanted now',
            hint="gmconfig deploy plan shows what changed",
        )
    known = {item_key(item, way): item for item in items}
    ordered = iter([known[name] for name in names if name in known])
    moved = [next(ordered) if item_key(item, way) in names else item for item in items]
    return put(tree, keys or (), moved)
