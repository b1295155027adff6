"""One place with backups: which there are, what is known of them, and who is at work there.

backups/<id>.json    manifests, each written last
objects/<name>       pieces, shared by the backups whose manifests name them
pins/<id>.json       kept for ever
verified/<id>.json   when every byte of it was read last, and whether it was whole
locks/<random>.json  who is adding, who is removing
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from shlex import quote
from typing import TYPE_CHECKING, Any

from gmconfig.backup import manifest as manifests
from gmconfig.backup import presence
from gmconfig.errors import BrokenConfiguration, GmconfigError, NotFound, UsageError
from gmconfig.log import logger
from gmconfig.path.nearest import nearest

if TYPE_CHECKING:
    from gmconfig.backup.manifest import Manifest, Piece
    from gmconfig.backup.origin import Origin
    from gmconfig.backup.store import Store

LATEST = "latest"
_LARGEST = 16 << 20
"""No manifest is larger."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A backup of a destination, with what is known of it.

    Attributes:
        id: its id.
        manifest: what it says of itself; None where that is damaged.
        problem: why it is not a good backup, as far as that is known.
        pinned: who wants it kept for ever, and why; None if nobody does.
        verified: when every byte of it was read last and found whole, ISO 8601.
    """

    id: str
    manifest: Manifest | None
    problem: str | None = None
    pinned: str | None = None
    verified: str | None = None


class Destination:
    """The backups in one store; those of one project alone where its origin is given."""

    def __init__(self, store: Store, origin: Origin | None = None) -> None:
        self.store = store
        self.origin = origin

    def is_own(self, made: Manifest) -> bool:
        """Whether a backup is of the project that is asked about."""
        return self.origin is None or self.origin.has(made)

    def all(self) -> list[Listed]:
        """Give every backup of the project, the newest first; damaged ones, which may be anybody's, too."""
        return [one for one in self.every() if one.manifest is None or self.is_own(one.manifest)]

    def every(self) -> list[Listed]:
        """Give every backup that lies there, of other projects too, the newest first."""
        names = [name.removesuffix(".json") for name in self.store.names("backups") if name.endswith(".json")]
        pins, verified = (set(self.store.names(folder)) for folder in ("pins", "verified"))
        found = [self._listed(name, f"{name}.json" in pins, f"{name}.json" in verified) for name in names]
        return sorted(found, key=_age, reverse=True)

    def good(self) -> list[Manifest]:
        """Give the project's manifests that can be read, the newest first."""
        return [one.manifest for one in self.all() if one.manifest is not None]

    def find(self, word: str) -> Manifest:
        """Give a backup by its id, the beginning of its id, its name (the newest of it), or `latest`.

        By its whole id another project's answers too.

        Raises:
            NotFound: none answers to it.
            BrokenConfiguration: its manifest is damaged.
            UsageError: several do, or backups of several projects.
        """
        every = self.every()
        own = [one for one in every if one.manifest is None or self.is_own(one.manifest)]
        exact = [one for one in every if one.id == word]
        named = [one for one in own if one.manifest and one.manifest.name == word]
        begun = [one for one in own if word and one.id.startswith(word)]
        chosen = exact or self._newest(named) or begun or (self._newest(own) if word == LATEST else [])
        if len(chosen) > 1:
            raise UsageError(f'several backups begin with "{word}"', hint=self._listing)
        if not every:
            hint = (
                f"gmconfig backup create --to {quote(self.store.place)} makes one, --from DIR looks elsewhere"
            )
            raise NotFound(f"there are no backups in {self.store.place}", hint=hint)
        if not chosen:
            names = [LATEST, *(one.manifest.name for one in own if one.manifest and one.manifest.name)]
            near = nearest(word, names)
            hint = f'did you mean "{near}"?' if near and own else self._listing
            raise NotFound(f'no backup "{word}" in {self.store.place}', hint=hint)
        if chosen[0].manifest is None:
            raise BrokenConfiguration(f"{chosen[0].id}: {chosen[0].problem}", hint=self._listing)
        return chosen[0].manifest

    @property
    def _listing(self) -> str:
        return f"gmconfig backup list --from {quote(self.store.place)}"

    def _newest(self, found: Sequence[Listed]) -> list[Listed]:
        made = [one.manifest for one in found if one.manifest]
        whose = {one.whose for one in made} if self.origin is None else {one.origin for one in made} - {""}
        if len(whose) > 1:
            names = ", ".join(sorted({one.repository for one in made}))
            raise UsageError(
                f"there are backups of {len(whose)} repositories ({names}): name one by its id",
                hint=self._listing,
            )
        return list(found[:1])

    def piece_with(self, kind: str, key: str, among: list[Manifest]) -> Piece | None:
        """Give a stored piece of the same content."""
        pieces = (manifest.piece(kind) for manifest in among)
        return next((piece for piece in pieces if piece and piece.key == key), None)

    # What is known of one

    def pin(self, name: str, by: str, reason: str) -> None:
        """Keep a backup for ever."""
        self._note("pins", name, {"by": by, "reason": reason, "time": now()})

    def unpin(self, name: str) -> None:
        """Let the rules decide about a backup again.

        Raises:
            NotFound: it is not pinned.
        """
        if self.store.size(f"pins/{name}.json") is None:
            raise NotFound(f'the backup "{name}" is not pinned', hint=self._listing)
        self.store.remove(f"pins/{name}.json")

    def note_verified(self, name: str, problems: tuple[str, ...]) -> None:
        """Remember what reading every byte of a backup found; a place that takes no note is read all the same."""
        try:
            self._note("verified", name, {"time": now(), "problems": list(problems)})
        except GmconfigError as error:
            logger("backup").warning("that %s was verified is not remembered: %s", name, error.message)

    def remove(self, name: str) -> None:
        """Remove a backup: its manifest first, so that it never looks like a whole one."""
        for folder in ("backups", "verified", "pins"):
            self.store.remove(f"{folder}/{name}.json")

    def _note(self, folder: str, name: str, content: Mapping[str, object]) -> None:
        with self.store.writing(f"{folder}/{name}.json") as file:
            file.write(json.dumps(content, ensure_ascii=False).encode())

    def _listed(self, name: str, has_pin: bool, has_proof: bool) -> Listed:
        pin = self._read(f"pins/{name}.json") if has_pin else {}
        proof = self._read(f"verified/{name}.json") if has_proof else {}
        problems = proof.get("problems") or []
        pinned = (pin.get("reason") or pin.get("by") or "pinned") if has_pin else None
        verified = str(proof["time"]) if proof.get("time") and not problems else None
        problem = str(problems[0]) if problems else None
        try:
            found = manifests.of_bytes(self._beginning(f"backups/{name}.json"), name)
        except (BrokenConfiguration, NotFound) as error:
            return Listed(name, None, error.message, pinned)
        return Listed(name, found, problem, pinned, verified)

    def _read(self, path: str) -> Mapping[str, Any]:
        try:
            found = json.loads(self._beginning(path))
        except (ValueError, RecursionError, NotFound):
            return {}
        return found if isinstance(found, dict) else {}

    def _beginning(self, path: str) -> bytes:
        """Give a small file; of one that was made large to fill the memory, not all."""
        with self.store.opened(path) as file:
            return file.read(_LARGEST)

    # Who is at work

    def at_work(self, *, alone: bool = False) -> AbstractContextManager[None]:
        """Say that somebody adds or, `alone`, removes."""
        return presence.at_work(self.store, alone=alone)

    def in_use(self) -> AbstractContextManager[None]:
        """Say that somebody reads, so that nothing is removed under them."""
        return presence.in_use(self.store)


def now() -> str:
    """Give this moment."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def new_id(moment: datetime) -> str:
    """Make a backup's id."""
    return f"{moment:%Y%m%d-%H%M%S}-{os.urandom(3).hex()}"


def _age(one: Listed) -> tuple[str, str]:
    return (one.manifest.time if one.manifest else "", one.id)


def open_destination(place: str, origin: Origin | None = None) -> Destination:
    """Open the backups of a place; those of one project alone where its origin is given."""
    from gmconfig.backup.store import open_store

    return Destination(open_store(place), origin)
