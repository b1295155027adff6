"""Where a resolved value comes from, and who else has a say."""

from __future__ import annotations

from gmconfig.config.strategy import Rules, below, here, item_key
from gmconfig.path import under

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


def says(layers: Sequence[LoadedLayer], merged: object, keys: Keys, rules: Rules) -> Iterator[Say]:
    """Yield what each layer says about a resolved path, the highest layer first; the first one wins."""
    first = True
    for layer in reversed(layers):
        found = written_at(layer.tree, merged, keys, rules)
        if found is not None:
            yield Say(layer, found[0], found[1], wins=first)
            first = False


def written_at(tree: object, merged: object, keys: Keys, rules: Rules) -> tuple[Keys, object] | None:
    """Find a resolved path in one layer: items of lists that merge by key stand elsewhere there.

    Gives the path in the layer and its value, or those of an ancestor that the layer replaces; None where
    the layer says nothing.
    """
    found: list[str | int] = []
    for key in keys:
        if not isinstance(tree, dict | list):
            return tuple(found), tree
        step = _step(tree, merged, key, rules)
        if step is None:
            return None
        found.append(step)
        tree, rules = tree[step], below(rules, key)  # type: ignore[index]
        merged = under(merged, key)
    return tuple(found), tree


def _step(tree: object, merged: object, key: str | int, rules: Rules) -> str | int | None:
    if isinstance(tree, dict):
        return key if key in tree and isinstance(key, str) else None
    way = here(rules)
    if isinstance(way, tuple) and isinstance(merged, list) and isinstance(key, int) and key < len(merged):
        wanted = item_key(merged[key], way)
        return next((i for i, item in enumerate(tree) if wanted and item_key(item, way) == wanted), None)  # type: ignore[arg-type, var-annotated]
    return key if isinstance(key, int) and isinstance(tree, list) and key < len(tree) else None
