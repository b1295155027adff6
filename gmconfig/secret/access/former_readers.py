"""What somebody who loses reading in a change of access has seen: the list that the change leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from gmconfig.secret.access import generation
from gmconfig.secret.log.exposure import Plaintexts, exposed_to
from gmconfig.secret.log.standing import fingerprint
from gmconfig.secret.token import parse

if TYPE_CHECKING:
    from gmconfig.secret.access.policy import Member, Policy
    from gmconfig.secret.log.exposure import Exposure
    from gmconfig.secret.token import Sealed
    from gmconfig.secret.vault import Vault

KeyName = tuple[str, str]
Histories = Callable[[str], Collection[KeyName]]
"""Gives the keys that were ever wrapped for a member of some name, in any commit."""

Losers = Mapping[str, Mapping[tuple[str, str | None], tuple["Member", tuple[str, ...]]]]


class FormerReaders:
    """Who could read before a change to the policy `after`, and what; `judge` knows the keys of before."""

    def __init__(
        self, vault: Vault, judge: Vault, after: Policy, losers: Losers, histories: Histories
    ) -> None:
        self.vault = vault
        self.judge = judge
        self.after = after
        self.losers = losers
        self.histories = histories

    def exposures(self, found: Iterable[Sealed]) -> Iterator[Exposure]:
        """Yield what each of them has seen of the values that stand now, by their tokens of before."""
        plaintexts = Plaintexts(self.vault.ledger, self.vault.trust)
        values = list(found)
        for name, member in self._members():
            lost = [
                (one, self.after.scope_of(one.context), fingerprint(one))
                for one in values
                if self._has_lost(member, one)
            ]
            yield from exposed_to(member, lost, plaintexts, self._held_by(name), self.vault.trust)

    def _members(self) -> list[tuple[str, Member]]:
        """Give who could read something before, under any version that was in force, and may not now."""
        found: dict[tuple[str, str | None], Member] = {}
        for one in self.losers.values():
            found |= {key: member for key, (member, gone) in one.items() if "read" in gone}
        for policy in self._signed:
            if policy.scopes != self.after.scopes:
                found |= {(n, m.verifier): m for n, m in policy.members.items() if m.recipient}
        return [(name, member) for (name, _), member in sorted(found.items(), key=lambda one: one[0][0])]

    def _has_lost(self, member: Member, sealed: Sealed) -> bool:
        kept = self.after.members.get(member.name) == member
        if kept and self.after.allows(member.name, "read", self.after.scope_of(sealed.context)):
            return False
        scope = parse(sealed).scope
        lost = self.losers.get(scope, {}).get((member.name, member.verifier))
        could = any(policy.allows(member.name, "read", scope) for policy in self._signed)
        return bool(lost and "read" in lost[1]) or could

    def _held_by(self, name: str) -> set[KeyName]:
        present = {
            (record.scope, record.generation)
            for record in self.judge.standing.records.values()
            if self.vault.snapshot.exists(generation.wrap_file(record, name))
        }
        return present | set(self.histories(name))

    @property
    def _signed(self) -> tuple[Policy, ...]:
        return self.vault.trust.policies[: len(self.vault.trust.heads)]
