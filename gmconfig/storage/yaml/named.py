"""Anchors, aliases and merge keys of a text that is read line by line."""

from __future__ import annotations

from gmconfig.storage.yaml.expansion import Expansion, Overgrown, merged
from gmconfig.storage.yaml.lines import Undecided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Open = Sequence[tuple[int, Any]]
    """The containers around a line, each with its indentation."""


class Names:
    """What the anchors of one document mean so far, and the maps that merge keys have yet to fill."""

    __slots__ = ("_expansion", "_waiting", "known")

    def __init__(self, known: dict[str, object]) -> None:
        self.known = known
        self._expansion = Expansion()
        self._waiting: dict[int, tuple[dict[str, object], list[object]]] = {}

    def meaning(self, name: str, open_: Open, deeper: int = 0) -> object:
        """Give what an alias stands for, as deep below the open containers.

        Raises:
            Undecided: nothing, or something that is not yet whole, or too much.
        """
        if self._waiting:
            self.fill(open_)
        value = self.known.get(name, self)
        if value is self or any(value is container for _, container in open_):
            raise Undecided
        try:
            self._expansion.add(value, len(open_) + deeper)
        except Overgrown:
            raise Undecided from None
        return value

    def merge(self, own: dict[str, object], asked: tuple[Sequence[str], bool], open_: Open) -> None:
        """Note that a map takes the entries of others, given by names or a list of them; its own may follow.

        Raises:
            Undecided: one of the names has no map.
        """
        names, is_list = asked
        sources = [self.meaning(name, open_, int(is_list)) for name in names]
        if not all(type(source) is dict for source in sources):
            raise Undecided
        # A merge key that is written again wins over the one before.
        self._waiting.setdefault(id(own), (own, []))[1].insert(0, sources)

    def fill(self, open_: Open = ()) -> None:
        """Fill the maps that are not open any more, in the order in which they asked for it."""
        still = {id(container) for _, container in open_}
        for number in [number for number in self._waiting if number not in still]:
            merged(*self._waiting.pop(number))
