"""What a backup says of itself in clear: what it is made of, whom it is sealed to, how long it is meant to stay.

It is written last, so that whatever has no manifest is not a backup, and in one form only: a byte that was
changed anywhere in it is found.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from gmconfig.backup import proof as proofs
from gmconfig.errors import BrokenConfiguration
from gmconfig.secret import canonical

if TYPE_CHECKING:
    from gmconfig.secret.keyring.identity import Identity

_FORMAT = 1
_NAME, _HEX = re.compile(r"[a-z]+-[0-9a-z-]+(\.age)?"), re.compile(r"[0-9a-f]*")
BUNDLE, SINCE, JOURNAL = "bundle", "since", "journal"
"""Kinds of pieces: all refs but the journal's, what came to them since that bundle was made, the journal's."""
LIVE, UNCOMMITTED, CONTENTS = "live", "uncommitted", "contents"
"""And: targets, work that was not committed, the list of it all."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One stored file of a backup; several backups share one whose content did not change.

    Attributes:
        kind: what it holds.
        name: its name among the destination's objects.
        key: what its content was made of; the same key means the same content.
        size, digest: of the bytes as they are stored.
        holds: the commit whose whole history is in a bundle, which later ones can build on.
    """

    kind: str
    name: str
    key: str
    size: int
    digest: str
    holds: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup.

    Attributes:
        id: what names it: the time, and four digits that no other has.
        name, description, tags: what its maker said of it.
        time: when it was begun, ISO 8601 in UTC.
        repository: the folder's name.
        origin: what tells its project from others, see `origin`; empty for a shallow clone's.
        commit: HEAD then.
        documents: what a restore brings back unless told otherwise; none named is all of them.
        user, host, tool: who made it, where, with which gmconfig.
        retention_days: how long it stays whatever the rules say.
        sealed_to: the members whose identities open it, as `access.yaml` has them; none: it is not sealed.
        refs, targets: how many.
        lacking: what could not be had, in words.
        pieces: what it is made of.
        maker: the member who signed it, their public key and the root of the policy that they trusted; None:
            nobody did.
    """

    id: str
    name: str
    time: str
    repository: str
    commit: str | None = None
    description: str = ""
    tags: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    user: str = ""
    host: str = ""
    tool: str = ""
    retention_days: int | None = None
    sealed_to: tuple[Mapping[str, Any], ...] = ()
    refs: int = 0
    targets: int = 0
    lacking: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()
    origin: str = ""
    maker: Mapping[str, str] | None = None

    @property
    def moment(self) -> datetime:
        """When it was begun."""
        return datetime.fromisoformat(self.time).astimezone(UTC)

    @property
    def whose(self) -> str:
        """What tells backups of one project from those of others, as far as that can be told."""
        return self.origin or self.repository

    @property
    def size(self) -> int:
        """How many bytes its pieces take, shared ones included."""
        return sum(piece.size for piece in self.pieces)

    def piece(self, kind: str) -> Piece | None:
        """Give the piece of a kind, None if there is none."""
        return next((piece for piece in self.pieces if piece.kind == kind), None)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        lists = {"tags", "documents", "sealed_to", "lacking"}
        said = {name: list(value) if name in lists else value for name, value in asdict(self).items()}
        return {**said, "pieces": [asdict(piece) for piece in self.pieces]}


def as_bytes(manifest: Manifest, identity: Identity | None = None) -> bytes:
    """Write a manifest with the digest of itself, signed where its maker has an identity."""
    tree = {"format": _FORMAT, **manifest.as_json()}
    digest = canonical.digest(tree)
    proof = {"signature": b64encode(proofs.signed(digest, identity)).decode()} if identity else {}
    return canonical.dumps({"backup": tree, "sha256": digest, **proof})


def of_bytes(raw: bytes, name: str) -> Manifest:
    """Read a manifest, and prove the signature if it says that it has one.

    Raises:
        BrokenConfiguration: it is damaged, belongs to another backup, or a newer gmconfig wrote it.
    """
    tree = canonical.loads(raw, f'the manifest of the backup "{name}"')
    try:
        return _checked(tree, name)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise BrokenConfiguration(f'the manifest of the backup "{name}" is damaged') from None


def _checked(tree: Any, name: str) -> Manifest:
    written = dict(tree["backup"])
    if canonical.digest(written) != tree["sha256"] or set(tree) - {"signature"} != {"backup", "sha256"}:
        raise ValueError("digest")
    if written.pop("format") != _FORMAT:
        raise BrokenConfiguration(f'the backup "{name}" was written by a newer gmconfig', hint="upgrade it")
    if written["id"] != name:
        raise ValueError("id")
    for key in ("tags", "documents", "sealed_to", "lacking"):
        written[key] = tuple(written[key])
    pieces = tuple(Piece(**piece) for piece in written.pop("pieces"))
    manifest = Manifest(**written, pieces=pieces)
    _check_types(manifest)
    _check_signature(manifest, tree["sha256"], tree.get("signature"))
    return manifest


def _check_types(manifest: Manifest) -> None:
    """Refuse what would only be noticed later: names that leave the folder, times that are none."""
    _ = manifest.moment
    for piece in manifest.pieces:
        _check_piece(piece)
    texts = {"id", "name", "description", "time", "repository", "user", "host", "tool", "origin"}
    if any(not isinstance(getattr(manifest, f.name), str) for f in fields(manifest) if f.name in texts):
        raise TypeError("text")
    if not all(isinstance(text, str) for text in (*manifest.tags, *manifest.documents, *manifest.lacking)):
        raise TypeError("texts")
    if not all(isinstance(one["name"], str) for one in manifest.sealed_to):
        raise TypeError("sealed_to")
    timedelta(days=manifest.retention_days or 0)


def _check_piece(piece: Piece) -> None:
    if not _NAME.fullmatch(piece.name) or not _HEX.fullmatch(piece.digest) or not _HEX.fullmatch(piece.holds):
        raise ValueError("piece")
    if type(piece.size) is not int or piece.size < 0 or not isinstance(piece.kind + piece.key, str):
        raise TypeError("piece")


def _check_signature(manifest: Manifest, digest: str, signature: str | None) -> None:
    if manifest.maker is None and signature is None:
        return
    maker = dict(manifest.maker or {})
    if set(maker) != {"member", "key", "root"} or not all(isinstance(one, str) for one in maker.values()):
        raise TypeError("maker")
    raw = b64decode(str(signature), validate=True)
    if b64encode(raw).decode() != signature or not proofs.is_signed(digest, raw, maker["key"]):
        raise ValueError("signature")


def digest_of(raw: bytes) -> str:
    """Give the digest that manifests name pieces by."""
    return hashlib.sha256(raw).hexdigest()
