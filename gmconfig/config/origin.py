"""Where a resolved value comes from, and who else has a say."""

from __future__ import annotations

from gmconfig.config.merge import merge
from gmconfig.config.strategy import Rules, below, here, item_keys
from gmconfig.config.trace import Leaf, TracedList, TracedMap, plain, traced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gmconfig.config.loaded import LoadedLayer
    from gmconfig.finding import Place
    from gmconfig.path import Keys


class Origin:
    """The layer that gave a node, and the node's path there; `layer` is None for an environment variable."""

    __slots__ = ("keys", "layer", "variable")

    def __init__(self, layer: LoadedLayer | None, keys: Keys, variable: str | None = None) -> None:
        self.layer = layer
        self.keys = keys
        self.variable = variable

    @property
    def place(self) -> Place | None:
        """The file, line and column; None for an environment variable."""
        return self.layer.place(self.keys) if self.layer else None

    def __repr__(self) -> str:
        return f"Origin({self.layer!r}, {self.keys!r})"


class Say:
    """What one layer says about a path.

    `value` is as written; None in an overlay takes the path away. `keys` is where it says so: the path
    itself, or one above it that the layer replaces. `variable` names an environment variable instead.
    """

    __slots__ = ("keys", "layer", "value", "variable", "wins")

    def __init__(
        self, layer: LoadedLayer | None, keys: Keys, value: object, *, wins: bool, variable: str | None = None
    ) -> None:
        self.layer = layer
        self.keys = keys
        self.value = value
        self.wins = wins
        self.variable = variable

    @property
    def place(self) -> Place | None:
        """The file, line and column; None for an environment variable."""
        return self.layer.place(self.keys) if self.layer else None

    def __repr__(self) -> str:
        return f"Say({self.layer!r}, {self.keys!r}, wins={self.wins})"


def says(layers: Sequence[LoadedLayer], keys: Keys, rules: Rules) -> Iterator[Say]:
    """Yield what each layer says about a resolved path, the highest layer first; the first one wins."""
    spots = written_at([layer.tree for layer in layers], keys, rules)
    found = [(layer, spot) for layer, spot in zip(layers, spots, strict=True) if spot is not None]
    for layer, (own, value) in reversed(found):
        yield Say(layer, own, value, wins=layer is found[-1][0])


def written_at(trees: Sequence[object], keys: Keys, rules: Rules) -> list[tuple[Keys, object] | None]:
    """Find a resolved path in every layer, the lowest first: items of lists that merge stand elsewhere there.

    Gives the path in the layer and its value, or those of an ancestor that the layer replaces; None where
    the layer says nothing.
    """
    spots: dict[int, tuple[Keys, object]] = {number: ((), tree) for number, tree in enumerate(trees)}
    ended: dict[int, tuple[Keys, object]] = {}
    for key in keys:
        kind = dict if isinstance(key, str) else list
        ended |= {number: spot for number, spot in spots.items() if not isinstance(spot[1], kind)}
        nodes = {number: node for number, (_, node) in spots.items()}
        steps = _own_keys(nodes, key, rules)
        spots = {number: ((*spots[number][0], step), nodes[number][step]) for number, step in steps.items()}  # type: ignore[index]
        rules = below(rules, key) if _merges(nodes, key, rules) else ()
    return [(ended | spots).get(number) for number in range(len(trees))]


def _merges(nodes: dict[int, object], key: str | int, rules: Rules) -> bool:
    """Whether several layers may have made what stands under a key; items of other lists are taken as they are."""
    way = here(rules)
    if isinstance(key, str) or not isinstance(way, tuple):
        return isinstance(key, str)
    return all(item_keys(items, way) is not None for items in nodes.values() if isinstance(items, list))


def _own_keys(nodes: dict[int, object], key: str | int, rules: Rules) -> dict[int, str | int]:
    """Give the key under which each layer has a part in what the merged tree has under this one."""
    if isinstance(key, str):
        return {number: key for number, node in nodes.items() if isinstance(node, dict) and key in node}
    if here(rules) is None:
        lists = {number: node for number, node in nodes.items() if isinstance(node, list)}
        return {number: key for number, items in lists.items() if key < len(items)}
    return _parts(nodes, key, rules)


def _parts(nodes: dict[int, object], index: int, rules: Rules) -> dict[int, str | int]:
    """Merge a list's layers, each item marked with its own place, and read the marks off the merged item."""
    marked = [traced(_marked(node, number, rules), number) for number, node in nodes.items()]
    merged = merge(marked if 0 in nodes else [None, *marked], rules)
    item = merged[index] if isinstance(merged, list) and index < len(merged) else None
    entries = item.items() if isinstance(item, dict) else ()
    marks = {number: plain(own) for number, own in entries if isinstance(number, int)}
    if not marks and isinstance(item, Leaf | TracedMap | TracedList):
        return {item.source[0]: item.source[1][0]}
    return marks  # type: ignore[return-value]  # the places that `_marked` wrote


def _marked(node: object, number: int, rules: Rules) -> object:
    """Put each item's place into it, where items become one; no key of YAML is a number."""
    if not isinstance(node, list) or not isinstance(here(rules), tuple):
        return node
    return [{**item, number: index} if isinstance(item, dict) else item for index, item in enumerate(node)]
