"""The journal's events of some kinds, remembered from run to run: only what came since is read."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble
from gmconfig.storage.cache import Cache
from gmconfig.storage.git import refs
from gmconfig.storage.git.objects import changed_entries
from gmconfig.storage.journal import Event, Journal

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

Known = dict[str, Event]
"""A month's events of these kinds, by their paths."""


class Recalled:
    """The events of some kinds in a journal; the others are looked through once, and never again."""

    def __init__(self, journal: Journal, kinds: Collection[str]) -> None:
        self.journal = journal
        self.repository: Repository = journal.repository
        self.kinds = frozenset(kinds)
        self._cache = Cache(os.path.join(self.repository.common_dir, "gmconfig"))

    def read(self) -> list[Event]:
        """Give the events, oldest first; they are not to be changed."""
        months = refs.listed(self.repository, self.journal.below)
        found = {path: event for ref, tip in months.items() for path, event in self._month(ref, tip).items()}
        return [found[path] for path in sorted(found, key=lambda path: path.rpartition("/")[2])]

    def _month(self, ref: str, tip: str) -> Known:
        name = f"journal-{'+'.join(sorted(self.kinds))}-{ref}"
        before, known = _remembered(self._cache.load(name))
        if before == tip:
            return known
        found = self._since(before, known, tip)
        self._cache.store(name, (tip, found))
        return found

    def _since(self, before: str | None, known: Known, tip: str) -> Known:
        try:
            changed = changed_entries(self.repository, before, tip)
        except GitTrouble:  # the commit that we knew is gone: the month was dropped, or what is unreachable
            if before is None:
                raise
            return self._since(None, {}, tip)
        blobs = {path: after.blob for path, (_, after) in changed.items() if after is not None}
        kept = {path: event for path, event in known.items() if path not in changed}
        return {**kept, **dict(self._ours(blobs))}

    def _ours(self, blobs: Mapping[str, str]) -> Iterator[tuple[str, Event]]:
        events = self.journal.events_in(blobs.values(), telling=[kind.encode() for kind in self.kinds])
        for path, blob in blobs.items():
            if events[blob].get("kind") in self.kinds:
                yield path, events[blob]


def _remembered(stored: object) -> tuple[str | None, Known]:
    match stored:
        case (str(tip), dict(known)):
            return tip, known
    return None, {}
