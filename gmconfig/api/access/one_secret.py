"""An access policy for one secret: a scope of its own, with exactly the people that were named."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from gmconfig.api.access.changes import amended, carried_out
from gmconfig.errors import Refused
from gmconfig.secret.access import amending
from gmconfig.secret.access.policy import DEFAULT_SCOPE, FILE
from gmconfig.secret.access.rule import COMMON
from gmconfig.secret.log.place import secret_context
from gmconfig.secret.token import is_scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.api.access.answers import AccessChange
    from gmconfig.api.outcome import How
    from gmconfig.api.workspace import Workspace
    from gmconfig.secret.access.policy import Policy
    from gmconfig.secret.named.store import Named


def set_access_policy(
    workspace: Workspace, name: str, users: Sequence[str] | Mapping[str, str | Sequence[str]], how: How
) -> AccessChange:
    """Give one secret a scope of its own, that the named users have and nobody else but holders of everything.

    Raises:
        NotFound: there is no such secret.
        Refused: a scope that somebody wrote claims it already.
    """
    vault = workspace.vault(workspace.project.worktree())
    found = vault.look_up(name, workspace.given)
    wanted = _wanted(users)
    me = vault.member

    def amend(policy: Policy) -> dict[str, Any]:
        return _own_scope(policy, found, {**wanted, me: ("read", "write", "rotate")})

    listed = ", ".join(wanted) or "nobody else"
    plan = amended(workspace, "access", f"access to {name} for {listed}", amend, how)
    return carried_out(workspace, plan, how)


def scope_name(found: Named) -> str:
    """Give the name of a secret's own scope."""
    plain = f"secret-{found.where}-{found.name}"
    slug = re.sub(r"[^a-z0-9_-]+", "-", plain.lower())[:50]
    return slug if slug == plain and is_scope(slug) else f"{slug}-{sha256(plain.encode()).hexdigest()[:8]}"


def _wanted(users: Sequence[str] | Mapping[str, str | Sequence[str]]) -> dict[str, tuple[str, ...]]:
    if not isinstance(users, Mapping):
        return {str(one): ("read",) for one in ([users] if isinstance(users, str) else users)}
    wanted = {str(one): (given,) if isinstance(given, str) else tuple(given) for one, given in users.items()}
    for operations in wanted.values():
        amending.check_operations(operations)
    return wanted


def _own_scope(policy: Policy, found: Named, wanted: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    scope = scope_name(found)
    claimed = policy.scope_of(secret_context(found.name, found.environment))
    if claimed not in (DEFAULT_SCOPE, scope):
        raise Refused(
            f'secret "{found.name}" is in scope "{claimed}" already', hint=f"change who has it: edit {FILE}"
        )
    tree: dict[str, Any] = copy.deepcopy(dict(policy.tree))
    rule = {"secrets": [found.name], "environments": [found.environment or COMMON]}
    tree["scopes"] = {**(tree.get("scopes") or {}), scope: [rule]}
    for name in wanted:
        if name not in policy.members and name not in policy.roles:
            amending.with_member(policy, name, {})  # refuses what cannot be a name
            tree["members"] = {**(tree.get("members") or {}), name: {}}
    kept = [one for one in tree.get("grants") or [] if one["scopes"] not in (scope, [scope])]
    grants = [{"to": [name], "scopes": [scope], "may": list(may)} for name, may in wanted.items() if may]
    tree["grants"] = kept + grants
    return tree
