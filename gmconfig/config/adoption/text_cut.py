"""Which lines of a YAML text go, so that a part of its data is left: exactly that, or at least that."""

# ruff: noqa: ARG002 - the two kinds of cut answer the same questions from different things
from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.config.equal import same
from gmconfig.config.strategy import below, here, item_key
from gmconfig.storage.yaml import construct, layout
from gmconfig.storage.yaml.constructor import key_of
from gmconfig.storage.yaml.removing import removal
from gmconfig.storage.yaml.splice import Splice
from gmconfig.storage.yaml.writer import entry, flow, indented, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.config.strategy import Rules
    from gmconfig.storage.yaml import Node, Stream


class Cut:
    """Finds the splices that leave what is wanted.

    `special` are the nodes that a remaining alias stands for, and that would not stay whole.
    """

    def __init__(self, stream: Stream, special: set[int]) -> None:
        self.text = stream.text
        self.special = special

    def node(self, node: Node, value: object, wanted: object, rules: Rules) -> Iterator[Splice]:
        """Yield the splices that leave what is wanted of a node."""
        if self.stays(node, value, wanted):
            return
        plain = node.style != "flow" and node.kind == ("map" if isinstance(wanted, dict) else "list")
        if plain and isinstance(wanted, dict) and isinstance(value, dict):
            yield from self.in_map(node, value, wanted, rules)
        elif (
            plain and isinstance(wanted, list) and isinstance(value, list) and isinstance(here(rules), tuple)
        ):
            yield from self.in_list(node, value, wanted, rules)
        else:
            yield from self.written(node, wanted)

    def in_map(
        self, node: Node, value: dict[str, object], wanted: dict[str, object], rules: Rules
    ) -> Iterator[Splice]:
        """Yield the splices for a map: entries that go, what is wanted inside of those that stay."""
        gone = []
        own = {key_of(key) for key, _ in node.entries if not key.is_merge}
        brought = {each: wanted[each] for each in wanted if each not in own}
        shadows = self.shadows(node, brought)
        for index, (key, child) in enumerate(node.entries):
            name = key_of(key)
            left: list[Splice] | None
            if key.is_merge:
                left = self.merge_key(node, index, value, brought)
            elif name in shadows:
                left = []
            elif name in wanted:
                left = list(self.node(child, value[name], wanted[name], below(rules, name)))
            else:
                left = self.unwanted(child, value[name], below(rules, name))
            if left is None:
                gone.append(index)
            else:
                yield from left
        yield from self.removed(node, gone)

    def in_list(
        self, node: Node, value: list[object], wanted: list[object], rules: Rules
    ) -> Iterator[Splice]:
        """Yield the splices for a list that merges by key."""
        way = here(rules)
        assert isinstance(way, tuple)  # noqa: S101  # the caller looked
        by_key = {item_key(item, way): item for item in wanted}
        gone = []
        for index, (child, item) in enumerate(zip(node.items, value, strict=True)):
            left: list[Splice] | None
            if item_key(item, way) in by_key:
                left = list(self.node(child, item, by_key[item_key(item, way)], below(rules, 0)))
            else:
                left = self.unwanted(child, item, below(rules, 0), way)
            if left is None:
                gone.append(index)
            else:
                yield from left
        yield from self.removed(node, gone)

    def removed(self, node: Node, gone: list[int]) -> Iterator[Splice]:
        """Yield the splices that take entries or items away; those behind a dash make way for the next."""
        parts = layout.parts(node)
        head = next((i for i in range(len(parts)) if i not in gone), len(parts))
        first = layout.part_start(self.text, node, 0)
        if head and not layout.is_first_on_line(self.text, first) and head < len(parts):
            yield Splice(first, layout.part_start(self.text, node, head), "")
            gone = [index for index in gone if index > head]
        for index in gone:
            yield removal(self.text, node, index, False)

    def stays(self, node: Node, value: object, wanted: object) -> bool:
        """Whether a node is left as it is."""
        return same(value, wanted)

    def written(self, node: Node, wanted: object) -> Iterator[Splice]:
        """Yield the splices that write what is wanted in a node's place, where no part of it can be cut."""
        yield from ()

    def unwanted(
        self, node: Node, value: object, rules: Rules, way: tuple[str, ...] = ()
    ) -> list[Splice] | None:
        """Give the splices inside of what is not wanted; None to take it away whole."""

    def shadows(self, node: Node, brought: dict[str, object]) -> frozenset[str]:
        """Give the own keys that must stay, since a merge key that stays would bring another value."""
        return frozenset()

    def merge_key(
        self, node: Node, index: int, value: dict[str, object], brought: dict[str, object]
    ) -> list[Splice] | None:
        """Give the splices for a merge key that brings what is wanted; None to take it away."""


