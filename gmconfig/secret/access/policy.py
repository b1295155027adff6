"""Who may do what: one version of the access policy, as values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from gmconfig.errors import Refused
from gmconfig.path import Keys
from gmconfig.secret import canonical
from gmconfig.secret.access.rule import Rule
from gmconfig.secret.keyring.passphrase import SealedSeed
from gmconfig.secret.token import Context

FILE = "access.yaml"
DEFAULT_SCOPE = "default"
OPERATIONS = ("read", "write", "rotate", "admin")
EVERY = "*"


class Member(NamedTuple):
    """One person or machine; without keys, a name that only this process's checks know.

    `recipient` is what keys are wrapped for, `verifier` proves signatures; both are None without keys.
    """

    name: str
    recipient: str | None = None
    verifier: str | None = None
    sealed_seed: SealedSeed | None = None


class Grant(NamedTuple):
    """Names (members or roles), the scopes they get, and what they may do there."""

    to: frozenset[str]
    scopes: frozenset[str]
    may: frozenset[str]


class Policy:
    """One version of the whole policy; `tree` is what it was read from."""

    def __init__(
        self,
        tree: Mapping[str, object],
        *,
        members: Mapping[str, Member],
        roles: Mapping[str, frozenset[str]],
        scopes: Mapping[str, tuple[Rule, ...]],
        grants: tuple[Grant, ...],
        must_be_sealed: tuple[Rule, ...],
    ) -> None:
        self.tree = tree
        self.members = members
        self.roles = roles
        self.scopes = scopes
        self.grants = grants
        self.must_be_sealed = must_be_sealed

    @cached_property
    def digest(self) -> str:
        """What identifies this version: the hash of its content, comments and layout left out."""
        return canonical.digest(self.tree)

    def allows(self, member: str, operation: str, scope: str) -> bool:
        """Whether a grant lets the member do this in the scope (`*`: in every one)."""
        return any(
            operation in grant.may and (EVERY in grant.scopes or scope in grant.scopes)
            for grant in self.grants
            if member in grant.to or not grant.to.isdisjoint(self._roles_of(member))
        )

    def admins(self) -> tuple[str, ...]:
        """Give the members who may sign a change of this policy."""
        return tuple(name for name in self.members if self.allows(name, "admin", EVERY))

    def readers(self, scope: str) -> tuple[Member, ...]:
        """Give the members whom a scope's key is wrapped for."""
        return tuple(
            member
            for name, member in self.members.items()
            if member.recipient and self.allows(name, "read", scope)
        )

    def scope_of(self, context: Context) -> str:
        """Give the scope that claims a place.

        Raises:
            Refused: two scopes claim it.
        """
        claims = [name for name, rules in self.scopes.items() if any(rule.covers(context) for rule in rules)]
        if len(claims) > 1:
            raise Refused(
                f'{context} belongs to the scopes "{claims[0]}" and "{claims[1]}" at once',
                hint=f"let one rule in {FILE} claim it",
            )
        return claims[0] if claims else DEFAULT_SCOPE

    def demands_sealing(self, context: Context, keys: Keys = (), tree: object = None) -> bool:
        """Whether plaintext is refused at a place; with its tree, by whatever name a rule calls it."""
        return any(rule.means(context, keys, tree) for rule in self.must_be_sealed)

    def _roles_of(self, member: str) -> frozenset[str]:
        return frozenset(role for role, names in self.roles.items() if member in names)
