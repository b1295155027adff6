"""Which policy is in force: the chain of signed versions from the pinned root to `access.yaml` as it stands.

Each version is signed by an admin of the version before, a merge of two by an admin of both. Where the file
differs from what was signed, or two versions were never merged, only what all of them grant counts, and
nothing can be sealed until an admin has signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from shlex import quote
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration, Refused
from gmconfig.secret.access import reading as access
from gmconfig.secret.access.policy import DEFAULT_SCOPE, FILE, Policy
from gmconfig.secret.log.event import Event
from gmconfig.secret.log.ledger import Ledger
from gmconfig.secret.log.pin import PIN

if TYPE_CHECKING:
    from gmconfig.path import Keys
    from gmconfig.secret.token import Context
    from gmconfig.storage.snapshot import Snapshot

_LAST = f'"$(git log -1 --diff-filter=AM --format=%h -- {FILE})"'  # whether its removal is committed or not
SIGN = f"look at the change of {FILE}, then sign it: gmconfig secret access sign"


class Trust:
    """What was signed, and what follows from it.

    `heads` are the signed versions that no other follows. `policies` are all that must agree: those of the
    heads, and the file's where it differs. `forged` are access events that no admin signed.
    `unsettled` says why nothing may be sealed; None means all is well. `signed` are all versions that hang
    together from the root, by their events' ids.
    """

    def __init__(
        self,
        root: str,
        heads: tuple[Event, ...],
        policies: tuple[Policy, ...],
        forged: tuple[Event, ...],
        unsettled: str | None,
        signed: Mapping[str, tuple[Event, Policy]] | None = None,
    ) -> None:
        self.signed = signed or {}
        self.root = root
        self.heads = heads
        self.policies = policies
        self.forged = forged
        self.unsettled = unsettled

    def as_signed(self) -> Trust:
        """Give what was signed alone, whatever the file says now."""
        policies = self.policies[: len(self.heads)]
        return Trust(self.root, self.heads, policies, self.forged, None, self.signed)

    def judging_by(self, policy: Policy) -> Trust:
        """Give the same log judged by one policy that is about to be signed."""
        return Trust(self.root, self.heads, (policy,), self.forged, None, self.signed)

    def was_member(self, event: Event) -> bool:
        """Whether any version ever signed knew the member who signed an event, with that key."""
        if self.root not in (event.root, event.id):
            return False
        members = [policy.members.get(event.actor) for _, policy in self.signed.values()]
        return any(member is not None and member.verifier == event.key for member in members)

    def allows(self, member: str, operation: str, scope: str) -> bool:
        """Whether every policy that counts grants it."""
        return all(policy.allows(member, operation, scope) for policy in self.policies)

    def is_from(self, event: Event) -> bool:
        """Whether an event was signed for this root, by the member whom it names, with today's key."""
        if self.root not in (event.root, event.id):
            return False
        members = [policy.members.get(event.actor) for policy in self.policies]
        return all(member is not None and member.verifier == event.key for member in members)

    def scope_of(self, context: Context) -> str:
        """Give the scope that claims a place.

        Raises:
            Refused: two claim it, or the versions do not agree.
        """
        if self._is_undivided:
            return DEFAULT_SCOPE
        scopes = {policy.scope_of(context) for policy in self.policies}
        if len(scopes) > 1:
            raise Refused(f"{context} is in another scope since {FILE} was changed", hint=SIGN)
        return scopes.pop()

    @cached_property
    def _is_undivided(self) -> bool:
        """Whether no scope claims anything, which spares most repositories the question."""
        return not any(rules for policy in self.policies for rules in policy.scopes.values())

    def demands_sealing(self, context: Context, keys: Keys = (), tree: object = None) -> bool:
        """Whether plaintext is refused at a place; an unsigned edit of the file cannot take that back."""
        return any(policy.demands_sealing(context, keys, tree) for policy in self.policies)

    def check_settled(self) -> None:
        """Refuse to seal while the policy is not signed.

        Raises:
            Refused: the file differs from what was signed, or two versions wait to be merged.
        """
        if self.unsettled:
            from gmconfig.finding import Place

            raise Refused(self.unsettled, hint=SIGN, place=Place(FILE))


