"""Making a backup: pieces first, each read back and hashed, then the list of contents, the manifest last."""

from __future__ import annotations

import io
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import IO, TYPE_CHECKING

from gmconfig import __version__
from gmconfig.backup import bundle, manifest, sealing
from gmconfig.backup.contents import Contents
from gmconfig.backup.destination import new_id
from gmconfig.backup.live import Lives
from gmconfig.backup.manifest import Manifest, Piece
from gmconfig.backup.origin import origin_of
from gmconfig.backup.proof import Maker, judged, maker
from gmconfig.backup.stream import Hashing, measured
from gmconfig.backup.uncommitted import Uncommitted, uncommitted
from gmconfig.errors import GmconfigError, NotFound
from gmconfig.log import debug

if TYPE_CHECKING:
    from gmconfig.backup.destination import Destination
    from gmconfig.project import Project
    from gmconfig.secret.policy import Member
    from gmconfig.secret.sources import Sources
    from gmconfig.secret.trust import Trust
    from gmconfig.target.kind import Access

_SHALLOW = "the history before what this shallow clone has: git fetch --unshallow"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a backup is to be.

    Attributes:
        name, description, tags: what its maker says of it.
        retention_days: how long it stays whatever the rules say.
        documents: what a restore brings back unless told otherwise.
        uncommitted: whether work that is not committed is part of it.
        user: who asks for it.
    """

    name: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    retention_days: int | None = None
    documents: tuple[str, ...] = ()
    uncommitted: bool = False
    user: str = ""


def create(
    project: Project, destination: Destination, asked: Asked, sources: Sources, access: Access
) -> Manifest:
    """Make a backup.

    Raises:
        Refused: there is nothing to back up, or the access policy cannot be trusted.
        Locked: somebody is removing backups there.
        GmconfigError: the destination does not take it, or gives back something else.
    """
    vault = sealing.vault(project, sources)
    members = sealing.admins(vault)
    lives = Lives(project, access, vault, sources)
    with destination.at_work():
        making = _Making(project, destination, members, maker(vault), vault.trust if vault else None)
        contents = making.repository()
        if lives.count:
            making.put(manifest.LIVE, lives.key(), lambda: io.BytesIO(lives.as_bytes()))
        work = uncommitted(project.repository) if asked.uncommitted else None
        making.finish(_with(contents, work, making))
        return making.publish(_manifest(project, asked, contents, lives, making))


def _with(contents: Contents, work: Uncommitted | None, making: _Making) -> Contents:
    from dataclasses import replace

    if work is None:
        return contents
    digest = sha256(work.archive).hexdigest()
    making.put(manifest.UNCOMMITTED, digest if not making.members else "", lambda: io.BytesIO(work.archive))
    return replace(contents, removed=work.removed)


def _manifest(project: Project, asked: Asked, contents: Contents, lives: Lives, making: _Making) -> Manifest:
    moment = datetime.now(UTC)
    origin = origin_of(project)
    return Manifest(
        id=new_id(moment),
        name=asked.name,
        time=moment.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        repository=origin.name,
        commit=contents.commit,
        description=asked.description,
        tags=asked.tags,
        documents=asked.documents,
        user=asked.user,
        host=socket.gethostname(),
        tool=__version__,
        retention_days=asked.retention_days,
        sealed_to=sealing.described(making.members),
        refs=len(contents.refs),
        targets=lives.count,
        lacking=(*lives.lacking, *([_SHALLOW] if contents.shallow else [])),
        pieces=tuple(making.pieces),
        origin=origin.id,
        maker=making.maker.named if making.maker else None,
    )


@dataclass(slots=True)
class _Making:
    """One backup on its way."""

    project: Project
    destination: Destination
    members: Sequence[Member]
    maker: Maker | None = None
    trust: Trust | None = None
    pieces: list[Piece] = field(default_factory=list)
    _before: list[Manifest] | None = None

    def repository(self) -> Contents:
        """Put all refs away, the journal's apart: all others often did not change since the last backup."""
        repository = self.project.repository
        refs = bundle.Refs(repository)
        rest, journal = refs.parted(self.project)
        ids: dict[str, str] = {}
        for kind, names in ((manifest.BUNDLE, rest), (manifest.JOURNAL, journal)):
            if names:
                ids |= self._bundle(kind, refs, names)
        head = ids.pop("HEAD", refs.commit)
        form = repository.setting("extensions.objectformat") or "sha1"
        shallow = _shallow(repository.common_dir) if repository.is_shallow() else ()
        return Contents(ids, refs.links, refs.head, head, form, self.project.prefix, shallow)

    def _bundle(self, kind: str, refs: bundle.Refs, names: Sequence[str]) -> Mapping[str, str]:
        pinned = {"HEAD": refs.commit} if kind == manifest.BUNDLE and refs.commit else {}
        known = {**refs.ids, **pinned}
        all_names = [*names, *pinned]
        if self._again(kind, self._key(bundle.key(known, all_names))):
            return {name: known[name] for name in all_names}
        with bundle.stream(self.project.repository, names, head=bool(pinned)) as source:
            piece = self._write(kind, "", source)  # type: ignore[arg-type]  # it reads, which is all that is asked
        self._take(kind, bundle.key(source.ids, list(source.ids)), piece)
        return source.ids

    def put(self, kind: str, key: str, content: Callable[[], IO[bytes]]) -> None:
        """Add a piece, unless one of the same content is there already; no key: it is always written."""
        keyed = self._key(key) if key else ""
        if not keyed or not self._again(kind, keyed):
            self._take(kind, key, self._write(kind, keyed, content()))

    def finish(self, contents: Contents) -> None:
        """Add the list of contents."""
        raw = contents.as_bytes()
        self.put(manifest.CONTENTS, "", lambda: io.BytesIO(raw))

    def publish(self, made: Manifest) -> Manifest:
        """Write the manifest, now that everything else is there, and read it back."""
        raw = manifest.as_bytes(made, self.maker.identity if self.maker else None)
        store = self.destination.store
        with store.writing(f"backups/{made.id}.json") as file:
            file.write(raw)
        if store.read(f"backups/{made.id}.json") != raw:
            store.remove(f"backups/{made.id}.json")
            raise _changed(store.place)
        debug("backup", "%s: complete at %s", made.id, store.place)
        return made

    def _take(self, kind: str, key: str, piece: Piece) -> None:
        from dataclasses import replace

        self._read_back(piece)
        debug("backup", "%s: %d bytes written and read back", piece.name, piece.size)
        self.pieces.append(replace(piece, kind=kind, key=self._key(key) if key else ""))

    def _again(self, kind: str, key: str) -> bool:
        """Take a piece of an earlier backup, if it is there and still what it was."""
        if self._before is None:
            self._before = [made for made in self.destination.good() if self._is_proved(made)]
        piece = self.destination.piece_with(kind, key, self._before)
        if piece is None or not is_whole(self.destination, piece):
            return False
        debug("backup", "%s: unchanged since an earlier backup", piece.name)
        self.pieces.append(piece)
        return True

    def _is_proved(self, made: Manifest) -> bool:
        """Whether a piece's key can be relied upon: what is signed now must not vouch for a stranger's piece."""
        return self.maker is None or judged(made, self.trust, None).doubt is None

    def _key(self, content: str) -> str:
        """Join what a content is with whom it is sealed to: for others it has to be sealed again."""
        recipients = "\n".join(sorted(str(member.recipient) for member in self.members))
        return sha256(f"{content}\n{recipients}".encode()).hexdigest()

    def _write(self, kind: str, key: str, source: IO[bytes]) -> Piece:
        name = f"{kind}-{os.urandom(10).hex()}{'.age' if self.members else ''}"
        with self.destination.store.writing(f"objects/{name}") as file:
            sink = Hashing(file)
            sealing.seal(source, sink, self.members)
        return Piece(kind, name, key, sink.size, sink.digest)

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


def _shallow(common_dir: str) -> tuple[str, ...]:
    from gmconfig.storage.files import read_if_exists

    raw = read_if_exists(os.path.join(common_dir, "shallow")) or b""
    return tuple(raw.decode().split())
