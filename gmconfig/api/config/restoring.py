"""Rolling back: a document's files, or one path, as they were, as a new commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.carry_out import carry_out
from gmconfig.api.config.edited import edited_values
from gmconfig.api.outcome import Deed
from gmconfig.api.secret.sealing import Sealing
from gmconfig.config.rollback import restored, restored_path
from gmconfig.config.versions import commit_of
from gmconfig.storage.git.describe import describe

if TYPE_CHECKING:
    from gmconfig.api.outcome import How, Outcome
    from gmconfig.api.workspace import Workspace
    from gmconfig.path import KeyPath
    from gmconfig.storage.change import FileEdit


def rollback(
    workspace: Workspace,
    document: str,
    version: str,
    how: How,
    *,
    path: KeyPath,
    own: bool = False,
    secrets: bool = False,
) -> Outcome:
    """Restore a version of a document; with `own` only what the named environment's own files say.

    Sealed values stay today's; with `secrets` the old ones come back, sealed again under today's keys.

    Raises:
        UnknownVersion: no commit answers to it.
        InvalidConfiguration: what was fine then would not pass validation now.
    """
    project = workspace.project
    environment = workspace.given if own or path.segments else None
    commit = commit_of(project, document, version)
    plan, what = _plan(workspace, document, version, commit, path, own=own, secrets=secrets)
    sealing = Sealing(workspace, "rollback", how.reason, origin=workspace.vault(project.snapshot(commit)))
    edits = sealing.settled(plan)
    deed = Deed(
        "rollback",
        f"{document}: {what} ({commit[:7]} {_shortened(describe(project.repository, commit).subject)})",
        document=document,
        environment=environment,
        trailers={"Restored": commit},
        changes=edited_values(project, edits, files=tuple(plan)),
    )
    return carry_out(project, edits, how, deed)


def _plan(
    workspace: Workspace,
    document: str,
    version: str,
    commit: str,
    path: KeyPath,
    *,
    own: bool,
    secrets: bool,
) -> tuple[dict[str, FileEdit], str]:
    where = f" in {workspace.given}" if workspace.given else ""
    if not path.segments and own:
        environment = workspace.given
        plan = restored(workspace.project, document, commit, environment, secrets=secrets)
        return plan, f"back to {version}{where}"
    if not path.segments:
        return restored(workspace.project, document, commit, secrets=secrets), f"back to {version}"
    plan = restored_path(workspace.project, document, path, commit, workspace.given, secrets=secrets)
    return plan, f"{path} back to {version}{where}"


def _shortened(subject: str, limit: int = 40) -> str:
    return subject if len(subject) <= limit else subject[: limit - 1] + "…"
