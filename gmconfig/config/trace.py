"""Trees whose every node remembers its layer and its place there, to merge like plain ones."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gmconfig.path import Keys

    Source = tuple[int, Keys]


class Leaf:
    """A scalar with its source: the layer's number and the path in it."""

    __slots__ = ("source", "value")

    def __init__(self, value: object, source: Source) -> None:
        self.value = value
        self.source = source


class TracedMap(dict[str, object]):
    """A map with its source; one that several layers made has the last one's."""

    __slots__ = ("source",)

    def __init__(self, entries: Mapping[str, object], source: Source) -> None:
        super().__init__(entries)
        self.source = source


class TracedList(list[object]):
    """A list with its source; one that several layers made has the last one's."""

    __slots__ = ("source",)

    def __init__(self, items: Iterable[object], source: Source) -> None:
        super().__init__(items)
        self.source = source


def plain(value: object) -> object:
    """Give a scalar without its source; everything else as it is."""
    return value.value if type(value) is Leaf else value


def map_like(model: dict[str, object], entries: Mapping[str, object]) -> dict[str, object]:
    """Give a new map; a traced model passes its source on."""
    return TracedMap(entries, model.source) if isinstance(model, TracedMap) else dict(entries)


def list_like(model: list[object], items: Iterable[object]) -> list[object]:
    """Give a new list; a traced model passes its source on."""
    return TracedList(items, model.source) if isinstance(model, TracedList) else list(items)


def traced(tree: object, layer: int, keys: Keys = ()) -> object:
    """Mark every node of a layer with where it stands."""
    if isinstance(tree, dict):
        entries = {key: traced(value, layer, (*keys, key)) for key, value in tree.items()}
        return TracedMap(entries, (layer, keys))
    if isinstance(tree, list):
        items = [traced(value, layer, (*keys, index)) for index, value in enumerate(tree)]
        return TracedList(items, (layer, keys))
    return Leaf(tree, (layer, keys))


def separated(tree: object, keys: Keys, sources: dict[Keys, Source]) -> object:
    """Give the plain tree, and note every node's source under its path."""
    if isinstance(tree, TracedMap | TracedList | Leaf):
        sources[keys] = tree.source
    if isinstance(tree, dict):
        return {key: separated(value, (*keys, key), sources) for key, value in tree.items()}
    if isinstance(tree, list):
        return [separated(value, (*keys, index), sources) for index, value in enumerate(tree)]
    return plain(tree)
