"""The first use of a clone: whom its access policy begins with, so that a person can say whether to trust it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gmconfig.secret.access import reading as access
from gmconfig.secret.keyring.sources import seed
from gmconfig.secret.log.pin import pin, pin_of

if TYPE_CHECKING:
    from gmconfig.api.workspace import Workspace


class Untrusted(NamedTuple):
    """A policy that this clone has not pinned yet; `root` is its fingerprint."""

    root: str
    admins: tuple[str, ...]


def untrusted(workspace: Workspace) -> Untrusted | None:
    """Give the policy that waits for trust; None where there is none, one is pinned, or there are several roots."""
    project = workspace.project
    if project.git_folder is None or pin_of(project):
        return None
    given = seed(workspace.sources) if workspace.sources.is_given else None
    roots = [e for e in workspace.vault(project.worktree()).ledger if e.access is not None and not e.parents]
    if len(roots) != 1 or (given and given.root):
        return None
    return Untrusted(roots[0].id, access.parse(roots[0].access).admins())


def trust(workspace: Workspace, root: str) -> None:
    """Pin a root in this clone, and nowhere else."""
    pin(workspace.project.repository, workspace.project.prefix, root)