class BaseCut(Cut):
    """Exactly what is wanted: special aliases are written out."""

    def stays(self, node: Node, value: object, wanted: object) -> bool:
        """Whether it is wanted as it is, and no special alias is in it."""
        return super().stays(node, value, wanted) and not any(
            each.kind == "alias" and id(each.resolved()) in self.special for each in nodes_of(node)
        )

    def written(self, node: Node, wanted: object) -> Iterator[Splice]:
        """Yield what writes the wanted value in the node's place."""
        yield Splice(node.outer, node.end, flow(wanted))

    def merge_key(
        self, node: Node, index: int, value: dict[str, object], brought: dict[str, object]
    ) -> list[Splice] | None:
        """Keep a merge key that brings just what is wanted; else write out what they bring, at the first."""
        key, source = node.entries[index]
        merges = [each for each, _ in node.entries if each.is_merge]
        if len(merges) == 1 and self._brings(source, node, value, brought):
            return []
        if key is not merges[0] or not brought:
            return None
        lines = [line for name, each in brought.items() for line in entry(scalar(name), each)]
        start = layout.part_start(self.text, node, index)
        first, *rest = lines
        text = "\n".join([first, *indented(rest, layout.column(self.text, start))])
        return [Splice(start, layout.part_end(self.text, node, index), text)]

    def _brings(self, source: Node, node: Node, value: dict[str, object], brought: dict[str, object]) -> bool:
        """Whether the merge key may stay: it brings what is wanted and nothing else, from what stays."""
        own = {key_of(key) for key, _ in node.entries if not key.is_merge}
        given = {name: each for name, each in value.items() if name not in own}
        return same(given, brought) and self.stays(source, None, None)


class OverlayCut(Cut):
    """At least what is wanted: what special aliases stand for stays whole."""

    def stays(self, node: Node, value: object, wanted: object) -> bool:
        """Whether it is wanted as it is, an alias, or what a special alias stands for."""
        return super().stays(node, value, wanted) or node.kind == "alias" or id(node) in self.special

    def unwanted(
        self, node: Node, value: object, rules: Rules, way: tuple[str, ...] = ()
    ) -> list[Splice] | None:
        """Keep what special aliases stand for, with as little around it as possible."""
        if not any(id(each) in self.special for each in nodes_of(node)):
            return None
        if way:
            return list(self.node(node, value, _only_key(value, way), rules))
        inner = here(rules)
        if isinstance(value, list) and isinstance(inner, tuple):
            return list(self.node(node, value, [], rules))
        return list(self.node(node, value, {}, rules)) if isinstance(value, dict) else []

    def shadows(self, node: Node, brought: dict[str, object]) -> frozenset[str]:
        """Give all that a merge key which stays would bring."""
        names: set[str] = set()
        for index, (key, source) in enumerate(node.entries):
            if key.is_merge and self.merge_key(node, index, {}, brought) is not None:
                given = construct(source)
                for each in given if isinstance(given, list) else [given]:
                    names.update(each if isinstance(each, dict) else ())
        return frozenset(names)

    def merge_key(
        self,
        node: Node,
        index: int,
        value: dict[str, object],
        brought: dict[str, object],
    ) -> list[Splice] | None:
        """Keep a merge key that brings something wanted, or holds what a special alias stands for."""
        source = node.entries[index][1]
        is_needed = brought or any(id(each) in self.special for each in nodes_of(source))
        return [] if is_needed else None


def _only_key(item: object, way: tuple[str, ...]) -> object:
    if not way or not isinstance(item, dict):
        return item
    return {way[0]: _only_key(item[way[0]], way[1:])}


def nodes_of(node: Node) -> Iterator[Node]:
    """Yield a node with all below it."""
    yield node
    for child in node.children():
        yield from nodes_of(child)
