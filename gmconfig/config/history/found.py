"""What reading pieces of a file found: trees that are put together only as far as somebody asks.

Every piece is read, for one that cannot be read breaks the file; but a version's value at one path needs few
of them joined. What did not change since the version before is the same object, and so is its value.
"""

from __future__ import annotations

from gmconfig.config.history.absence import ABSENT
from gmconfig.path import Selector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gmconfig.config.history.meanings import Meaning
    from gmconfig.path import Segment

NO_ANCHORS: Mapping[bytes, Meaning] = {}


class Found:
    """A map or list that was read: its size and depth; by itself a map without entries."""

    __slots__ = ("_asked", "_matching", "_value", "depth", "size")

    def __init__(self, size: int, depth: int) -> None:
        self.size = size
        self.depth = depth
        self._value: object = ABSENT
        self._asked: Selector | None = None
        self._matching: tuple[object, ...] = ()

    @property
    def value(self) -> object:
        """The plain data, shared with other versions: it must not be changed."""
        if self._value is ABSENT:
            self._value = self._plain()
        return self._value

    def matching(self, selector: Selector) -> tuple[object, ...]:
        """Give the list items that a selector means."""
        if self._asked is not selector:
            self._matching = self._matched(selector)
            self._asked = selector
        return self._matching

    def names(self) -> Sequence[str]:
        """Give the map's keys."""
        return ()

    def entry(self, key: str) -> object:  # noqa: ARG002  # those that hold entries look it up
        """Give what a key stands for, as another of these or plain; ABSENT where there is none."""
        return ABSENT

    def items(self) -> Sequence[object] | None:
        """Give the items, as others of these or plain; None for a map."""
        return None

    def _plain(self) -> object:
        return {}

    def _matched(self, selector: Selector) -> tuple[object, ...]:
        return tuple([item for item in self.items() or () if _matches(item, selector)])


class Read(Found):
    """What the YAML reader gave, whole, and what its anchors mean at its end, as YAML text."""

    __slots__ = ("anchors",)

    def __init__(
        self, value: object, size: int = 0, depth: int = 0, anchors: Mapping[bytes, Meaning] = NO_ANCHORS
    ) -> None:
        super().__init__(size, depth)
        self.anchors = anchors
        self._value = value

    def names(self) -> Sequence[str]:
        """Give the map's keys."""
        return tuple(self._value) if isinstance(self._value, dict) else ()

    def entry(self, key: str) -> object:
        """Give what a key stands for."""
        return self._value.get(key, ABSENT) if isinstance(self._value, dict) else ABSENT

    def items(self) -> Sequence[object] | None:
        """Give the items; None for a map."""
        return self._value if isinstance(self._value, list) else None


class Wrapped(Found):
    """An entry of a map, or an item of a list (`key` is None), around what stands below it."""

    __slots__ = ("inner", "key")

    def __init__(self, key: str | None, inner: Found) -> None:
        super().__init__(inner.size + 1, inner.depth + 1)
        self.key = key
        self.inner = inner

    def names(self) -> Sequence[str]:
        """Give the map's keys."""
        return () if self.key is None else (self.key,)

    def entry(self, key: str) -> object:
        """Give what a key stands for."""
        return self.inner if key == self.key else ABSENT

    def items(self) -> Sequence[object] | None:
        """Give the items; None for a map."""
        return (self.inner,) if self.key is None else None

    def _plain(self) -> object:
        return [self.inner.value] if self.key is None else {self.key: self.inner.value}


class Joined(Found):
    """Several entries, or several items, one after the other."""

    __slots__ = ("is_list", "parts")

    def __init__(self, parts: Sequence[Found], is_list: bool, size: int, depth: int) -> None:
        super().__init__(size, depth)
        self.parts = parts
        self.is_list = is_list

    def names(self) -> Sequence[str]:
        """Give the map's keys."""
        return [name for part in self.parts for name in part.names()]

    def entry(self, key: str) -> object:
        """Give what a key stands for."""
        for part in self.parts:
            if (entry := part.entry(key)) is not ABSENT:
                return entry
        return ABSENT

    def items(self) -> Sequence[object] | None:
        """Give the items; None for a map."""
        return [item for part in self.parts for item in part.items() or ()] if self.is_list else None

    def _plain(self) -> object:
        if self.is_list:
            return [item for part in self.parts for item in part.value]  # type: ignore[attr-defined]
        whole: dict[str, object] = {}
        for part in self.parts:
            whole.update(part.value)  # type: ignore[call-overload]
        return whole

    def _matched(self, selector: Selector) -> tuple[object, ...]:
        found: list[object] = []
        for part in self.parts:
            known = part._matching if part._asked is selector else part.matching(selector)
            if known:
                found += known
        return tuple(found)


def at(found: object, segments: Sequence[Segment]) -> object:
    """Give the value that a path without globs means; ABSENT where that is none, or more than one."""
    for segment in segments:
        found = _step(found, segment)
        if found is ABSENT:
            return ABSENT
    return found.value if isinstance(found, Found) else found


def _step(found: object, segment: Segment) -> object:
    if isinstance(segment, str):
        return _entry(found, segment)
    if isinstance(segment, Selector):
        matching = _matching(found, segment)
        return matching[0] if len(matching) == 1 else ABSENT
    items = found.items() if isinstance(found, Found) else found
    if not isinstance(segment, int) or not isinstance(items, list | tuple):
        return ABSENT
    return items[segment] if -len(items) <= segment < len(items) else ABSENT


def _entry(found: object, key: str) -> object:
    if isinstance(found, Found):
        return found.entry(key)
    return found.get(key, ABSENT) if isinstance(found, dict) else ABSENT


def _matching(found: object, selector: Selector) -> Sequence[object]:
    if isinstance(found, Found):
        return found.matching(selector)
    return [item for item in found if selector.matches(item)] if isinstance(found, list) else ()


def _matches(item: object, selector: Selector) -> bool:
    if not isinstance(item, Found):
        return selector.matches(item)
    for key in selector.keys:
        item = _entry(item, key)
    return not isinstance(item, Found) and item is not ABSENT and _is_text(item, selector.value)


def _is_text(value: object, text: str) -> bool:
    from gmconfig.path import scalar_text

    return not isinstance(value, dict | list) and scalar_text(value) == text
