"""What lies below a prefix of etcd: the live release's keys with their note, as of one revision."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.target.kind import UNMANAGED
from gmconfig.target.kinds.etcd.note import FOLDER, NOTE, Note, names_digest, note_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.target.kinds.etcd.server import Server, Value


class State(NamedTuple):
    """What lies below the prefix at one revision: the release's keys by their names there, and its note."""

    pieces: Mapping[str, Value]
    note: Note | None
    note_revision: int
    revision: int

    @property
    def name(self) -> str | None:
        """What names it: the release and the revision that it came with."""
        if self.note is not None:
            return f"{self.note.marker.release}@{self.note_revision}"
        return UNMANAGED if self.pieces else None

    @property
    def untouched(self) -> bool:
        """Whether no key came, went or changed since the note was written."""
        if self.note is None or names_digest(self.pieces) != self.note.names:
            return False
        return all(value.revision <= self.note_revision for value in self.pieces.values())

    @property
    def digest(self) -> str:
        """A text that changes with everything here; revisions, no content."""
        said = sorted((name, value.revision) for name, value in self.pieces.items())
        return sha256(repr((self.note_revision, said)).encode()).hexdigest()


class Prefix:
    """Looks below a prefix; `releases` says that each release has a place of its own there."""

    def __init__(self, server: Server, name: str, *, releases: bool) -> None:
        self.server = server
        self.name = name
        self._releases = releases

    def state(self, revision: int = 0) -> State:
        """Give what lies there now, or did at a revision."""
        if self._releases:
            return self._released(revision)
        found, revision = self.server.keys(self.name, revision)
        note = found.get(self.name + NOTE)
        pieces = _below(found, self.name)
        return State(pieces, note_in(note.content if note else None), note.revision if note else 0, revision)

    def staged(self, release: str) -> dict[str, bytes]:
        """Give what lies at a release's place."""
        place = self.place(release)
        found, _ = self.server.keys(place)
        return {name: value.content for name, value in _below(found, place).items()}

    def place(self, release: str) -> str:
        """Name the place of a release's keys."""
        return f"{self.name}releases/{release}/"

    def _released(self, revision: int) -> State:
        """Read the head first, and then what lies below its release at that very revision."""
        notes, revision = self.server.keys(self.name + FOLDER, revision)
        value = notes.get(self.name + NOTE)
        note = note_in(value.content if value else None)
        if note is None or value is None:
            others, _ = self.server.keys(self.name, revision)
            below = _below(others, self.name).items()
            return State({name: one for name, one in below if not _is_staged(name)}, None, 0, revision)
        place = self.place(note.marker.release)
        found, _ = self.server.keys(place, revision)
        return State(_below(found, place), note, value.revision, revision)


def _below(found: Mapping[str, Value], place: str) -> dict[str, Value]:
    below = ((name.removeprefix(place), value) for name, value in found.items())
    return {name: value for name, value in below if not name.startswith(FOLDER)}


def _is_staged(name: str) -> bool:
    return name.startswith("releases/") or name == "head"
