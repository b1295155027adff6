"""A backup that is being opened: each piece proved by its digest before anything is made of it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from gmconfig.backup import contents, manifest, sealing
from gmconfig.backup.manifest import digest_of
from gmconfig.errors import BrokenConfiguration

if TYPE_CHECKING:
    from gmconfig.backup.contents import Contents
    from gmconfig.backup.destination import Destination
    from gmconfig.backup.manifest import Manifest, Piece
    from gmconfig.secret.keyring.identity import Identity
    from gmconfig.secret.keyring.sources import Sources


class Opening:
    """One backup, with the identity that opens it."""

    def __init__(self, destination: Destination, found: Manifest, sources: Sources) -> None:
        self.destination = destination
        self.manifest = found
        self.sources = sources

    @cached_property
    def _identity(self) -> Identity | None:
        return sealing.opener(self.manifest.sealed_to, self.sources)

    @cached_property
    def contents(self) -> Contents:
        """What is in it.

        Raises:
            AccessDenied: no identity at hand opens it.
            BrokenConfiguration: it is damaged.
        """
        raw = self.piece(manifest.CONTENTS)
        if raw is None:
            raise BrokenConfiguration(f'the backup "{self.manifest.id}" has no list of its contents')
        return contents.of_bytes(raw)

    def piece(self, kind: str) -> bytes | None:
        """Give what a piece holds; None where there is no such piece.

        Raises:
            AccessDenied: no identity at hand opens it.
            BrokenConfiguration: it is not what was written.
        """
        piece = self.manifest.piece(kind)
        return None if piece is None else sealing.opened(self._proved(piece), self._identity)

    def _proved(self, piece: Piece) -> bytes:
        with self.destination.store.opened(f"objects/{piece.name}") as file:
            raw = file.read(piece.size + 1)  # no more than was written, however much lies there now
        if len(raw) != piece.size or digest_of(raw) != piece.digest:
            raise BrokenConfiguration(
                f'the backup "{self.manifest.id}" is damaged: {piece.name} was changed since it was written',
                hint="gmconfig backup verify --read-data",
            )
        return raw
