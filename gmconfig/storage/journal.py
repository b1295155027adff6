"""What happened, as events on refs: uniquely named files, so that two clones' journals merge by union."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.log import debug
from gmconfig.storage import tombstone
from gmconfig.storage.bounds import read_json
from gmconfig.storage.cause import rules
from gmconfig.storage.git import refs
from gmconfig.storage.git.index import IndexFile
from gmconfig.storage.git.objects import read_blobs, tree_entries
from gmconfig.storage.hearing import tell

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

_STAMP = "%Y%m%dT%H%M%S.%fZ"


Event = dict[str, object]

_MOST = 200_000
_EVENTS: dict[str, Event] = {}
"""What this process has read, by blob, the empty event for what is none; a blob is what its id says."""

_NOTHING: Event = {}

_MONTHS: dict[tuple[str, str], tuple[str, list[tuple[str, str]]]] = {}
"""The files of months, by clone and ref, each at the commit that was read last: who watches reads many."""


class Journal:
    """The events below `<prefix>/journal/<yyyy-mm>`."""

    def __init__(self, repository: Repository, prefix: str = "refs/gmconfig") -> None:
        self.repository = repository
        self.below = f"{prefix}/journal"

    def append(self, event: Mapping[str, object], *, now: datetime | None = None) -> str:
        """Add an event under its time and give the file's name; concurrent ones all stay."""
        [name] = self.append_all([event], now=now)
        return name

    def append_all(self, events: Sequence[Mapping[str, object]], *, now: datetime | None = None) -> list[str]:
        """Add events that happened at once as one commit, however many there are; give their files' names."""
        if not events:
            return []
        moment = (now or datetime.now(UTC)).astimezone(UTC)
        files = {_path(moment, number): _content(moment, event) for number, event in enumerate(events)}
        kinds = dict.fromkeys(str(event.get("kind", "event")) for event in events)
        message = f"journal: {', '.join(kinds)}"
        debug("storage", "%s: %d events are noted", message, len(events))
        refs.append(self.repository, f"{self.below}/{moment:%Y-%m}", files, message)
        for path, event in zip(files, events, strict=True):
            tell(self.repository.common_dir, path.rpartition("/")[2], _written(moment, event))
        return list(files)

    def read(self, since: datetime | None = None) -> list[dict[str, object]]:
        """Give the events from a moment on, oldest first; what is not an event of ours is passed over."""
        return [event for _, event in self.entries(since)]

    def entries(self, since: datetime | None = None) -> list[tuple[str, Event]]:
        """Give the same, each with the name of its file, the same in every clone; they are not to be changed."""
        start = since.astimezone(UTC).strftime(_STAMP) if since else ""
        found = sorted(name_and_blob for name_and_blob in self._entries(start))
        events = self.events_in([blob for _, blob in found])
        return [(name, events[blob]) for name, blob in found if events[blob]]

    def events_in(self, blobs: Collection[str], telling: Sequence[bytes] = ()) -> dict[str, Event]:
        """Give the events that blobs hold, by blob; what is none is an empty one.

        Args:
            blobs: their ids.
            telling: words; what has none of them is passed over unread, as an empty one.
        """
        known = {blob: event for blob in blobs if (event := _EVENTS.get(blob)) is not None}
        contents = read_blobs(self.repository, (blob for blob in blobs if blob not in known))
        if telling:
            new = {
                blob: _event(raw) for blob, raw in contents.items() if any(word in raw for word in telling)
            }
        else:
            new = {blob: _event(raw) for blob, raw in contents.items()}
        _remember(new)
        return {**dict.fromkeys(contents, _NOTHING), **known, **new}

    def merge(self, name: str, other: str) -> str:
        """Join another clone's journal (the commit `other`) into the ref `name`; give the new tip."""
        while True:
            tip = refs.read(self.repository, name)
            commit = self._union(tip, other)
            if commit == tip or refs.swap(self.repository, name, commit, tip, "journal: merge"):
                return commit

    def _union(self, tip: str | None, other: str) -> str:
        if tip is None or self.repository.continues(other, tip):
            return other
        if self.repository.continues(tip, other):
            return tip
        dropped = [one for one in (tip, other) if tombstone.stands_for(self.repository, one)]
        if len(dropped) == 1:
            return dropped[0]
        own = self.repository.own_folder()
        index = IndexFile(self.repository, os.path.join(own, f"journal-{os.urandom(6).hex()}"))
        try:
            index.fill(tip)
            index.put(tree_entries(self.repository, other))
            return refs.chained(self.repository, (tip, other), index.write_tree(), "journal: merge")
        finally:
            index.remove()

    def _entries(self, start: str) -> Iterator[tuple[str, str]]:
        """Yield (file name, blob) of the events that are young enough; whole months are passed over."""
        month = f"{start[:4]}-{start[4:6]}" if start else ""
        for ref, tip in refs.listed(self.repository, self.below).items():
            if ref.rpartition("/")[2] < month:
                continue
            yield from ((name, blob) for name, blob in self._month(ref, tip) if name >= start)

    def names(self, tip: str) -> set[str]:
        """Give the names of a month's events."""
        return {name for name, _ in self._files(tip)}

    def _month(self, ref: str, tip: str) -> list[tuple[str, str]]:
        of = self.repository.common_dir, ref
        known = _MONTHS.get(of)
        if known is None or known[0] != tip:
            known = _MONTHS[of] = tip, self._files(tip)
        return known[1]

    def _files(self, tip: str) -> list[tuple[str, str]]:
        entries = tree_entries(self.repository, tip).items()
        return [(path.rpartition("/")[2], one.blob) for path, one in entries if path != tombstone.FILE]


def _path(moment: datetime, number: int) -> str:
    """Give a path that no other event has, in the order in which events of one moment were given."""
    return f"{moment:%d/%H}/{moment.strftime(_STAMP)}-{number:04x}{os.urandom(6).hex()}.json"


def _written(moment: datetime, event: Mapping[str, object]) -> dict[str, object]:
    named = {"rules": list(causes)} if (causes := rules()) else {}
    return {"time": moment.isoformat().replace("+00:00", "Z"), **named, **event}


def _content(moment: datetime, event: Mapping[str, object]) -> bytes:
    text = (
        json.dumps(_written(moment, event), sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"
    )
    return text.encode("utf-8", "replace")


def _event(content: bytes) -> Event:
    """Read an event; what is none of ours is an empty one."""
    try:
        event = read_json(content)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def _remember(new: Mapping[str, Event]) -> None:
    if len(_EVENTS) + len(new) > _MOST:
        _EVENTS.clear()
    _EVENTS.update(new)
