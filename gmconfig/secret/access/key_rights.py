"""Who may make a change of the policy or of keys, and whether somebody is left afterwards to sign and to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.errors import AccessDenied, Refused
from gmconfig.secret.access.key_need import KeyNeed

if TYPE_CHECKING:
    from collections.abc import Collection

    from gmconfig.secret.token import Sealed


class KeyRights(KeyNeed):
    """What is refused before anything is made."""

    def check_may(self) -> None:
        """Refuse whoever may not sign this change.

        Raises:
            AccessDenied: the caller is not an admin of the policy before, or may not make a scope's key.
            Refused: a scope has no key, or the caller would know a key that they must not.
        """
        if self.signs:
            self._check_admin()
        else:
            self.vault.trust.check_settled()
        for scope in self.wanted:
            self._check_wanted(scope)
        for scope in self.rekeyed:
            self._check_may_rekey(scope, self.vault.member)

    def check_somebody_is_left(self, found: Collection[Sealed]) -> None:
        """Refuse a change after which nobody could sign, or read a scope that values of `found` are in.

        Raises:
            Refused: nobody is left.
        """
        keyed = [name for name in self.after.admins() if self.after.members[name].verifier]
        if not keyed:
            raise Refused("no admin would be left: nobody could sign the next change")
        for scope in self.scopes_with_keys:
            if not self.after.readers(scope) and any(
                self.after.scope_of(one.context) == scope for one in found
            ):
                raise Refused(f'nobody could read scope "{scope}" any more')

    def _check_admin(self) -> None:
        trust, member = self.vault.trust, self.vault.member
        signed = trust.policies[: len(trust.heads)]
        if not all(member in policy.admins() for policy in signed):
            names = ", ".join(signed[0].admins())
            raise AccessDenied(
                f'"{member}" is not an admin and cannot sign an access policy', hint=f"admins: {names}"
            )

    def _check_wanted(self, scope: str) -> None:
        if scope not in self.scopes_with_keys:
            hint = f"scopes with keys: {', '.join(self.scopes_with_keys)}"
            raise Refused(f'scope "{scope}" has no key yet, so there is nothing to change', hint=hint)
        if scope in self.due:
            readers = ", ".join(one.name for one in self.after.readers(scope)) or "nobody"
            raise AccessDenied(
                f'"{self.vault.member}" cannot read scope "{scope}"', hint=f"its readers: {readers}"
            )

    def _check_may_rekey(self, scope: str, member: str) -> None:
        if not any(self.after.allows(member, right, scope) for right in ("admin", "rotate")):
            raise AccessDenied(f'"{member}" may neither administer nor rotate scope "{scope}"')
        if any(name == member for name, _ in self.losers[scope]) or not self.after.allows(
            member, "read", scope
        ):
            raise Refused(
                f'"{member}" would make the key of scope "{scope}" and so know it',
                hint="nobody takes reading from themselves: another admin must do it",
            )