def established(snapshot: Snapshot, ledger: Ledger, root: str | None, pin: str = PIN) -> Trust:
    """Follow the chain of signed policies from the pinned root; `pin` is git's setting that holds it.

    Raises:
        Refused: this clone has no pin yet, or the pinned policy is gone.
    """
    if root is None:
        raise unpinned(ledger, pin)
    first = ledger.events.get(root)
    if first is None or first.access is None:
        raise Refused(
            f"the access policy that this clone pinned ({root[:16]}) is not in the log: it was removed",
            hint="compare with a clone you trust; a new root needs: gmconfig secret access reset",
        )
    signed = signed_versions(ledger, first)
    followed = {parent for event, _ in signed.values() for parent in event.parents}
    heads = tuple(event for event, _ in signed.values() if event.id not in followed)
    policies = tuple(signed[event.id][1] for event in heads)
    forged = tuple(_forged(ledger, first, signed))
    current = read_policy(snapshot)
    changed = all(policy.digest != current.digest for policy in policies)
    counted = (*policies, current) if changed else policies
    return Trust(root, heads, counted, forged, _unsettled(heads, changed), signed)


def _forged(ledger: Ledger, root: Event, signed: Mapping[str, object]) -> Iterator[Event]:
    """Yield access events that do not hang together with the root, but for what a reset has left behind."""
    replaced = set((root.tree.get("details") or {}).get("replaces", ()))
    for event in ledger:
        if event.access is not None and event.id not in signed and not {event.id, event.root} & replaced:
            yield event


def read_policy(snapshot: Snapshot) -> Policy:
    """Read `access.yaml`.

    Raises:
        Refused: it is gone.
        BrokenConfiguration: it is not as it must be.
    """
    try:
        raw = snapshot.read(FILE)
    except FileNotFoundError:
        raise Refused(
            f"{FILE} is gone: it was removed", hint=f"bring it back: git checkout {_LAST} -- {FILE}"
        ) from None
    return access.parse_file(raw)


def unpinned(ledger: Ledger, pin: str = PIN) -> Refused:
    """Say what a clone that trusts nobody yet can do."""
    roots = [event for event in ledger if event.access is not None and not event.parents]
    if len(roots) != 1:
        return Refused(
            f"no access policy to trust was found: {len(roots)} signed roots", hint="gmconfig init"
        )
    names = ", ".join(access.parse(roots[0].access).admins())
    return Refused(
        f"this clone does not trust its access policy yet: root {roots[0].id}, admin {names}",
        hint=f"compare the root with a colleague's, then: git config {quote(pin)} {roots[0].id}",
    )


def signed_versions(ledger: Iterable[Event], root: Event) -> dict[str, tuple[Event, Policy]]:
    """Give the versions that hang together from the root; the first is signed by one of its own admins."""
    first = access.parse(root.access)
    if not _is_admin(root, first):
        raise Refused("the pinned access policy is not signed by one of its admins")
    signed = {root.id: (root, first)}
    waiting = [
        event for event in ledger if event.access is not None and event.root == root.id and event.parents
    ]
    while ready := [event for event in waiting if all(parent in signed for parent in event.parents)]:
        waiting = [event for event in waiting if event not in ready]
        for event in ready:
            if all(_is_admin(event, signed[parent][1]) for parent in event.parents):
                signed |= _parsed(event)
    return signed


def _is_admin(event: Event, policy: Policy) -> bool:
    member = policy.members.get(event.actor)
    return member is not None and member.verifier == event.key and event.actor in policy.admins()


def _parsed(event: Event) -> Mapping[str, tuple[Event, Policy]]:
    try:
        return {event.id: (event, access.parse(event.access))}
    except BrokenConfiguration:
        return {}


def _unsettled(heads: tuple[Event, ...], changed: bool) -> str | None:
    if changed:
        return f"{FILE} was changed without a signature"
    if len(heads) > 1:
        return f"{len(heads)} versions of the access policy were signed side by side and not merged"
    return None
