"""One backup on its way: pieces that are sealed, written, read back, or shared with an earlier backup."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import IO, TYPE_CHECKING

from gmconfig.backup import manifest, sealing
from gmconfig.backup.manifest import Manifest, Piece
from gmconfig.backup.proof import Maker, judged
from gmconfig.backup.stream import Hashing, measured
from gmconfig.errors import GmconfigError, NotFound
from gmconfig.log import debug

if TYPE_CHECKING:
    from gmconfig.backup.contents import Contents
    from gmconfig.backup.destination import Destination
    from gmconfig.backup.stream import Source
    from gmconfig.secret.access.policy import Member
    from gmconfig.secret.log.trust import Trust


@dataclass(slots=True)
class Making:
    """One backup on its way: its pieces, written and read back, and then its manifest."""

    destination: Destination
    members: Sequence[Member]
    maker: Maker | None = None
    trust: Trust | None = None
    pieces: list[Piece] = field(default_factory=list)
    _before: list[Manifest] | None = None
    _written: list[str] = field(default_factory=list)

    @contextmanager
    def or_nothing(self) -> Iterator[None]:
        """Remove what was written if there is to be no backup: a full disk must not stay full of it."""
        try:
            yield
        except BaseException:
            with suppress(GmconfigError):
                for name in self._written:
                    self.destination.store.remove(f"objects/{name}")
            raise

    def put(self, kind: str, key: str, content: Callable[[], IO[bytes]]) -> None:
        """Add a piece, unless one of the same content is there already; no key: it is always written."""
        if not key or not self.again(kind, key):
            self.take(kind, key, self.write(kind, content()))

    def finish(self, contents: Contents) -> None:
        """Add the list of contents."""
        raw = contents.as_bytes()
        self.put(manifest.CONTENTS, "", lambda: io.BytesIO(raw))

    def publish(self, made: Manifest) -> Manifest:
        """Write the manifest, now that everything else is there, and read it back."""
        raw = manifest.as_bytes(made, self.maker.identity if self.maker else None)
        store, path = self.destination.store, f"backups/{made.id}.json"
        try:
            with store.writing(path) as file:
                file.write(raw)
            if store.read(path) != raw:
                raise _changed(store.place)
        except BaseException:  # its pieces are about to go
            with suppress(GmconfigError):
                store.remove(path)
            raise
        debug("backup", "%s: complete at %s", made.id, store.place)
        return made

    def take(self, kind: str, key: str, piece: Piece, *, holds: str = "") -> None:
        """Add a piece that was written, once it was read back."""
        self._read_back(piece)
        debug("backup", "%s: %d bytes written and read back", piece.name, piece.size)
        self.pieces.append(replace(piece, kind=kind, key=self._key(key) if key else "", holds=holds))

    def again(self, kind: str, key: str) -> bool:
        """Take a piece of an earlier backup, if it is there and still what it was."""
        piece = self.destination.piece_with(kind, self._key(key), self.before)
        return piece is not None and self.share(piece)

    def share(self, piece: Piece) -> bool:
        """Take a piece of an earlier backup; False where it is not what it was any more."""
        if not is_whole(self.destination, piece):
            return False
        debug("backup", "%s: unchanged since an earlier backup", piece.name)
        self.pieces.append(piece)
        return True

    @property
    def before(self) -> list[Manifest]:
        """The backups whose pieces can be shared: made by somebody known, and sealed to the same members."""
        if self._before is None:
            sealed_to = sealing.described(self.members)
            found = (made for made in self.destination.good() if self._is_proved(made))
            self._before = [made for made in found if made.sealed_to == sealed_to]
        return self._before

    def _is_proved(self, made: Manifest) -> bool:
        """Whether a piece's key can be relied upon: what is signed now must not vouch for a stranger's piece."""
        return self.maker is None or judged(made, self.trust, None).doubt is None

    def _key(self, content: str) -> str:
        """Join what a content is with whom it is sealed to: for others it has to be sealed again."""
        recipients = "\n".join(sorted(str(member.recipient) for member in self.members))
        return sha256(f"{content}\n{recipients}".encode()).hexdigest()

    def write(self, kind: str, source: Source) -> Piece:
        """Write a piece, sealed to the members."""
        name = f"{kind}-{os.urandom(10).hex()}{'.age' if self.members else ''}"
        with self.destination.store.writing(f"objects/{name}") as file:
            sink = Hashing(file)
            sealing.seal(source, sink, self.members)
        self._written.append(name)
        return Piece(kind, name, "", sink.size, sink.digest)

    def forget(self, piece: Piece | None) -> None:
        """Remove a piece that is not wanted after all."""
        if piece is not None:
            self.destination.store.remove(f"objects/{piece.name}")

    def _read_back(self, piece: Piece) -> None:
        if not is_whole(self.destination, piece):
            self.destination.store.remove(f"objects/{piece.name}")
            raise _changed(self.destination.store.place)


def is_whole(destination: Destination, piece: Piece) -> bool:
    """Whether a stored piece is, byte for byte, what was written."""
    try:
        with destination.store.opened(f"objects/{piece.name}") as file:
            return measured(file) == (piece.size, piece.digest)
    except NotFound:
        return False


def _changed(place: str) -> GmconfigError:
    return GmconfigError(
        f"{place} gave back something else than what was written there", hint="check the disk"
    )
