"""Who may do what with secrets: each change is signed and, where somebody loses something, new keys with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gmconfig.api.access.answers import AccessChange, ExposedValue
from gmconfig.api.access.exposed_backups import with_backups
from gmconfig.api.carry_out import carry_out
from gmconfig.api.outcome import Deed
from gmconfig.api.secret.inventory import sealed_values
from gmconfig.secret.access import amending
from gmconfig.secret.access import reading as access
from gmconfig.secret.access.key_change import KeyChange, KeyChanging
from gmconfig.secret.access.policy import FILE, OPERATIONS
from gmconfig.secret.access.rights import described
from gmconfig.secret.access.rule import COMMON
from gmconfig.secret.log.past import Past
from gmconfig.secret.log.trust import read_policy
from gmconfig.storage.change import Agreed, YamlEdit
from gmconfig.storage.snapshot import Proposed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from gmconfig.api.outcome import How
    from gmconfig.api.workspace import Workspace
    from gmconfig.secret.access.policy import Policy
    from gmconfig.secret.log.exposure import Exposure
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.change import FileEdit


class Plan(NamedTuple):
    """A change of access that is made, checked and not carried out yet."""

    operation: str
    subject: str
    words: tuple[str, ...]
    change: KeyChange
    access: Mapping[str, FileEdit]


RECOVERY = "recovery"
"""The member that `init` offers: whoever has its phrase can do everything when every other key is lost."""


def add_member(workspace: Workspace, name: str, keys: Mapping[str, object], how: How) -> AccessChange:
    """Add a member with public keys; what they may do is granted afterwards."""
    plan = amended(
        workspace, "member", f"add member {name}", lambda one: amending.with_member(one, name, keys), how
    )
    return carried_out(workspace, plan, how)


def remove_member(workspace: Workspace, name: str, how: How) -> AccessChange:
    """Take everything from a member, and the member out of the policy."""
    plan = amended(
        workspace, "revoke", f"remove member {name}", lambda one: amending.without_member(one, name), how
    )
    return carried_out(workspace, plan, how)


def grant(
    workspace: Workspace, to: str, operations: Sequence[str], scope: str, how: How, *, history: bool = False
) -> AccessChange:
    """Let a member or role do more in a scope; with `history` they can open what was sealed before as well."""
    names = _members_behind(workspace, to) if history else ()
    subject = f"grant {to} {', '.join(operations)} in {'every scope' if scope == '*' else scope}"
    plan = amended(
        workspace,
        "grant",
        subject,
        lambda one: amending.granted(one, to, operations, scope),
        how,
        history_for=names,
    )
    return carried_out(workspace, plan, how)


def revoke(
    workspace: Workspace, name: str, how: How, *, operations: Sequence[str] = (), scope: str | None = None
) -> AccessChange:
    """Take operations in a scope, or everything, from a member or role."""
    taken = tuple(operations) or OPERATIONS
    subject = f"revoke {name}" + (f" {', '.join(operations)}" if operations else "")
    plan = amended(
        workspace,
        "revoke",
        subject + (f" in {scope}" if scope else ""),
        lambda one: amending.revoked(one, name, taken, scope),
        how,
    )
    return carried_out(workspace, plan, how)


def rekey(workspace: Workspace, scopes: Sequence[str], how: How) -> AccessChange:
    """Give scopes new keys; none named means every one."""
    vault = workspace.vault(workspace.project.worktree())
    every = sorted({record.scope for record in vault.standing.records.values()})
    wanted = tuple(scopes) or every
    change = _changing(workspace, vault, "rekey", how, scopes=wanted).made()
    plan = Plan("rekey", f"rekey {', '.join(wanted)}", (), change, {})
    return carried_out(workspace, plan, how)


def signing(workspace: Workspace, how: How) -> Plan | None:
    """Plan to sign `access.yaml` as it stands, with all that follows; None where there is nothing to sign."""
    snapshot = _with_restored(workspace)
    vault = workspace.vault(snapshot)
    if not vault.trust.unsettled and not _restored(workspace):
        return None
    after = read_policy(snapshot)
    words = tuple(described(vault.trust.policies[0], after))
    change = _changing(workspace, vault, "access", how, after=after).made()
    return Plan("access", "sign access.yaml", words, change, _as_it_stands(workspace))


def carried_out(workspace: Workspace, plan: Plan, how: How) -> AccessChange:
    """Commit a plan as a whole, once the result has been opened and read back in memory."""
    files = {**plan.change.files, **plan.access}
    _check(workspace, files)
    deed = Deed(f"secret-{plan.operation}", f"secret: {plan.subject}")
    outcome = carry_out(workspace.project, files, how, deed, checked=False)
    change = plan.change
    return AccessChange(
        outcome,
        plan.words,
        change.rekeyed,
        change.sealed_again,
        with_backups(workspace, tuple(map(exposed_value, change.exposed))),
        change.due,
        change.waiting,
    )


def exposed_value(exposure: Exposure) -> ExposedValue:
    """Give an exposure as people name it."""
    from gmconfig.path import KeyPath

    context = exposure.context
    environment = context.environment or (COMMON if context.document is None else "base")
    if context.document is None:
        return ExposedValue(exposure.member, environment, str(context.path[0]), exposure.since)
    number = context.yaml_document if context.yaml_document != 1 else 0
    name = f"{context.document}: {KeyPath(context.path, number)}"
    return ExposedValue(exposure.member, environment, name, exposure.since, context.document)


def past_of(workspace: Workspace) -> Past:
    """Give what git remembers of the project's log."""
    return Past(workspace.project.repository, workspace.project.prefix)


