"""The first policy: one member who may do everything, the scope `default`, its key, and the root to pin."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.secret.access import generation
from gmconfig.secret.access import reading as access
from gmconfig.secret.access.policy import DEFAULT_SCOPE, EVERY, FILE, OPERATIONS
from gmconfig.secret.log import event
from gmconfig.storage.change import WholeFile

if TYPE_CHECKING:
    from gmconfig.secret.keyring.identity import Identity
    from gmconfig.secret.keyring.passphrase import SealedSeed
    from gmconfig.secret.keyring.sources import Sources
    from gmconfig.storage.change import FileEdit

_HEAD = """\
# Who may read and write which secrets. After a change, an admin signs it: gmconfig secret access sign
#
#   members  keys of people and machines          gmconfig secret member add
#   roles    names for several members            operators: [alice, bob]
#   scopes   secrets with the same readers        payments: [{secrets: ["stripe_*"]}]
#   grants   read, write, rotate, admin           gmconfig secret grant
#   must_be_sealed  where plaintext is refused    - {document: settings, paths: [database.password]}
"""


class Founding(NamedTuple):
    """What a new policy adds to the repository, and the root that the clone pins."""

    files: Mapping[str, FileEdit]
    root: str


def found(
    member: str, identity: Identity, *, sealed_seed: SealedSeed | None = None, now: datetime | None = None
) -> Founding:
    """Make the first policy, its signed event, and the first key of the scope `default`.

    `sealed_seed` is set for a member who has a passphrase instead of a key file.
    """
    tree = policy_tree(member, identity, sealed_seed)
    policy = access.parse(tree)
    first = generation.make(DEFAULT_SCOPE, policy.readers(DEFAULT_SCOPE), policy.digest)
    named = {"scope": DEFAULT_SCOPE, "generation": first.record.generation, "record": first.record.digest}
    name, raw = event.write(
        {
            "operation": "init",
            "actor": member,
            "time": event.timestamp(now or datetime.now(UTC)),
            "reason": "",
            "root": "",
            "policy": policy.digest,
            "access": tree,
            "parents": [],
            "generations": [named],
        },
        identity,
    )
    files = {FILE: policy_text(tree), **first.files, name: raw}
    edits: dict[str, FileEdit] = {path: WholeFile(content) for path, content in files.items()}
    return Founding(edits, event.read(raw, name).id)


def policy_text(tree: Mapping[str, object]) -> bytes:
    """Write a policy as a new file, with what a reader needs to know on top."""
    from gmconfig.storage.yaml import dump

    return _HEAD.encode() + dump(tree)


def founder(sources: Sources) -> tuple[Identity, SealedSeed | None]:
    """Give the first member's identity: the one at hand, else a new one in the user's configuration folder.

    A passphrase in the environment makes a member whose seed the repository keeps, sealed by it.

    Raises:
        NotFound: there is none, and no home to keep a new one in.
    """
    from gmconfig.secret.keyring import identity, passphrase
    from gmconfig.secret.keyring.sources import given, keep, own, passphrase_of

    if found := given(sources):
        return found, None
    if spoken := passphrase_of(sources):
        new = identity.generate(spoken[1])
        return new, passphrase.protect(new, spoken[0])
    return own(sources) or keep(sources), None


def member_name(text: str) -> str:
    """Make a member's name of a person's (`Zoë Meyer` becomes `zoe-meyer`)."""
    import re
    from unicodedata import combining, normalize

    letters = "".join(letter for letter in normalize("NFKD", text.lower()) if not combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-") or "me"


def policy_tree(member: str, identity: Identity, sealed_seed: SealedSeed | None = None) -> dict[str, object]:
    """Give the policy of one member who may do everything."""
    recipient, verifier = identity.recipient, identity.verifier
    keys: dict[str, object] = {"ssh": verifier}
    if verifier != recipient:
        keys = {"age": recipient, "verify": verifier}
    if sealed_seed:
        keys["passphrase"] = sealed_seed.tree()
    return {
        "members": {member: keys},
        "roles": {},
        "scopes": {DEFAULT_SCOPE: []},
        "grants": [{"to": [member], "scopes": [EVERY], "may": list(OPERATIONS)}],
        "must_be_sealed": [],
    }
