"""Opening a named secret: what a program asks for most often loads nothing that changes secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.access.acting import check_user
from gmconfig.secret.door import reads_folder
from gmconfig.secret.log import reads
from gmconfig.secret.named.store import sealed_of

if TYPE_CHECKING:
    from gmconfig.api.workspace import Workspace


def opened(workspace: Workspace, name: str, user: str | None) -> object:
    """Open a secret as the environment sees it, and note the read in this machine's audit."""
    vault = workspace.vault(workspace.project.worktree())
    sealed = sealed_of(vault.look_up(name, workspace.environment))
    check_user(vault, sealed.context, "read", user)
    value = vault.open(sealed)
    reads.note(
        reads_folder(workspace.project, vault.sources), sealed.context, vault.member, verb="get", user=user
    )
    return value
