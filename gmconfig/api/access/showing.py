"""What there is to see of access without any key: the policy, former readers' knowledge, the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.access.answers import AccessSummary, AuditEntry, MemberSummary
from gmconfig.api.access.changes import exposed_value
from gmconfig.api.access.exposed_backups import with_backups
from gmconfig.api.secret.inventory import sealed_values
from gmconfig.secret.access.policy import OPERATIONS
from gmconfig.secret.access.rights import described, losers, scopes_of
from gmconfig.secret.door import reads_folder
from gmconfig.secret.log import reads
from gmconfig.secret.log.exposure import contexts_of, still_exposed
from gmconfig.secret.log.order import in_order
from gmconfig.secret.log.trust import read_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.api.access.answers import ExposedValue
    from gmconfig.api.workspace import Workspace
    from gmconfig.secret.access.policy import Member, Policy
    from gmconfig.secret.access.rule import Rule
    from gmconfig.secret.log.event import Event
    from gmconfig.secret.vault import Vault


def access(workspace: Workspace) -> AccessSummary:
    """Give the signed policy, and what the file says beyond it."""
    snapshot = workspace.project.worktree()
    vault = workspace.vault(snapshot)
    trust = vault.trust
    policy, head = trust.policies[0], trust.heads[0]
    changes = tuple(described(policy, read_policy(snapshot))) if trust.unsettled else ()
    return AccessSummary(
        trust.root,
        len(trust.signed),
        head.actor,
        head.time,
        tuple(_member(policy, member) for member in policy.members.values()),
        {scope: tuple(_rule(rule) for rule in policy.scopes.get(scope, ())) for scope in scopes_of(policy)},
        trust.unsettled,
        changes,
        tuple(_due(vault)),
    )


def exposed(workspace: Workspace) -> tuple[ExposedValue, ...]:
    """Give what former readers have seen and that is still in use."""
    snapshot = workspace.project.worktree()
    vault = workspace.vault(snapshot)
    found = map(exposed_value, still_exposed(vault, sealed_values(workspace.project, snapshot)))
    return with_backups(workspace, tuple(found))


def audit(workspace: Workspace, name: str | None) -> tuple[AuditEntry, ...]:
    """Give writes in the order of the log, reads between them by time; those of one secret if it is named."""
    vault = workspace.vault(workspace.project.worktree())
    written = [_written(vault, event) for event in in_order(vault.ledger)]
    read = [
        AuditEntry(one["time"], one["member"], one["verb"], (one["place"],), user=one.get("user"))
        for one in reads.read(reads_folder(workspace.project, vault.sources))
    ]
    entries = _woven(written, read)
    return tuple(
        one for one in entries if name is None or any(_is_about(place, name) for place in one.places)
    )


def _woven(written: list[AuditEntry], read: list[AuditEntry]) -> Iterator[AuditEntry]:
    """Yield both, each in its own order: reads come before the first write that is later."""
    left = iter(sorted(read, key=lambda one: one.time))
    waiting = next(left, None)
    for write in written:
        while waiting is not None and waiting.time < write.time:
            yield waiting
            waiting = next(left, None)
        yield write
    if waiting is not None:
        yield waiting
    yield from left


def _member(policy: Policy, member: Member) -> MemberSummary:
    rights = {
        scope: tuple(one for one in OPERATIONS if policy.allows(member.name, one, scope))
        for scope in scopes_of(policy)
    }
    roles = tuple(sorted(role for role, names in policy.roles.items() if member.name in names))
    return MemberSummary(member.name, _kind(member), roles, {s: r for s, r in rights.items() if r})


def _kind(member: Member) -> str | None:
    if member.recipient is None:
        return None
    if member.sealed_seed is not None:
        return "passphrase"
    return member.recipient.split()[0] if member.recipient.startswith("ssh-") else "age"


def _rule(rule: Rule) -> str:
    parts = [f"document {rule.document}"] if rule.document else []
    parts += [f"paths {', '.join(str(path) for path in rule.paths)}"] if rule.paths else []
    parts += [f"secrets {', '.join(rule.secrets)}"] if rule.secrets else []
    parts += [f"in {', '.join(rule.environments)}"] if rule.environments else []
    return ", ".join(parts) or "everything"


def _due(vault: Vault) -> Iterator[str]:
    if vault.trust.unsettled:
        return  # a signature comes first, and may give back what a merge took
    for scope in sorted({record.scope for record in vault.standing.records.values()}):
        if losers(vault.trust, vault.standing, vault.trust.policies[0], scope):
            yield scope


def _written(vault: Vault, event: Event) -> AuditEntry:
    places = tuple(dict.fromkeys(str(one) for one in contexts_of(event)))
    return AuditEntry(
        event.time,
        event.actor,
        event.operation,
        places,
        event.reason,
        signed=vault.trust.was_member(event),
        changes=_changes(vault, event),
    )


def _changes(vault: Vault, event: Event) -> tuple[str, ...]:
    """Say what an event did to the policy, seen from the version before."""
    signed = vault.trust.signed
    if event.id not in signed or not event.parents:
        return ()
    return tuple(described(signed[event.parents[0]][1], signed[event.id][1]))


def _is_about(place: str, name: str) -> bool:
    """Whether a place means a secret's name or a document's path."""
    words = place.replace(",", " ").split()
    return name in words or place.startswith(f"{name}:")
