"""The methods of SecretsManager that are about people: members, grants, keys, what is signed and what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.outcome import How

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gmconfig.api.access.answers import (
        Acceptance,
        AccessChange,
        AccessSummary,
        AuditEntry,
        ExposedValue,
        MemberSummary,
        SecretDifference,
        Verification,
    )
    from gmconfig.api.outcome import Outcome
    from gmconfig.api.workspace import Workspace
    from gmconfig.secret.token import Secret


class AccessMethods:
    """Who may do what with the secrets of a workspace, and the proof of it."""

    workspace: Workspace

    def set_access_policy(
        self,
        name: str,
        users: Sequence[str] | Mapping[str, str | Sequence[str]],
        user: str | None = None,
        reason: str | None = None,
        **how: bool,
    ) -> AccessChange:
        """Say who may use one secret: a list grants `read`, a mapping gives each their operations.

        The caller stays a reader. Members gain or lose wrapped keys; names without keys are held to it by this
        process only. Who loses reading has seen the value: `exposed` says what to rotate. Admins and others
        who are granted every scope keep what they have.

        Raises:
            NotFound: the environment sees no secret of that name.
            AccessDenied: the identity at hand is not an admin's.
        """
        from gmconfig.api.access.one_secret import set_access_policy

        return set_access_policy(self.workspace, name, users, How(user, reason, **how))

    def add_member(
        self,
        name: str,
        keys: Mapping[str, object],
        user: str | None = None,
        reason: str | None = None,
        **how: bool,
    ) -> AccessChange:
        """Add a member by public keys (`age` with `verify`, or `ssh`); rights are granted afterwards."""
        from gmconfig.api.access.changes import add_member

        return add_member(self.workspace, name, keys, How(user, reason, **how))

    def add_recovery(self, user: str | None = None, reason: str | None = None) -> Secret:
        """Add the member `recovery`, and give its generated phrase, which is kept nowhere."""
        from gmconfig.api.access.changes import add_recovery
        from gmconfig.secret.token import Secret

        return Secret(add_recovery(self.workspace, How(user, reason)))

    def remove_member(
        self, name: str, user: str | None = None, reason: str | None = None, **how: bool
    ) -> AccessChange:
        """Take everything from a member and delete them; `exposed` says what they have seen."""
        from gmconfig.api.access.changes import remove_member

        return remove_member(self.workspace, name, How(user, reason, **how))

    def members(self) -> tuple[MemberSummary, ...]:
        """List the members with what they may do; needs no key."""
        return self.access().members

    def grant(
        self,
        to: str,
        operations: Sequence[str],
        scope: str = "default",
        *,
        history: bool = False,
        user: str | None = None,
        reason: str | None = None,
        **how: bool,
    ) -> AccessChange:
        """Let a member or role do more in a scope; with `history`, open what was sealed before as well."""
        from gmconfig.api.access.changes import grant

        return grant(self.workspace, to, operations, scope, How(user, reason, **how), history=history)

    def revoke(
        self,
        name: str,
        operations: Sequence[str] = (),
        scope: str | None = None,
        *,
        user: str | None = None,
        reason: str | None = None,
        **how: bool,
    ) -> AccessChange:
        """Take rights from a member or role; what they could read is sealed under new keys, and listed.

        `operations` and `scope` say which; without them, everything is taken.
        """
        from gmconfig.api.access.changes import revoke

        return revoke(self.workspace, name, How(user, reason, **how), operations=operations, scope=scope)

    def rekey(
        self, *scopes: str, user: str | None = None, reason: str | None = None, **how: bool
    ) -> AccessChange:
        """Give scopes (all by default) new keys; values stay what they are.

        Raises:
            AccessDenied: the identity at hand cannot read a scope, or may not rotate it.
        """
        from gmconfig.api.access.changes import rekey

        return rekey(self.workspace, scopes, How(user, reason, **how))

    def access(self) -> AccessSummary:
        """Give the access policy in force; needs no key."""
        from gmconfig.api.access.showing import access

        return access(self.workspace)

    def sign_access(
        self,
        shown: Callable[[tuple[str, ...]], None] = lambda _: None,
        user: str | None = None,
        reason: str | None = None,
        **how: bool,
    ) -> AccessChange | None:
        """Sign `access.yaml` as it stands, with all that follows from it; None where all is signed.

        `shown` gets the change in words first; it may raise to stop.
        """
        from gmconfig.api.access.changes import carried_out, past_of, signing

        asked = How(user, reason, **how)
        plan = signing(self.workspace, asked)
        if plan is None:
            return None
        shown(plan.words)
        change = carried_out(self.workspace, plan, asked)
        if change.outcome.commit:
            past_of(self.workspace).settled(change.outcome.commit)
        return change

    def reset_access(
        self,
        shown: Callable[[tuple[str, ...]], None] = lambda _: None,
        user: str | None = None,
        reason: str | None = None,
        **how: bool,
    ) -> AccessChange:
        """Begin a new root of trust, with the policy as it stands if the identity at hand is an admin in it.

        `shown` gets the change in words first; it may raise to stop.
        """
        from gmconfig.api.access.resetting import reset

        return reset(self.workspace, How(user, reason, **how), shown)

    def accept(
        self,
        *paths: str,
        shown: Callable[[Acceptance], None] = lambda _: None,
        user: str | None = None,
        reason: str | None = None,
        **how: bool,
    ) -> Acceptance:
        """Sign for what plain git has done to sealed values, all of them or those at `paths` (files, or names).

        `shown` gets it first, and may raise to stop.
        """
        from gmconfig.api.access.accepting import accept, to_accept

        found = to_accept(self.workspace, paths)
        if not (found.unsettled or found.gone or found.restored):
            return found.shown
        shown(found.shown)
        return accept(self.workspace, found, How(user, reason, **how))

    def verify(self, *, base: str | None = None, at: str | None = None) -> Verification:
        """Check without any key that all that is sealed was written by somebody who may, and nothing is gone.

        `at` is a version to check instead of the working tree; of the log of `base`, nothing may be missing.
        """
        from gmconfig.api.access.verifying import verify

        return verify(self.workspace, base=base, at=at)

    def exposed(self) -> tuple[ExposedValue, ...]:
        """Give what former readers know and that has not been rotated since; needs no key."""
        from gmconfig.api.access.showing import exposed

        return exposed(self.workspace)

    def audit(self, name: str | None = None) -> tuple[AuditEntry, ...]:
        """Give who wrote what, from the signed log, and the reads on this machine; the oldest first."""
        from gmconfig.api.access.showing import audit

        return audit(self.workspace, name)

    def move_secret(
        self,
        name: str,
        new_name: str,
        environment: str | None = None,
        user: str | None = None,
        reason: str | None = None,
        **how: bool,
    ) -> Outcome:
        """Give a secret another name, or another environment (`common` for all), sealed for its new place."""
        from gmconfig.api.secret.changes import move

        return move(self.workspace, name, new_name, environment, How(user, reason, **how))

    def diff_secrets(self, left: str, right: str) -> tuple[SecretDifference, ...]:
        """Compare the secrets of two environments or revisions; no value is in the answer."""
        from gmconfig.api.secret.diff import diff

        return diff(self.workspace, left, right)
