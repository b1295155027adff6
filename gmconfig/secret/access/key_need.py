"""Which scopes need new keys: those where somebody lost something, and those that branches re-keyed apart."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from gmconfig.errors import AccessDenied, Refused
from gmconfig.secret.access.rights import losers as former

if TYPE_CHECKING:
    from gmconfig.secret.access.policy import Member, Policy
    from gmconfig.secret.vault import Vault


class KeyNeed:
    """What a change to a policy (None: of keys alone) needs; `scopes` get new keys in any case."""

    def __init__(self, vault: Vault, after: Policy | None, scopes: Iterable[str]) -> None:
        self.vault = vault
        self.after = after or vault.trust.policies[0]
        self.signs = after is not None
        self.wanted = tuple(scopes)

    @cached_property
    def judge(self) -> Vault:
        """The log as it counted before this change: by the one policy before, else by the one to come."""
        trust = self.vault.trust
        judged = trust.as_signed() if len(trust.heads) == 1 else trust.judging_by(self.after)
        return self.vault.judged_by(judged)

    @cached_property
    def losers(self) -> dict[str, dict[tuple[str, str | None], tuple[Member, tuple[str, ...]]]]:
        """Who could do something in each scope, by name and key, and may not any more."""
        trust, standing = self.vault.trust, self.judge.standing
        return {scope: former(trust, standing, self.after, scope) for scope in self.scopes_with_keys}

    @cached_property
    def scopes_with_keys(self) -> list[str]:
        """Scopes that have keys already."""
        return sorted({record.scope for record in self.judge.standing.records.values()})

    @cached_property
    def needed(self) -> list[str]:
        """Scopes that must get a new key: somebody lost something, or branches made several keys."""
        standing = self.judge.standing
        return [
            scope
            for scope in self.scopes_with_keys
            if self.losers[scope] or scope in self.wanted or len(standing.current(scope)) > 1
        ]

    @cached_property
    def rekeyed(self) -> list[str]:
        """Scopes that get a new key now."""
        return [scope for scope in self.needed if scope not in self.due]

    @cached_property
    def due(self) -> list[str]:
        """Needed scopes that the caller cannot read: a reader must re-key them."""
        found = [scope for scope in self.needed if not self._can_read(scope)]
        for scope in found:
            self._check_can_wait(scope)
        return found

    def _can_read(self, scope: str) -> bool:
        try:
            for record in self.judge.standing.current(scope):
                self.judge.key(scope, record.generation)
        except AccessDenied:
            return False
        return True

    def _check_can_wait(self, scope: str) -> None:
        """Refuse to leave a scope to a reader where values in it would count for nothing until then."""
        gone = {name for name, _ in self.losers[scope] if not self._may_still_write(name, scope)}
        current = {record.generation for record in self.judge.standing.current(scope)}
        entries = self.judge.standing.entries.values()
        wrote = {e.event.actor for e in entries if e.scope == scope and e.generation in current}
        makers = {self.judge.standing.makers[r.digest][0].actor for r in self.judge.standing.current(scope)}
        if blocked := sorted(gone & (wrote | makers)):
            raise Refused(
                f'{", ".join(blocked)} wrote values of scope "{scope}", which "{self.vault.member}" cannot read: '
                "they would count for nothing",
                hint=f"a reader first: gmconfig secret rekey {scope}",
            )

    def _may_still_write(self, name: str, scope: str) -> bool:
        rights = ("write", "rotate", "admin")
        return name in self.after.members and any(self.after.allows(name, one, scope) for one in rights)
