"""Trees as values: whether two are the same, and what one is after an edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gmconfig.errors import UsageError
from gmconfig.storage.yaml.expansion import DEPTH_LIMIT, TOO_DEEP
from gmconfig.storage.yaml.scalars import Tagged

if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.path import Keys

_SCALARS = frozenset((str, int, float, bool, bytes, Tagged))


def plain(value: object, depth: int = 0) -> object:
    """Give a value in the types that YAML has; a subclass of text becomes text.

    Raises:
        UsageError: YAML has no such type, or it nests too deep.
    """
    if depth > DEPTH_LIMIT:
        raise UsageError(f"the value is {TOO_DEEP}")
    if value is None or type(value) in _SCALARS:
        return value
    if type(value) is dict:
        return {
            key if type(key) is str else str(key): item if type(item) is str else plain(item, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, Mapping):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in value]
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind.__str__(value) if kind is str else kind(value)
    raise UsageError(f"a {type(value).__name__} cannot be written as YAML")


def same(one: object, other: object) -> bool:
    """Whether two trees hold the same values of the same types (1, 1.0 and True differ)."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float):
        return repr(one) == repr(other)
    return one == other


def with_value(tree: object, keys: Keys, value: object) -> object:
    """Give the tree with a value at a path; what lies beside the path is shared, not copied."""
    if not keys:
        return value
    inner = tree[keys[0]] if _has(tree, keys[0]) else None  # type: ignore[index]
    return _replaced(tree, keys[0], with_value(inner, keys[1:], value))


def without(tree: object, keys: Keys) -> object:
    """Give the tree without what stands at a path."""
    *above, last = keys
    return _at(tree, tuple(above), lambda parent: _removed(parent, last))


def with_item(tree: object, keys: Keys, index: int, value: object) -> object:
    """Give the tree with one more item in the list at a path; null counts as an empty list."""
    return _at(tree, keys, lambda items: _inserted(items, index, value))


def _at(tree: object, keys: Keys, change: Callable[[object], object]) -> object:
    if not keys:
        return change(tree)
    return _replaced(tree, keys[0], _at(tree[keys[0]], keys[1:], change))  # type: ignore[index]


def _has(tree: object, key: str | int) -> bool:
    return (isinstance(tree, dict) and key in tree) or (isinstance(tree, list) and isinstance(key, int))


def _replaced(tree: object, key: str | int, value: object) -> object:
    if isinstance(tree, list) and isinstance(key, int):
        return [*tree[:key], value, *tree[key + 1 :]]
    return {**tree, key: value} if isinstance(tree, dict) else {key: value}


def _removed(tree: object, key: str | int) -> object:
    if isinstance(tree, list) and isinstance(key, int):
        return [*tree[:key], *tree[key + 1 :]]
    assert isinstance(tree, dict)  # noqa: S101  # the path was resolved in this tree
    return {name: value for name, value in tree.items() if name != key}


def _inserted(items: object, index: int, value: object) -> object:
    before = items if isinstance(items, list) else []
    return [*before[:index], value, *before[index:]]