def amended(
    workspace: Workspace,
    operation: str,
    subject: str,
    amend: Callable[[Policy], Mapping[str, object]],
    how: How,
    *,
    history_for: Collection[str] = (),
) -> Plan:
    """Plan a change of the signed policy; `amend` gives its new tree.

    Raises:
        Refused: `access.yaml` was changed by hand, and nobody has signed that yet.
    """
    vault = workspace.vault(workspace.project.worktree())
    vault.trust.check_settled()
    before = vault.trust.policies[0]
    tree = amend(before)
    after = access.parse(tree)
    if after.digest == before.digest and not history_for:
        return Plan(operation, subject, (), KeyChange({}), {})
    edits = amending.edits(before.tree, tree)
    changed: dict[str, FileEdit] = {FILE: YamlEdit(FILE, edits)} if edits else {}
    change = _changing(workspace, vault, operation, how, after=after, history_for=history_for).made()
    return Plan(operation, subject, tuple(described(before, after)), change, changed)


def _changing(
    workspace: Workspace,
    vault: Vault,
    operation: str,
    how: How,
    *,
    after: Policy | None = None,
    scopes: Sequence[str] = (),
    history_for: Collection[str] = (),
) -> KeyChanging:
    return KeyChanging(
        vault,
        operation,
        sealed_values(workspace.project, vault.snapshot),
        after=after,
        scopes=scopes,
        history_for=history_for,
        histories=past_of(workspace).held_by,
        reason=how.reason,
    )


def _members_behind(workspace: Workspace, name: str) -> tuple[str, ...]:
    policy = workspace.vault(workspace.project.worktree()).trust.policies[0]
    return tuple(policy.roles.get(name, (name,)))


def _check(workspace: Workspace, files: Mapping[str, FileEdit]) -> None:
    """Read the result as the next reader will: the policy, the log, each key's record."""
    if not files:
        return
    tree = workspace.project.worktree()
    after = {name: edit.apply(tree.read(name) if tree.exists(name) else None) for name, edit in files.items()}
    vault = workspace.vault(Proposed(tree, after))
    vault.trust.check_settled()
    _ = vault.standing


def _as_it_stands(workspace: Workspace) -> dict[str, FileEdit]:
    tree = workspace.project.worktree()
    edits: dict[str, FileEdit] = {FILE: Agreed(tree.read(FILE))}
    return edits | {name: Agreed(raw) for name, raw in _restored(workspace).items()}


def _with_restored(workspace: Workspace) -> Proposed:
    return Proposed(workspace.project.worktree(), dict(_restored(workspace)))


def _restored(workspace: Workspace) -> dict[str, bytes]:
    """Give the events that were taken out of the log, by file: who signs brings them back."""
    from gmconfig.api.access.verifying import removed_events

    return {one.event.file: one.raw for one in removed_events(workspace)}


def add_recovery(workspace: Workspace, how: How) -> str:
    """Add the member `recovery`, who may do everything with a generated phrase, and give the phrase.

    Raises:
        Refused: there is one already.
    """
    from gmconfig.api.access.keys import protected_identity
    from gmconfig.secret.access.policy import EVERY
    from gmconfig.secret.named.generator import recovery_phrase

    phrase = recovery_phrase()
    add_member(workspace, RECOVERY, protected_identity(phrase), how)
    grant(workspace, RECOVERY, OPERATIONS, EVERY, how, history=True)
    return phrase
