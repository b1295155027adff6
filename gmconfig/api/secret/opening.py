"""Opening a named secret: what a program asks for most often loads nothing that changes secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.access.acting import check_user
from gmconfig.secret.door import reads_folder
from gmconfig.secret.log import reads
from gmconfig.secret.named.store import sealed_of

if TYPE_CHECKING:
    from gmconfig.api.workspace import Workspace


def opened(workspace: Workspace, name: str, user: str | None, at: str | None = None) -> object:
    """Open a secret as the environment sees it, now or in an earlier commit; it is noted in this machine's audit."""
    today = workspace.vault(workspace.project.worktree())
    vault = today if at is None else workspace.vault(workspace.project.snapshot(at))
    sealed = sealed_of(vault.look_up(name, workspace.environment))
    check_user(today, sealed.context, "read", user)
    value = vault.open(sealed)
    reads.note(
        reads_folder(workspace.project, today.sources), sealed.context, today.member, verb="get", user=user
    )
    return value
