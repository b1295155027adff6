"""Whether a backup is what its manifest says: by its structure, or by every byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.backup.making import is_whole
from gmconfig.log import debug

if TYPE_CHECKING:
    from gmconfig.backup.destination import Destination, Listed
    from gmconfig.backup.manifest import Manifest, Piece


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at a backup found; no problems: it is whole, and `signed_by` whom it says, if anybody."""

    id: str
    manifest: Manifest | None
    problems: tuple[str, ...]
    signed_by: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.problems


class Checks:
    """Looks at backups of one destination; what several of them share is read once."""

    def __init__(self, destination: Destination, *, read_data: bool) -> None:
        self.destination = destination
        self.read_data = read_data
        self._seen: dict[tuple[str, str], str | None] = {}

    def check(self, one: Listed) -> Checked:
        """Look at one; what reading every byte found is remembered at the destination."""
        if one.manifest is None:
            return Checked(one.id, None, (one.problem or "its manifest is damaged",))
        checked = Checked(one.id, one.manifest, tuple(self._problems(one.manifest)))
        debug("backup", "%s: %s", one.id, "; ".join(checked.problems) or "whole")
        if self.read_data:
            self.destination.note_verified(one.id, checked.problems)
        return checked

    def _problems(self, manifest: Manifest) -> Iterator[str]:
        for piece in manifest.pieces:
            if (piece.name, piece.digest) not in self._seen:
                self._seen[piece.name, piece.digest] = self._problem(piece)
            if problem := self._seen[piece.name, piece.digest]:
                yield problem

    def _problem(self, piece: Piece) -> str | None:
        size = self.destination.store.size(f"objects/{piece.name}")
        if size is None:
            return f"{piece.name} is missing"
        if size != piece.size:
            return f"{piece.name} has {size:,} bytes instead of {piece.size:,}"
        if self.read_data and not is_whole(self.destination, piece):
            return f"{piece.name} was changed since it was written"
        return None
