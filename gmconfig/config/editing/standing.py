"""A place in three trees at once: what is merged, what lies below, and what the edited layer says itself."""

from __future__ import annotations

from gmconfig.config.branch import ABSENT, child
from gmconfig.config.merge import new_places
from gmconfig.config.strategy import APPEND, UNIQUE, Rules, below, here, item_key, item_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gmconfig.config.editing.own import Own
    from gmconfig.path import Keys


class Standing:
    """Begins at the root; `step` translates a merged key, `descend` takes it."""

    def __init__(self, own: Own, tree: object, merged: object) -> None:
        self.own = tree
        self.is_overlay = own.has_lower
        self.lower: object = own.lower if own.has_lower else ABSENT
        self.merged = merged
        self.rules = own.rules
        self.list_rules: Rules = ()
        self.own_keys: Keys = ()

    def step(self, key: str | int) -> str | int | None:
        """Give the key in the own tree; None for an item of a list that it does not name."""
        if isinstance(key, str):
            return key
        if not isinstance(self.own, list):
            return None
        way = here(self.rules)
        if isinstance(way, tuple) and isinstance(self.merged, list) and item_keys(self.own, way) is not None:
            return self._named(self.own, way, key)
        return self._added(self.own, way, key) if way in (APPEND, UNIQUE) and self.is_overlay else key

    def _added(self, items: list[object], way: object, key: int) -> int | None:
        """Give where the layer has an item that it adds; of a `unique` list it may repeat what lies below."""
        lower = self.lower if isinstance(self.lower, list) else []
        places = list(new_places(lower, items)) if way == UNIQUE else list(range(len(items)))
        index = key - len(lower)
        if index == len(places) and not isinstance(self.lower, list):
            return len(items)
        return places[index] if 0 <= index < len(places) else None

    def _named(self, items: list[object], way: tuple[str, ...], key: int) -> int | None:
        assert isinstance(self.merged, list)  # noqa: S101  # its item is concerned
        wanted = item_key(self.merged[key], way) if key < len(self.merged) else None
        found = (index for index, item in enumerate(items) if item_key(item, way) == wanted)
        return next(found, None) if isinstance(self.lower, list) else next(found, key)

    def descend(self, key: str | int, step: str | int) -> None:
        """Go down by one key, `step` in the own tree."""
        self.lower = self._lower_child(key)
        self.own = child(self.own, step)
        self.merged = child(self.merged, key)
        self.list_rules = self.rules
        self.rules = below(self.rules, key)
        self.own_keys = (*self.own_keys, step)

    def _lower_child(self, key: str | int) -> object:
        way = here(self.rules)
        if isinstance(key, str):
            return child(self.lower, key)
        if isinstance(way, tuple) and isinstance(self.merged, list) and self._is_joined(way):
            wanted = item_key(child(self.merged, key), way)
            return next((item for item in self.lower if item_key(item, way) == wanted), ABSENT)  # type: ignore[attr-defined]  # it is a list
        return ABSENT

    def _is_joined(self, way: tuple[str, ...]) -> bool:
        """Whether the layer's list and the one below it merge item by item, and none replaces the other."""
        lists = [tree for tree in (self.lower, self.own) if isinstance(tree, list)]
        return isinstance(self.lower, list) and all(item_keys(items, way) is not None for items in lists)
