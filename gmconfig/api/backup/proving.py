"""What a backup is worth in this clone: who signed it, what was taken away beside it, who else can open it."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gmconfig.backup import sealing
from gmconfig.backup.proof import Proof, judged
from gmconfig.backup.store import is_url
from gmconfig.errors import GmconfigError, Refused

if TYPE_CHECKING:
    from gmconfig.api.backup.backing_up import Backups
    from gmconfig.backup.destination import Destination
    from gmconfig.backup.manifest import Manifest
    from gmconfig.secret.log.trust import Trust


def proof_of(backups: Backups, destination: Destination, found: Manifest) -> Proof:
    """Judge who made a backup: by the policy that this clone trusts, else by the key at hand alone."""
    trust = _trust(backups) if destination.is_own(found) else None
    own_key = None
    if trust is None and found.maker is not None:
        own_key = _own_key(backups, found)
    return judged(found, trust, own_key)


def checked_proof(
    backups: Backups, destination: Destination, found: Manifest, *, unproven: bool
) -> str | None:
    """Give what is doubtful about a backup that is to be restored, in words.

    Raises:
        Refused: the policy that this clone trusts knows nobody who signed it, and `unproven` was not asked for.
    """
    proof = proof_of(backups, destination, found)
    if proof.doubt and proof.is_known and not unproven:
        hint = f"gmconfig backup show {found.id}; if you know that it is yours: --unproven"
        raise Refused(f"nobody vouches for the backup {found.id}: {proof.doubt}", hint=hint)
    return proof.doubt


def trusted_root(backups: Backups, destination: Destination, found: Manifest) -> str | None:
    """Give the root of the access policy that a clone made of a backup may trust; None leaves it to a person."""
    from gmconfig.secret.log.pin import pin_of

    if found.maker is not None and proof_of(backups, destination, found).doubt is None:
        return found.maker["root"]
    origin = destination.origin
    if backups.workspace is None or origin is None or not origin.id or origin.id != found.origin:
        return None
    return pin_of(backups.workspace.project)


def missing(backups: Backups) -> tuple[str, ...]:
    """Give the backups that the journal tells of, and that neither lie in their place nor were pruned.

    Whoever can write there can take the newest ones away, which makes an older one the latest: no signature
    shows that.
    """
    if backups.workspace is None:
        return ()
    from gmconfig.record import names
    from gmconfig.storage.journal import Journal

    project, destination = backups.workspace.project, backups.destination()
    events = Journal(project.repository, names.below(project)).read()
    made: dict[str, None] = {}
    for event in events:
        if event.get("kind") == "backup" and event.get("place") == destination.store.place:
            _follow(made, event, destination.store.place)
    present = {one.id for one in destination.every()} if made else set()
    return tuple(name for name in made if name not in present)


def _follow(made: dict[str, None], event: Mapping[str, object], place: str) -> None:
    if event.get("action") == "created" and (is_url(place) or event.get("host") == socket.gethostname()):
        made[str(event["id"])] = None
    ids = event.get("ids")
    for name in ids if event.get("action") == "pruned" and isinstance(ids, list) else ():
        made.pop(str(name), None)


def _trust(backups: Backups) -> Trust | None:
    """Give the trusted policy; None where there is none, or this clone trusts none yet."""
    if backups.workspace is None:
        return None
    try:
        vault = sealing.vault(backups.workspace.project, backups.sources)
        return vault.trust if vault else None
    except Refused:
        return None


def _own_key(backups: Backups, found: Manifest) -> str | None:
    try:
        identity = sealing.opener(found.sealed_to, backups.sources)
    except GmconfigError:
        return None
    return identity.verifier if identity else None
