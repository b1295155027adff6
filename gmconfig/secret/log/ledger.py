"""The signed log of one snapshot: every event whose signature holds, and the files that are no such event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gmconfig.errors import BrokenConfiguration
from gmconfig.secret.log.event import FOLDER, Event, read
from gmconfig.storage.snapshot import files_below

if TYPE_CHECKING:
    from gmconfig.storage.cache import Cache
    from gmconfig.storage.snapshot import Snapshot


class Memory:
    """Where proved events are remembered between processes; it may vanish at any time."""

    def __init__(self, cache: Cache, name: str) -> None:
        self._cache = cache
        self._name = name

    def load(self) -> object:
        """Give what was saved last, or None."""
        return self._cache.load(self._name)

    def save(self, value: object) -> None:
        """Keep a value made of plain Python types."""
        self._cache.store(self._name, value)


class Ledger:
    """All events of a snapshot, each proved once: a cache remembers by name and content key."""

    def __init__(self, events: Mapping[str, Event], damaged: tuple[BrokenConfiguration, ...]) -> None:
        self.events = events
        self.damaged = damaged

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events.values())

    @classmethod
    def read(cls, snapshot: Snapshot, memory: Memory | None = None) -> Ledger:
        """Read and prove the log of a snapshot."""
        keys = {name: key for name, key in files_below(snapshot, FOLDER).items() if _is_event(name)}
        known = _known(memory, keys)
        events = {name: Event(entry[1], name, entry[2]) for name, entry in known.items()}
        damaged = []
        for name, raw in snapshot.read_many([name for name in keys if name not in known]).items():
            try:
                events[name] = read(raw, name)
            except BrokenConfiguration as error:
                damaged.append(error)
        if memory and set(events) != set(known):
            memory.save({name: (keys[name], event.id, event.tree) for name, event in events.items()})
        ordered = sorted(events.values(), key=lambda event: event.file)
        return cls({event.id: event for event in ordered}, tuple(damaged))


def _is_event(name: str) -> bool:
    return name.startswith(FOLDER) and name.endswith(".json")


def _known(memory: Memory | None, keys: Mapping[str, str]) -> dict[str, tuple[str, str, Any]]:
    """Give what the cache has proved before and is still the same."""
    saved = memory.load() if memory else None
    if not isinstance(saved, dict):
        return {}
    return {name: saved[name] for name, key in keys.items() if name in saved and saved[name][0] == key}
