"""From nodes to data: aliases followed, merge keys merged, growth bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration
from gmconfig.finding import Place
from gmconfig.storage.yaml.expansion import Expansion, Overgrown, merged
from gmconfig.storage.yaml.nodes import ALIAS, LIST, SCALAR, Node
from gmconfig.storage.yaml.scalars import key_text, scalar_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from gmconfig.path import Keys


def construct(
    node: Node, on_scalar: Callable[[Node, Keys], object] | None = None, *, file: str = ""
) -> object:
    """Give the data of a node: what `load` gives for the same text.

    `on_scalar` is called once for each scalar that is a value, with the path where it is written (before
    aliases and merge keys; below a merge key's own map, the path holds "<<"), and gives the value to use.

    Raises:
        BrokenConfiguration: its aliases grow too much, or a merge key has no map.
    """
    return _Constructor(on_scalar, file).value(node, ())


def key_of(key: Node) -> str:
    """Give the key that a map's key node stands for."""
    node = key.resolved()
    if node.kind == SCALAR:
        return scalar_key(node.text, not node.style and node.tag is None)
    return key_text(construct(node))


class _Constructor:
    """Constructs one document; every node once, so aliases share what they stand for."""

    def __init__(self, on_scalar: Callable[[Node, Keys], object] | None, file: str) -> None:
        self.on_scalar = on_scalar
        self.file = file
        self.made: dict[int, object] = {}
        self.expansion = Expansion()
        self.depth = 0

    def value(self, node: Node, keys: Keys) -> object:
        if node.kind == SCALAR:
            return self._scalar(node, keys)
        if node.kind == ALIAS:
            return self._alias(node)
        value: list[object] | dict[str, object] = [] if node.kind == LIST else {}
        self.made[id(node)] = value
        self.depth += 1
        if isinstance(value, list):
            value.extend(self.value(item, (*keys, index)) for index, item in enumerate(node.items))
        else:
            self._entries(node, keys, value)
        self.depth -= 1
        return value

    def _scalar(self, node: Node, keys: Keys) -> object:
        value = node.value if self.on_scalar is None else self.on_scalar(node, keys)
        if node.anchor is not None:
            self.made[id(node)] = value
        return value

    def _alias(self, node: Node) -> object:
        target = node.target
        # The anchor of a map's key has no value of its own yet.
        value = self.made[id(target)] if id(target) in self.made else self.value(target, ())
        try:
            self.expansion.add(value, self.depth)
        except Overgrown as error:
            self._refuse(str(error), node)
        return value

    def _entries(self, node: Node, keys: Keys, entries: dict[str, object]) -> None:
        merge: list[object] = []
        for key, value in node.entries:
            if key.is_merge:
                # A merge key that is written again wins over the one before, as in Go's and Python's readers.
                merge.insert(0, self.value(value, (*keys, "<<")))
            else:
                name = key_of(key)
                entries[name] = self.value(value, (*keys, name))
        if merge:
            try:
                merged(entries, merge)
            except TypeError as error:
                self._refuse(str(error), next(key for key, _ in node.entries if key.is_merge))

    def _refuse(self, message: str, node: Node) -> NoReturn:
        raise BrokenConfiguration(message, place=Place(self.file, node.line, node.column))
