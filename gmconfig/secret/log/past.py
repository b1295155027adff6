"""What git knows of the log beyond one snapshot: events that were removed, newer policies on other branches.

An event that was ever signed stays, or its keys are retired: nothing else may take it out of the log.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import BrokenConfiguration
from gmconfig.secret.access.generation import FOLDER as KEYS
from gmconfig.secret.log.event import FOLDER, Event, read
from gmconfig.secret.log.ledger import Ledger
from gmconfig.secret.log.remembered import heads_file, read_heads
from gmconfig.secret.log.trust import Trust, signed_versions
from gmconfig.storage.git.objects import read_blobs, tree_entries

if TYPE_CHECKING:
    from gmconfig.secret.log.standing import Standing
    from gmconfig.storage.git.repository import Repository

_MOST_REMEMBERED = 64
_RAW = ("log", "--format=", "--raw", "-z", "--no-abbrev", "--no-renames", "-m", "--full-history")


class Removed(NamedTuple):
    """A rightful event that is no more in the log; `source` says what remembers it, `raw` is its file."""

    event: Event
    raw: bytes
    source: str


class Past:
    """The history of one repository's log, as far as this clone has it."""

    def __init__(self, repository: Repository, prefix: str) -> None:
        self.repository = repository
        self.prefix = prefix.strip("/")

    def newer(self, ledger: Ledger) -> list[Event]:
        """Give access events of any branch, tag, remote or remembered head that the given log lacks."""
        # What HEAD reaches lies in the log, or was removed from it: `removed` speaks of that.
        tips = ("--ignore-missing", "--all", *self.remembered().values(), "--not", "HEAD")
        asked = (*_RAW, "--diff-filter=A", *tips, "--", self._below(FOLDER))
        known = {event.file for event in ledger}
        events = self._events({f: b for f, (_, b) in self._raw(asked).items() if f not in known})
        return [event for event, _ in events if event.access is not None]

    def removed(
        self, ledger: Ledger, trust: Trust, standing: Standing, revision: str, base: str | None
    ) -> list[Removed]:
        """Give the rightful events that history, a base or a remembered head has, and the log lacks.

        Args:
            ledger: the log as it is.
            trust: the policy in force.
            standing: where tokens stand by the log.
            revision: the commit whose history counts.
            base: a commit that the log must not fall behind, if one was named.
        """
        known = {event.file for event in ledger}
        found: dict[str, Removed] = {}
        for source, files in self._older(revision, base):
            lacking = {f: blob for f, blob in files.items() if f not in known and f not in found}
            found |= {event.file: Removed(event, raw, source) for event, raw in self._events(lacking)}
        counted = _widened(ledger, trust, [one.event for one in found.values()])
        return [one for one in found.values() if _counts(one.event, counted, standing)]

    def held_by(self, member: str) -> set[tuple[str, str]]:
        """Give the keys that were wrapped for a name in any commit of the clone."""
        asked = (*_RAW, "--diff-filter=AM", "--all", "--", self._below(KEYS))
        found = set()
        for file in self._raw(asked):
            scope, generation, name = file.removeprefix(KEYS).split("/", 2)
            if name == f"{member}.age":
                found.add((scope, generation))
        return found

    def is_partly_known(self) -> bool:
        """Whether the clone lacks older history, so that a removal in it would go unseen."""
        return self.repository.is_shallow()

    # What this clone has seen

    def remember(self, commit: str | None, parent: str | None = None) -> None:
        """Keep in mind how far the log of the current branch has come: it must not fall back unseen.

        `parent` is what the commit is known to follow.
        """
        if commit is None:
            return
        heads = self.remembered()
        known = heads.get(self._branch)
        # A log that fell behind what was seen is not taken for the new measure.
        if (
            known in (None, parent)
            or self.repository.continues(commit, known)
            or not self.repository.has(known)
        ):
            heads.pop(self._branch, None)
            self._write({**heads, self._branch: commit})

    def settled(self, commit: str) -> None:
        """Take a commit for the new measure: somebody has signed for what was removed before it."""
        self._write({**self.remembered(), self._branch: commit})

    def remembered(self) -> dict[str, str]:
        """Give the commits that this clone keeps in mind, by branch."""
        return read_heads(self._file)

    @property
    def _branch(self) -> str:
        return self.repository.branch() or "HEAD"

    def _write(self, heads: dict[str, str]) -> None:
        from gmconfig.storage.files import make_folders, write_private

        make_folders(os.path.dirname(self._file))
        kept = dict(list(heads.items())[-_MOST_REMEMBERED:])
        write_private(self._file, json.dumps(kept).encode())

    @property
    def _file(self) -> str:
        return heads_file(self.repository.common_dir, self.prefix)

    # Git

    def _older(self, revision: str, base: str | None) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Yield the files of the log that there were, by what tells."""
        asked = (*_RAW, "--diff-filter=DM", revision, "--", self._below(FOLDER))
        yield "this branch", self._log_at(revision)
        yield "this branch's history", {file: old for file, (old, _) in self._raw(asked).items()}
        if base is not None:
            yield f"the base {base[:7]}", self._log_at(base)
        seen = self.remembered().get(self._branch)
        if seen is None or revision != self.repository.head() or not self.repository.has(seen):
            return
        if not self.repository.continues(revision, seen):
            yield f"what this clone has seen ({seen[:7]})", self._log_at(seen)

    def _log_at(self, commit: str) -> dict[str, str]:
        entries = tree_entries(self.repository, commit, (self._below(FOLDER) + "/",))
        return {self._name(path): entry.blob for path, entry in entries.items()}

    def _raw(self, asked: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Run a raw log; gives each file's blobs before and after, the oldest word on it."""
        parts = self.repository.run(*asked, check=False).split(b"\0")
        found: dict[str, tuple[str, str]] = {}
        for head, path in zip(parts, parts[1:], strict=False):
            if head.lstrip(b"\n").startswith(b":"):
                _, _, old, new, _ = head.decode().split(" ")
                found[self._name(os.fsdecode(path))] = (old, new)
        return found

    def _events(self, files: Mapping[str, str]) -> list[tuple[Event, bytes]]:
        wanted = {file: blob for file, blob in files.items() if file.endswith(".json")}
        contents = read_blobs(self.repository, wanted.values())
        found = []
        for file, blob in wanted.items():
            try:
                found.append((read(contents[blob], file), contents[blob]))
            except BrokenConfiguration:
                continue  # what was never an event is not missed
        return found

    def _below(self, folder: str) -> str:
        return (f"{self.prefix}/" if self.prefix else "") + folder.rstrip("/")

    def _name(self, path: str) -> str:
        return path.removeprefix(f"{self.prefix}/") if self.prefix else path


def _widened(ledger: Ledger, trust: Trust, removed: list[Event]) -> Trust:
    """Give the trust with the versions of the policy that were removed."""
    root = ledger.events.get(trust.root)
    if root is None:
        return trust
    signed = signed_versions([*ledger, *removed], root)
    return Trust(trust.root, trust.heads, trust.policies, trust.forged, trust.unsettled, signed)


def _counts(event: Event, trust: Trust, standing: Standing) -> bool:
    """Whether an event is missed: signed by somebody who was a member, about keys that are still in use."""
    if not trust.was_member(event):
        return False
    if event.access is not None:
        return event.id in trust.signed
    if (event.tree.get("details") or {}).get("exposed"):
        return True  # what former readers know does not become unknown with their keys
    parts = [*event.tree.get("changes", ()), *event.tree.get("generations", ())]
    keys = {(part["scope"], part["generation"]) for part in parts}
    return not keys <= standing.retired or not keys
