"""A resolved document that cannot change: what a running program reads, one dictionary look-up a value."""

from __future__ import annotations

from types import MappingProxyType

from gmconfig.errors import UnknownPath, UsageError
from gmconfig.path import KeyPath, format_keys, value_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.path import Keys


class FrozenConfig:
    """One version of a document's values; a reload gives a new one, and whoever holds this keeps it whole.

    Maps come out as read-only mappings, lists as tuples.
    """

    __slots__ = ("_values", "tree")

    def __init__(self, tree: object) -> None:
        values: dict[str, object] = {}
        self.tree = _frozen(tree, (), values)
        self._values = values

    def get(self, path: str, default: object = None) -> object:
        """Give the value at a path, or the default where nothing stands.

        >>> FrozenConfig({"database": {"hosts": ["a", "b"]}}).get("database.hosts[-1]")
        'b'
        """
        try:
            return self._values[path]
        except KeyError:
            return self._sought(path, default)

    def __getitem__(self, path: str) -> object:
        found = self.get(path, _MISSING)
        if found is _MISSING:
            raise KeyError(path)
        return found

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self.get(path, _MISSING) is not _MISSING

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<FrozenConfig with {len(self._values)} paths>"

    def _sought(self, path: str, default: object) -> object:
        """Find a path that is spelled in another way: a selector, an index from the end, other quotes."""
        try:
            return value_at(self.tree, KeyPath.parse(path).resolve(_thawed(self.tree)))
        except (UnknownPath, UsageError):
            return default


_MISSING = object()


def _frozen(tree: object, keys: Keys, values: dict[str, object]) -> object:
    frozen = tree
    if isinstance(tree, dict):
        frozen = MappingProxyType({key: _frozen(value, (*keys, key), values) for key, value in tree.items()})
    elif isinstance(tree, list):
        frozen = tuple(_frozen(value, (*keys, index), values) for index, value in enumerate(tree))
    values[format_keys(keys)] = frozen
    return frozen


def _thawed(tree: object) -> object:
    if isinstance(tree, MappingProxyType):
        return {key: _thawed(value) for key, value in tree.items()}
    return [_thawed(value) for value in tree] if isinstance(tree, tuple) else tree
