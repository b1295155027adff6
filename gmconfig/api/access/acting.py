"""Whom a process acts for: the policy must allow that user too, once it says anything about users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.errors import AccessDenied
from gmconfig.secret.access.denial import next_steps
from gmconfig.secret.access.policy import DEFAULT_SCOPE

if TYPE_CHECKING:
    from gmconfig.secret.log.trust import Trust
    from gmconfig.secret.token import Context
    from gmconfig.secret.vault import Vault


def check_user(vault: Vault, context: Context, operation: str, user: str | None) -> None:
    """Refuse what a user may not do with a secret; the identity at hand is asked elsewhere.

    Raises:
        AccessDenied: the policy does not grant it.
    """
    if not may(vault.trust, context, operation, user):
        scope = vault.trust.scope_of(context)
        raise AccessDenied(
            f'user "{user}" may not {operation} {context} (scope "{scope}")',
            hint=next_steps(str(user), operation, scope),
        )


def may(trust: Trust, context: Context, operation: str, user: str | None) -> bool:
    """Whether a user may; until the policy names users for that place, `user` is only a label."""
    if user is None:
        return True
    scope = trust.scope_of(context)
    if not _is_governed(trust, scope, user):
        return True
    return trust.allows(user, operation, scope) or (
        operation == "rotate" and trust.allows(user, "write", scope)
    )


def _is_governed(trust: Trust, scope: str, user: str) -> bool:
    """Whether the policy speaks of this user, or of who has this scope."""
    named = any(scope in grant.scopes for policy in trust.policies for grant in policy.grants)
    return (named and scope != DEFAULT_SCOPE) or any(user in policy.members for policy in trust.policies)
