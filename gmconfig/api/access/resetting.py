"""`access reset`: a new root of trust, after a fork or with the last admin lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gmconfig.api.access.answers import AccessChange
from gmconfig.api.carry_out import carry_out
from gmconfig.api.outcome import Deed
from gmconfig.api.secret.inventory import sealed_values
from gmconfig.errors import GmconfigError
from gmconfig.secret.access import founding
from gmconfig.secret.access import reading as access
from gmconfig.secret.access.new_root import NewRoot
from gmconfig.secret.access.policy import FILE
from gmconfig.secret.keyring.sources import find
from gmconfig.secret.log.pin import await_pin, pin
from gmconfig.secret.log.trust import read_policy
from gmconfig.storage.change import Agreed, WholeFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.api.outcome import How
    from gmconfig.api.workspace import Workspace
    from gmconfig.secret.access.policy import Policy
    from gmconfig.secret.keyring.sources import Held
    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.snapshot import Snapshot


def reset(workspace: Workspace, how: How, shown: Callable[[tuple[str, ...]], None]) -> AccessChange:
    """Sign the policy as it stands as a new root, if the identity at hand is an admin in it, else one of its own.

    Every value that can be opened is sealed again under new keys; the rest stays for the old members alone.
    """
    project = workspace.project
    snapshot = project.worktree()
    vault = workspace.vault(snapshot)
    policy, held, file = _policy(workspace, snapshot)
    made = NewRoot(vault, policy, held, sealed_values(project, snapshot), reason=how.reason).made()
    shown(_words(policy, held.member or "", made.sealed_again, made.left))
    if not how.dry_run:
        await_pin(project.repository, project.prefix, made.root, made.file)
    deed = Deed("secret-reset", "secret: reset access to a new root")
    outcome = carry_out(project, {FILE: file, **made.files}, how, deed, checked=False)
    if outcome.changed and not how.dry_run:
        pin(project.repository, project.prefix, made.root)
        if outcome.commit:
            from gmconfig.api.access.changes import past_of

            past_of(workspace).settled(outcome.commit)
    return AccessChange(outcome, (f"new root {made.root}",), made.scopes, made.sealed_again)


def _policy(workspace: Workspace, snapshot: Snapshot) -> tuple[Policy, Held, FileEdit]:
    """Give the policy to begin with, who signs it, and the edit of its file."""
    try:
        policy = read_policy(snapshot)
        held = find(workspace.sources, policy.members)
        if held.member in policy.admins():
            return policy, held, Agreed(snapshot.read(FILE))
    except GmconfigError:
        held = find(workspace.sources, {})
    name = founding.member_name(workspace.project.repository.identity(None).name)
    tree: dict[str, Any] = founding.policy_tree(name, held.identity)
    return access.parse(tree), held._replace(member=name), WholeFile(founding.policy_text(tree))


def _words(policy: Policy, me: str, again: int, left: int) -> tuple[str, ...]:
    lines = [f"a new root, signed by {me}; members: {', '.join(policy.members)}"]
    lines.append(f"{again} values are sealed again under new keys")
    if left:
        lines.append(f"{left} values cannot be opened and stay sealed for the old members: set them anew")
    lines.append("every other clone must pin the new root")
    return tuple(lines)
