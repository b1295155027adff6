"""How much a document grows when its aliases are followed: bombs and endless nesting are refused."""

from __future__ import annotations

DEPTH_LIMIT = 200
NODE_LIMIT = 100_000


class Overgrown(ValueError):
    """Following the aliases would give too much; the caller knows where it stands."""


TOO_DEEP = f"nested deeper than {DEPTH_LIMIT} levels"


class Expansion:
    """Counts what aliases add to one document; what is written out is not counted."""

    __slots__ = ("_measured", "nodes")

    def __init__(self) -> None:
        self.nodes = 0
        self._measured: dict[int, tuple[int, int]] = {}

    def add(self, value: object, depth: int) -> None:
        """Count one more use of a finished value at this depth.

        Raises:
            Overgrown: that is one too many.
        """
        nodes, levels = self._measure(value)
        self.nodes += nodes
        if depth + levels > DEPTH_LIMIT:
            raise Overgrown(f"its aliases are {TOO_DEEP}")
        if self.nodes > NODE_LIMIT:
            raise Overgrown(f"its aliases expand to more than {NODE_LIMIT:,} values")

    def _measure(self, value: object) -> tuple[int, int]:
        if not isinstance(value, dict | list):
            return 1, 0
        known = self._measured.get(id(value))
        if known is None:
            children = value.values() if isinstance(value, dict) else value
            parts = [self._measure(child) for child in children]
            known = 1 + sum(nodes for nodes, _ in parts), 1 + max((levels for _, levels in parts), default=0)
            self._measured[id(value)] = known
        return known


def merged(own: dict[str, object], sources: list[object]) -> None:
    """Put what merge keys bring into a map: own keys win, then earlier sources.

    Raises:
        TypeError: a source is not a map, nor a list of maps.
    """
    result: dict[str, object] = {}
    for source in reversed(_flat(sources)):
        result.update(source)
    result.update(own)
    own.clear()
    own.update(result)


def _flat(sources: list[object]) -> list[dict[str, object]]:
    flat: list[dict[str, object]] = []
    for source in sources:
        for part in source if isinstance(source, list) else [source]:
            if not isinstance(part, dict):
                raise TypeError("a merge key needs a map or a list of maps")
            flat.append(part)
    return flat
