"""What former readers have seen and is still in use: the list that a revocation leaves, until it is worked off.

A token stands for a plaintext. A re-keying, a move or an acceptance makes a new token of the same plaintext,
which the log says; a value that was set or rotated is another. So it can be told without any key whether what
somebody could read once is still what stands there today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.secret.log.place import context_of, layer_from_tree, path_from_tree
from gmconfig.secret.log.standing import RESEALING, fingerprint

if TYPE_CHECKING:
    from gmconfig.secret.access.policy import Member
    from gmconfig.secret.log.event import Event
    from gmconfig.secret.log.ledger import Ledger
    from gmconfig.secret.log.trust import Trust
    from gmconfig.secret.token import Context, Sealed
    from gmconfig.secret.vault import Vault

KeyName = tuple[str, str]


class Exposure(NamedTuple):
    """A value that a former reader knows; `since` when, `token` what the log calls its present form."""

    member: str
    context: Context
    since: str
    token: str
    scope: str


class Plaintexts:
    """Which tokens stand for one plaintext, by what members have signed."""

    def __init__(self, ledger: Ledger, trust: Trust) -> None:
        self._same: dict[str, list[str]] = {}
        self._made: dict[str, tuple[str, KeyName]] = {}
        for event in ledger:
            if trust.was_member(event):
                self._read(event)

    def chain(self, token: str) -> set[str]:
        """Give a token with all older ones of the same plaintext."""
        found: set[str] = set()
        waiting = [token]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting.extend(self._same.get(one, ()))
        return found

    def first_readable(self, token: str, held: Collection[KeyName]) -> str | None:
        """Give when the plaintext was first sealed under one of some keys; None if it never was."""
        made = [self._made[one] for one in self.chain(token) if one in self._made]
        return min((time for time, key in made if key in held), default=None)

    def _read(self, event: Event) -> None:
        details = event.tree.get("details") or {}
        for new, old in details.get("same", ()):
            self._same.setdefault(new, []).append(old)
        for change in event.tree.get("changes", ()):
            key = (change["scope"], change["generation"])
            for _, token, before, *_ in change["values"]:
                if token is None:
                    continue
                self._made.setdefault(token, (event.time, key))
                if event.operation in RESEALING and before:
                    self._same.setdefault(token, []).append(before[0])


def exposed_to(
    member: Member,
    found: Iterable[tuple[Sealed, str, str]],
    plaintexts: Plaintexts,
    held: Collection[KeyName],
    trust: Trust,
) -> Iterator[Exposure]:
    """Yield what a member could read of values (each with the name of its token before, and its scope)."""
    for sealed, scope, token in found:
        since = plaintexts.first_readable(token, held)
        if since is not None:
            since = max(since, _reader_since(trust, member, scope) or since)
            yield Exposure(member.name, sealed.context, since, token, scope)


def still_exposed(vault: Vault, found: Iterable[Sealed]) -> list[Exposure]:
    """Give what past revocations have listed and is still in use; needs no key."""
    plaintexts = Plaintexts(vault.ledger, vault.trust)
    listed: dict[str, list[tuple[str, str, str]]] = {}
    for member, scope, since, token in _listed(vault):
        listed.setdefault(token, []).append((member, scope, since))
    today = {(sealed.context): sealed for sealed in found} if listed else {}
    exposures: dict[tuple[str, Context], Exposure] = {}
    for context, sealed in today.items():
        name = fingerprint(sealed)
        for old in plaintexts.chain(name):
            for member, scope, since in listed.get(old, ()):
                known = exposures.get((member, context))
                if known is None or since < known.since:
                    exposures[member, context] = Exposure(member, context, since, name, scope)
    ordered = sorted(exposures.values(), key=lambda one: (one.since, str(one.context), one.member))
    return [one for one in ordered if not _may_read(vault.trust, one)]


def _listed(vault: Vault) -> Iterator[tuple[str, str, str, str]]:
    for event in vault.ledger:
        details = event.tree.get("details") or {}
        if "exposed" in details and vault.trust.was_member(event):
            for entry in details["exposed"]:
                for token, since in entry["values"]:
                    yield entry["member"], entry["scope"], since, token


def _may_read(trust: Trust, exposure: Exposure) -> bool:
    """Whether the former reader is one again."""
    policy = trust.policies[0]
    return exposure.member in policy.members and policy.allows(
        exposure.member, "read", trust.scope_of(exposure.context)
    )


def _reader_since(trust: Trust, member: Member, scope: str) -> str | None:
    """Give when a signed policy first let a member, with this key, read a scope."""
    times = (
        event.time
        for event, policy in trust.signed.values()
        if policy.members.get(member.name) == member and policy.allows(member.name, "read", scope)
    )
    return min(times, default=None)


def details_of(exposures: Iterable[Exposure]) -> list[dict[str, object]]:
    """Give a list of exposures as it stands in an event."""
    grouped: dict[tuple[str, str], list[list[str]]] = {}
    for one in exposures:
        grouped.setdefault((one.member, one.scope), []).append([one.token, one.since])
    return [
        {"member": member, "scope": scope, "values": values} for (member, scope), values in grouped.items()
    ]


def contexts_of(event: Event) -> Iterator[Context]:
    """Yield the places that an event speaks of."""
    for change in event.tree.get("changes", ()):
        layer = layer_from_tree(change)
        for path, *_ in change["values"]:
            yield context_of(layer, path_from_tree(path))
