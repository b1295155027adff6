"""The kind `etcd`: what is staged is seen by nobody, one guarded transaction makes it live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration, Locked, Refused
from gmconfig.target.errors import in_words
from gmconfig.target.formats import form_of
from gmconfig.target.kind import UNMANAGED, Live
from gmconfig.target.kinds.etcd.note import FOLDER, NOTE, Note, keyed, names_digest
from gmconfig.target.kinds.etcd.pieces import files_of, pieces_of
from gmconfig.target.kinds.etcd.prefix import Prefix, State
from gmconfig.target.kinds.etcd.server import MOST_BYTES, MOST_OPERATIONS, Compacted, Server
from gmconfig.target.kinds.layout.store import check_file, check_id, moved_on, overtaken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.target.declared import Target
    from gmconfig.target.kind import Access, Release

_ATTEMPTS = 10


class Etcd:
    """One target of this kind."""

    def __init__(self, target: Target, access: Access) -> None:
        self.target = target
        self.take_over = access.take_over
        self.layout = str(target.settings.get("layout") or "document")
        self.form = form_of(target.format)
        self.prefix = _prefix(target)
        self.server = Server(target, access.root, access.environ)
        self.below = Prefix(self.server, self.prefix, releases=self.layout == "releases")
        if self.layout == "keys" and not self.form.is_flat:
            hint = "format: properties, or dotenv"
            raise BrokenConfiguration(f'target "{target.name}": a key a value needs a flat form', hint=hint)

    # Reading

    def read(self) -> Live:
        """Give what is live, as of one revision."""
        state = self.below.state()
        if state.name is None:
            return Live()
        pieces = {name: value.content for name, value in state.pieces.items()}
        files = files_of(pieces, self.form, self.layout)
        if state.note is None:
            return Live(UNMANAGED, files, None, False, state.digest)
        marker = keyed(state.note.marker, files, untouched=state.untouched)
        return Live(state.name, files, marker, state.untouched, state.digest)

    # Changing

    def check(self, size: int) -> list[str]:
        """Say what applying lacks."""
        lacking = []
        if self.layout == "document" and size > MOST_BYTES:
            lacking.append(f"{size:,} bytes do not go into one transaction of etcd: layout: releases")
        if self.below.state().name == UNMANAGED and not self.take_over:
            lacking.append(in_words(self._not_ours()))
        return lacking

    def stage(self, release: Release) -> None:
        """Write a release's keys where nobody looks; the other layouts only learn whether it will fit."""
        check_id(release.id)
        for name in release.files:
            check_file(name)
        pieces = pieces_of(release.files, self.form, self.layout)
        state = self.below.state()
        if self.layout != "releases":
            self._changes(state, pieces)
        elif state.note is None or state.note.marker.release != release.id:
            place = self.below.place(release.id)
            self.server.remove(place)
            self.server.change({f"{self.prefix}{FOLDER}releases/{release.id}": b""})
            self.server.put_all({place + name: content for name, content in pieces.items()})

    def activate(self, release: Release, *, expected: str | None) -> str:
        """Make a release live in one transaction, if nothing of it changed since it was looked at."""
        check_id(release.id)
        pieces = pieces_of(release.files, self.form, self.layout)
        for _ in range(_ATTEMPTS):
            state = self.below.state()
            same = state.note is not None and state.note.marker.release == release.id
            if same and state.untouched:
                return str(state.name)
            self._check(state, state.name if same else expected, release.marker.fencing)
            taken = state.revision if state.name == UNMANAGED else state.note.taken if state.note else 0
            note = Note(release.marker, names_digest(pieces), taken)
            if self._flip(state, note, pieces):
                return str(self.below.state().name)
        raise self._busy()

    def revert(self, to: str | None, *, expected: str | None, fencing: int) -> None:
        """Put back what was there, by etcd's own memory of that revision."""
        from dataclasses import replace

        for _ in range(_ATTEMPTS):
            state = self.below.state()
            if state.name == to or (state.name is None and to is None):
                return
            if self._is_back(state, to, fencing):
                return
            self._check(state, expected, fencing, reverting=True)
            before = self._before(state, to)
            pieces = {name: value.content for name, value in before.pieces.items()}
            note = None
            if before.note is not None:
                note = replace(before.note, marker=replace(before.note.marker, fencing=fencing))
            if self._flip(state, note, pieces):
                return
        raise self._busy()

    def prune(self) -> list[str]:
        """Remove releases beyond those to keep."""
        if self.layout != "releases":
            return []
        place = f"{self.prefix}{FOLDER}releases/"
        found, _ = self.server.keys(place)
        state = self.below.state()
        live = state.note.marker.release if state.note else None
        newest = sorted(found, key=lambda key: found[key].revision, reverse=True)
        names = [name for key in newest if (name := key.removeprefix(place)) != live]
        old = names[max(self.target.keep - 1, 0) :]
        for name in old:
            self.server.remove(self.below.place(name))
            self.server.change({place + name: None})
        return old

    def close(self) -> None:
        """Let go of connections."""
        self.server.close()

    def _flip(self, state: State, note: Note | None, pieces: Mapping[str, bytes]) -> bool:
        """Change everything that differs, and the note, if all of it is still as it was looked at."""
        if self.layout == "releases":
            seen: dict[str, int] = {}
            changes = self._turned(state, note, pieces)
        else:
            found = self._changes(state, pieces)
            seen = {self.prefix + name: _revision(state, name) for name in found}
            changes = {self.prefix + name: content for name, content in found.items()}
        changes[self.prefix + NOTE] = None if note is None else note.text()
        seen[self.prefix + NOTE] = state.note_revision
        return self.server.change(changes, seen)

    def _turned(
        self, state: State, note: Note | None, pieces: Mapping[str, bytes]
    ) -> dict[str, bytes | None]:
        """Point the head at a staged release and remove what was there before; without a note, do the reverse."""
        changes: dict[str, bytes | None] = {}
        if state.name == UNMANAGED:
            changes.update((self.prefix + name, None) for name in state.pieces)
        if note is None:
            changes.update((self.prefix + name, content) for name, content in pieces.items())
        elif self.below.staged(note.marker.release) != dict(pieces):
            raise Refused(f'release "{note.marker.release}" is not staged', hint="gmconfig deploy apply")
        changes[f"{self.prefix}head"] = None if note is None else note.marker.release.encode()
        return changes

    def _changes(self, state: State, pieces: Mapping[str, bytes]) -> dict[str, bytes | None]:
        """Give what one transaction has to put and delete.

        Raises:
            Refused: it is more than one takes.
        """
        found: dict[str, bytes | None] = {
            name: content
            for name, content in pieces.items()
            if name not in state.pieces or state.pieces[name].content != content
        }
        found.update(dict.fromkeys(name for name in state.pieces if name not in pieces))
        size = sum(len(content or b"") for content in found.values())
        if len(found) > MOST_OPERATIONS or size > MOST_BYTES:
            raise Refused(
                f'target "{self.target.name}": {len(found):,} keys of {size:,} bytes change, '
                f"and one transaction takes {MOST_OPERATIONS} of {MOST_BYTES:,}",
                hint="layout: releases, which flips any number of keys at once",
            )
        return found

    def _check(self, state: State, expected: str | None, fencing: int, *, reverting: bool = False) -> None:
        if state.note is not None and fencing < state.note.marker.fencing:
            raise overtaken(self.target.name, fencing, state.note.marker.fencing)
        if state.name != expected:
            raise moved_on(self.target.name, state.name, expected)
        if state.name == UNMANAGED and not (self.take_over or reverting):
            raise self._not_ours()

    def _is_back(self, state: State, to: str | None, fencing: int) -> bool:
        """Whether a revert before this one has put it back already: the same release under another revision."""
        if to is None or state.note is None or state.note.marker.fencing != fencing or not state.untouched:
            return False
        return state.note.marker.release == to.partition("@")[0]

    def _before(self, state: State, to: str | None) -> State:
        """Give what was there at a name's revision."""
        if to is None:
            return State({}, None, 0, 0)
        revision = to.partition("@")[2]
        if to == UNMANAGED:
            revision = str(state.note.taken if state.note else 0)
        try:
            before = self.below.state(int(revision)) if _counts(revision) else None
        except Compacted:
            before = None
        if before is None or before.name != to:
            raise Refused(f'target "{self.target.name}" no longer keeps release "{to}"')
        return before

    def _busy(self) -> Locked:
        return Locked(f'target "{self.target.name}" keeps changing', hint="run the command again")

    def _not_ours(self) -> Refused:
        return Refused(
            f'target "{self.target.name}": there are keys below "{self.prefix}", and gmconfig did not put them there',
            hint="gmconfig deploy apply --take-over",
        )


def _revision(state: State, name: str) -> int:
    return state.pieces[name].revision if name in state.pieces else 0


def _prefix(target: Target) -> str:
    prefix = str(target.settings.get("prefix") or f"/gmconfig/{target.name}/")
    prefix = prefix if prefix.endswith("/") else f"{prefix}/"
    if not prefix.strip("/") or any(char < " " for char in prefix):
        raise BrokenConfiguration(f'target "{target.name}": "{prefix}" is not a prefix for keys')
    return prefix


def _counts(revision: str) -> bool:
    return (
        revision.isascii() and revision.isdigit() and len(revision) <= len(str(2**63)) and int(revision) > 0
    )
