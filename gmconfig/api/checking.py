"""Checking a project as it lies on disk, is staged, or was committed."""

from __future__ import annotations

import os

from gmconfig.errors import UsageError
from gmconfig.project import INDEX

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.api.workspace import Workspace
    from gmconfig.validate.policy.rule import ComplianceRule
    from gmconfig.validate.report.report import Report


def check(
    workspace: Workspace,
    *,
    files: Sequence[str],
    staged: bool,
    at: str | None,
    environments: Sequence[str],
    rules: Sequence[ComplianceRule],
    forms: Sequence[str],
) -> Report:
    """Check what was asked for; the whole working tree is checked with the help of the cache.

    Raises:
        UsageError: both the index and a commit were named, or a file lies outside the project.
    """
    if staged and at:
        raise UsageError("--staged and --at exclude each other")
    project = workspace.project
    if not (staged or at or files or environments or rules):
        from gmconfig.validate.cached import check as checked_again

        return checked_again(project, vault=workspace.vault(project.worktree()), forms=forms)
    from gmconfig.validate.run import check as checked

    snapshot = project.snapshot(INDEX if staged else at)
    return checked(
        project,
        snapshot,
        files=[_below_root(workspace, file) for file in files] or None,
        environments=environments or None,
        vault=workspace.vault(snapshot),
        rules=rules,
    )


def _below_root(workspace: Workspace, file: str) -> str:
    path = os.path.relpath(os.path.realpath(file), os.path.realpath(workspace.project.root))
    if path.startswith(".."):
        raise UsageError(f'"{file}" lies outside the project "{workspace.project.root}"')
    return path
