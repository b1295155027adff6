"""Who made a backup: a signature over its manifest, and what it is worth to whoever is about to restore it.

The manifest holds the digest of every piece, so that nothing of a signed backup can be exchanged. What a
signature cannot show is that newer backups were taken away: that the journal tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import GmconfigError
from gmconfig.secret.keyring import signature

if TYPE_CHECKING:
    from gmconfig.backup.manifest import Manifest
    from gmconfig.secret.keyring.identity import Identity
    from gmconfig.secret.log.trust import Trust
    from gmconfig.secret.vault import Vault

_LABEL = b"gmconfig backup v1\0"
"""Goes in front of the digest, so that it can never be taken for an event, which begins with a brace."""


class Maker(NamedTuple):
    """Who makes a backup: the identity that signs it, and how the manifest names it."""

    identity: Identity
    named: Mapping[str, str]


class Proof(NamedTuple):
    """What a signature is worth here.

    Attributes:
        member: who signed, by the manifest's account; None where nobody did.
        doubt: why it proves nothing, in words; None where it proves who made it.
        is_known: whether there is a policy to judge it by. Without one a doubt is no more than a question.
    """

    member: str | None
    doubt: str | None
    is_known: bool


def maker(vault: Vault | None) -> Maker | None:
    """Give the member whose identity is at hand; None where none is, which keeps nobody from a backup."""
    if vault is None:
        return None
    try:
        member, key = vault.member, vault.held.identity
    except GmconfigError:
        return None
    return Maker(key, {"member": member, "key": key.verifier, "root": vault.trust.root})


def signed(digest: str, identity: Identity) -> bytes:
    """Sign a manifest by its digest."""
    return identity.sign(_LABEL + digest.encode())


def is_signed(digest: str, proof: bytes, key: str) -> bool:
    """Whether a key signed a manifest.

    Raises:
        BrokenConfiguration: the key is none.
    """
    return signature.is_signed_by(key, _LABEL + digest.encode(), proof)


def judged(made: Manifest, trust: Trust | None, own_key: str | None) -> Proof:
    """Judge a backup by the policy that a clone trusts; where there is none, by the key at hand alone."""
    if made.maker is None:
        return Proof(None, "it is not signed", trust is not None)
    member, key, root = (made.maker[name] for name in ("member", "key", "root"))
    if trust is None:
        doubt = None if key == own_key else f'it is signed by "{member}" ({key}), whom nothing here knows'
        return Proof(member, doubt, is_known=False)
    policies = trust.as_signed().policies
    known = [policy.members.get(member) for policy in policies]
    if root == trust.root and all(one is not None and one.verifier == key for one in known):
        return Proof(member, None, is_known=True)
    return Proof(
        member, f'it is signed by "{member}" ({key}), who is not a member with this key', is_known=True
    )
