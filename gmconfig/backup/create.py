"""Making a backup: pieces first, each read back and hashed, then the list of contents, the manifest last."""

from __future__ import annotations

import io
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from gmconfig import __version__
from gmconfig.backup import manifest, sealing
from gmconfig.backup.contents import Contents
from gmconfig.backup.destination import new_id
from gmconfig.backup.history import put_away
from gmconfig.backup.live import Lives
from gmconfig.backup.making import Making
from gmconfig.backup.manifest import Manifest
from gmconfig.backup.origin import origin_of
from gmconfig.backup.proof import maker
from gmconfig.backup.uncommitted import Uncommitted, uncommitted
from gmconfig.errors import GmconfigError
from gmconfig.record.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.backup.destination import Destination
    from gmconfig.project import Project
    from gmconfig.secret.keyring.sources import Sources
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
    behind = _caught_up(project)
    lives = Lives(project, access, vault, sources)
    with destination.at_work():
        making = Making(destination, members, maker(vault), vault.trust if vault else None)
        with making.or_nothing():
            contents = put_away(project, making)
            if lives.count:
                making.put(manifest.LIVE, lives.key(), lambda: io.BytesIO(lives.as_bytes()))
            work = uncommitted(project.repository) if asked.uncommitted else None
            making.finish(_with(contents, work, making))
            lacking = (*lives.lacking, *([_SHALLOW] if contents.shallow else []), *behind)
            return making.publish(_manifest(project, asked, contents, lives, making, lacking))


def _caught_up(project: Project) -> Sequence[str]:
    """Get the records and the journal that others wrote: a clone has none of them by itself. Say where that fails."""
    try:
        Exchange(project).fetch(*project.environments)
    except GmconfigError as error:
        return [f"what others have deployed and recorded since this clone last looked: {error.message}"]
    return []


def _with(contents: Contents, work: Uncommitted | None, making: Making) -> Contents:
    from dataclasses import replace

    if work is None:
        return contents
    digest = sha256(work.archive).hexdigest()
    making.put(manifest.UNCOMMITTED, digest if not making.members else "", lambda: io.BytesIO(work.archive))
    return replace(contents, removed=work.removed)


def _manifest(
    project: Project, asked: Asked, contents: Contents, lives: Lives, making: Making, lacking: Sequence[str]
) -> Manifest:
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
        lacking=tuple(lacking),
        pieces=tuple(making.pieces),
        origin=origin.id,
        maker=making.maker.named if making.maker else None,
    )
