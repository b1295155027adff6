"""Reading one stored file after the other: a git process for each would cost more than all that they hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from gmconfig.errors import GitTrouble

Fetch = Callable[[Sequence[str]], Mapping[str, bytes]]

_MOST_FILES = 256
_MOST_BYTES = 4 << 20
"""How much is read at once, as far as can be told before; twice that is kept."""

_GROWTH = 4
"""How many times more are read along each time."""

_BEFORE = 2
"""So many files are read one by one before anybody looks what comes after them."""

_FEW = 8
"""Folders with fewer files of an ending than that are read as one: they may be a document each."""


class _Stream(NamedTuple):
    """Files of one kind, in order: how far they were read, and how many at once the last time."""

    names: Sequence[str]
    places: Mapping[str, int]
    read_to: int
    window: int


class Ahead:
    """Gives files one by one; who asks for them in order has more and more of the next ones read along.

    Args:
        names: those that may be read along.
        fetch: reads some files at once.
    """

    def __init__(self, names: Callable[[], Sequence[str]], fetch: Fetch) -> None:
        self._names = names
        self._fetch = fetch
        self._asked = 0
        self._streams: dict[str, _Stream] = {}
        self._kept: dict[str, bytes] = {}
        self._size = 0

    def read(self, path: str) -> bytes:
        """Give a file's bytes.

        Raises:
            GitTrouble: they cannot be had.
        """
        known = self._kept.get(path)
        if known is not None:
            return known
        self._asked += 1
        wanted = self._next(path) if self._asked > _BEFORE else (path,)
        found = self._fetched(path, wanted)
        self._keep(found)
        return found[path]

    def _fetched(self, path: str, wanted: Sequence[str]) -> Mapping[str, bytes]:
        try:
            return self._fetch(wanted)
        except GitTrouble:
            if len(wanted) == 1:
                raise
            return self._fetch((path,))  # another file that was read along cannot be had; this one may

    def _next(self, path: str) -> Sequence[str]:
        """Give what to read: more than the last time where all that was needed, else one file."""
        kind = self._kinds.get(path)
        if kind is None:
            return (path,)
        stream = self._streams.get(kind) or self._begun(kind)
        at = stream.places[path]
        goes_on = 0 <= at - stream.read_to <= stream.window
        window = min(_GROWTH * stream.window, _MOST_FILES) if goes_on and self._is_light(stream) else 1
        self._streams[kind] = stream._replace(read_to=at + window, window=window)
        return stream.names[at : at + window]

    @cached_property
    def _kinds(self) -> Mapping[str, str]:
        """Which files belong together: those of an ending in a folder, or in all folders that have only a few."""
        own = {name: _kind(name) for name in self._names()}
        count = Counter(own.values())
        return {name: kind if count[kind] >= _FEW else kind.rpartition("/")[2] for name, kind in own.items()}

    @cached_property
    def _groups(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name, kind in self._kinds.items():
            found[kind].append(name)
        return found

    def _begun(self, kind: str) -> _Stream:
        names = sorted(self._groups[kind])
        return _Stream(names, {name: place for place, name in enumerate(names)}, 0, 1)

    def _is_light(self, stream: _Stream) -> bool:
        """Whether growing the window is likely to stay within the limit, by the size of the files read last."""
        last = stream.names[max(stream.read_to - stream.window, 0) : stream.read_to]
        return _GROWTH * sum(len(self._kept.get(name, b"")) for name in last) <= _MOST_BYTES

    def _keep(self, found: Mapping[str, bytes]) -> None:
        """Keep what was read; beyond the limit, what was read first is forgotten."""
        self._size += sum(len(raw) - len(self._kept.get(path, b"")) for path, raw in found.items())
        self._kept.update(found)
        for path in list(self._kept):
            if self._size <= 2 * _MOST_BYTES:
                return
            self._size -= len(self._kept.pop(path, b""))


def _kind(path: str) -> str:
    """Name the folder and the ending of a file."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/*.{name.rpartition('.')[2]}"
