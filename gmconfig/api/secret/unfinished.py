"""Rotations that did not come to their end, which every look at the state of things must tell."""

from __future__ import annotations

from gmconfig.secret.named.waiting import is_any_waiting

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from gmconfig.api.answers import UnfinishedRotation
    from gmconfig.api.workspace import Workspace


def unfinished(workspace: Workspace) -> tuple[UnfinishedRotation, ...]:
    """Give the rotations of this clone that did not come to their end; needs no key, and next to no time."""
    folder = workspace.project.git_folder
    if folder is None or not is_any_waiting(folder):
        return ()
    from gmconfig.api.answers import UnfinishedRotation
    from gmconfig.secret.named.pending import Pendings

    found = Pendings(workspace.project.repository.common_dir, workspace.project.prefix)
    return tuple(
        UnfinishedRotation(one.name, one.environment or "common", one.time, one.changed) for one in found
    )
