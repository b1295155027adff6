"""`verify`: whether all that is sealed was written by somebody who may, and nothing that was logged is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.access.answers import Verification
from gmconfig.api.secret.demanded_sealing import plain_in
from gmconfig.api.secret.inventory import inline_values, named_secrets
from gmconfig.finding import Finding, Place, Severity
from gmconfig.path import format_keys
from gmconfig.secret.log.past import Past
from gmconfig.secret.log.verify import CHECK, findings
from gmconfig.validate.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.api.workspace import Workspace
    from gmconfig.project import Project
    from gmconfig.secret.log.past import Removed
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.snapshot import Snapshot


def verify(workspace: Workspace, *, base: str | None = None, at: str | None = None) -> Verification:
    """Check a snapshot, the working tree by default, and that its log has lost nothing since `base`.

    Needs no decryption key. What holds is remembered: this clone will not forget it.

    Raises:
        Refused: there is no pinned policy to judge by.
        UnknownVersion: no commit answers to `base` or `at`.
    """
    project = workspace.project
    snapshot = project.snapshot(at)
    vault = workspace.vault(snapshot)
    read = Reading(snapshot)
    inline = list(inline_values(project, read))
    named = list(named_secrets(read))
    found = [*findings(vault, inline, named), *_plain(project, vault, read)]
    found += map(_gone, removed_events(workspace, base=base, at=at))
    notes = _notes(workspace, base)
    answer = Verification(tuple(found), len(inline) + len(named), len(vault.ledger.events), notes)
    if answer.is_valid and base is None and not notes:
        _past(project).remember(
            project.repository.resolve(at or "HEAD") if project.repository.head() else None
        )
    return answer


def removed_events(workspace: Workspace, *, base: str | None = None, at: str | None = None) -> list[Removed]:
    """Give the events that history, a base or what this clone remembers has, and the log of a snapshot lacks."""
    project = workspace.project
    if project.repository.head() is None and at is None:
        return []
    vault = workspace.vault(project.snapshot(at))
    known = project.repository.resolve(base) if base else None
    revision = project.repository.resolve(at or "HEAD")
    return _past(project).removed(vault.ledger, vault.trust, vault.standing, revision, known)


def _past(project: Project) -> Past:
    return Past(project.repository, project.prefix)


def _notes(workspace: Workspace, base: str | None) -> tuple[str, ...]:
    if base is None and _past(workspace.project).is_partly_known():
        return ("removal not checked: this clone is shallow, and no --base was given",)
    return ()


def _gone(removed: Removed) -> Finding:
    event = removed.event
    what = "a signed access policy" if event.access is not None else "a signed event"
    message = f"{what} was removed from the log ({event.described}); {removed.source} has it"
    hint = "gmconfig secret access sign" if event.access is not None else "gmconfig secret accept"
    return Finding(
        CHECK, "removed", Severity.ERROR, message, Place(event.file), hint=f"if you mean it so: {hint}"
    )


def _plain(project: Project, vault: Vault, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield what stands in plain text where the signed policy wants it sealed."""
    from gmconfig.storage.yaml import compose, place

    project = project.at(snapshot)
    for layer in project.every_layer(snapshot):
        for keys, _ in plain_in(project, snapshot, vault.trust, layer.file):
            where = place(compose(snapshot.read(layer.file), layer.file), keys)
            hint = f"gmconfig secret seal {layer.file} {format_keys(keys)}"
            message = f"{format_keys(keys)} must be sealed, and stands here in plain text"
            yield Finding(CHECK, "plaintext", Severity.ERROR, message, where, hint=hint)
