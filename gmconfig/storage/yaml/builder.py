"""Builds a file's data from the C parser's events; what is wrong or rare it leaves to the slow way.

This is the hot path of every cold command: the loops of `_mapping` and `_sequence` handle plain scalars in
place, without a call, and keep what they need in local names.
"""

from __future__ import annotations

from gmconfig.storage.yaml.expansion import DEPTH_LIMIT, Expansion, Overgrown, merged
from gmconfig.storage.yaml.native import (
    AliasEvent,
    CParser,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    YAMLError,
)
from gmconfig.storage.yaml.scalars import MERGE_TAG, PLAIN, BadScalar, scalar_key, tagged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_MERGE = "\0merge"  # no file can hold a NUL
_SPECIAL_KEYS = frozenset(("<<", "", "~", "null", "Null", "NULL", "-"))


class Undecided(Exception):  # no error: the slow way decides
    """The fast way leaves this file to the slow one."""


UNDECIDED = (Undecided, BadScalar, Overgrown, TypeError, UnicodeError, YAMLError)


class Builder:
    """Builds the documents of one file."""

    __slots__ = ("_anchors", "_expansion", "_next_event", "_open")
    _anchors: dict[str, object]
    _expansion: Expansion

    def __init__(self, raw: bytes) -> None:
        self._next_event: Callable[[], Any] = CParser(raw).get_event
        self._open: list[object] = []

    def documents(self) -> list[object]:
        """Give the data of every document.

        Raises:
            Undecided: or another of UNDECIDED; the slow way knows what to say.
        """
        found: list[object] = []
        while (event := self._next_event()) is not None:
            if type(event) is DocumentStartEvent:
                self._anchors, self._expansion = {}, Expansion()
                found.append(self._node(self._next_event()))
        return found

    def _node(self, event: Any) -> object:
        kind = type(event)
        if kind is ScalarEvent:
            return self._scalar(event)
        if kind is AliasEvent:
            return self._alias(event)
        if len(self._open) >= DEPTH_LIMIT:
            raise Undecided
        value: Any = {} if kind is MappingStartEvent else []
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        self._open.append(value)
        (self._mapping if kind is MappingStartEvent else self._sequence)(value)
        self._open.pop()
        return value

    def _scalar(self, event: Any) -> object:
        text = event.value
        if event.ctag is not None:  # noqa: SIM108  # two decisions on one line read badly
            value = tagged(event.tag, text)
        else:
            value = PLAIN[text] if event.implicit[0] else text
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        return value

    def _alias(self, event: Any) -> object:
        value = self._anchors.get(event.anchor, self)
        if value is self or any(value is container for container in self._open):
            raise Undecided
        self._expansion.add(value, len(self._open))
        return value

    def _sequence(self, items: list[object]) -> None:
        next_event, append, plain = self._next_event, items.append, PLAIN
        while (kind := type(event := next_event())) is not SequenceEndEvent:
            if kind is ScalarEvent and event.anchor is None and event.ctag is None:
                append(plain[event.value] if event.implicit[0] else event.value)
            else:
                append(self._node(event))

    def _mapping(self, entries: dict[str, object]) -> None:
        next_event, plain, special = self._next_event, PLAIN, _SPECIAL_KEYS
        while (kind := type(event := next_event())) is not MappingEndEvent:
            if kind is not ScalarEvent:
                raise Undecided
            key = event.value
            if key in special or event.anchor is not None or event.ctag is not None:
                key = self._unusual_key(event)
            if key in entries:
                raise Undecided
            event = next_event()
            if type(event) is ScalarEvent and event.anchor is None and event.ctag is None:
                entries[key] = plain[event.value] if event.implicit[0] else event.value
            else:
                entries[key] = self._node(event)
        if _MERGE in entries:
            merged(entries, [entries.pop(_MERGE)])

    def _unusual_key(self, event: Any) -> str:
        text: str = event.value
        plain = event.ctag is None and event.implicit[0]
        if event.tag == MERGE_TAG or (plain and text == "<<"):
            return _MERGE
        self._scalar(event)
        return scalar_key(text, plain)
