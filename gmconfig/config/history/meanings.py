"""What the anchors of a file mean at one place in it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.config.history.found import Read


class Meaning(bytes):
    """What an anchor stands for, as YAML text: what is written alike means the same."""

    value: object

    @classmethod
    def of(cls, value: object, text: bytes) -> Meaning:
        """Keep the value beside its text; nobody may change it."""
        found = cls(text)
        found.value = value
        return found


if TYPE_CHECKING:
    Every = dict[frozenset[tuple[bytes, Meaning]], "Meanings"]


class Meanings:
    """Anchors with what they mean, as YAML text; those that mean the same are the same object.

    So a piece that stands where it stood, behind anchors that did not change, needs no second look.
    """

    __slots__ = ("_every", "_last", "_next", "known")

    def __init__(self, known: Mapping[bytes, Meaning], every: Every) -> None:
        self.known = known
        self._every = every
        self._last: Mapping[bytes, Meaning] = {}
        self._next: Meanings = self

    @classmethod
    def none(cls) -> Meanings:
        """Give what is known at the start of a file."""
        every: Every = {}
        return every.setdefault(frozenset(), cls({}, every))

    def after(self, found: Read) -> Meanings:
        """Give what is known behind a piece; most of the time that is the piece of the version before."""
        if not found.anchors:
            return self
        if found.anchors != self._last:
            self._next = self._joined(found.anchors)
            self._last = found.anchors
        return self._next

    def _joined(self, more: Mapping[bytes, Meaning]) -> Meanings:
        known = {**self.known, **more}
        own = frozenset(known.items())
        if own not in self._every:
            self._every[own] = Meanings(known, self._every)
        return self._every[own]
