"""Checking a project as it lies on disk, is staged, or was committed."""

from __future__ import annotations

import os

from gmconfig.errors import NotFound, UsageError
from gmconfig.project import INDEX

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from gmconfig.api.workspace import Workspace
    from gmconfig.project import Project
    from gmconfig.secret.vault import Vault
    from gmconfig.storage.snapshot import Snapshot
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
        return _checked_again(workspace, forms)
    from gmconfig.validate.run import check as checked

    paths = [below_root(workspace, file) for file in files]
    snapshot = project.snapshot(INDEX if staged else _commit(project, at, paths))
    return checked(
        project,
        snapshot,
        files=paths or None,
        environments=environments or None,
        vault=_late_vault(workspace, snapshot),
        rules=rules,
        referrers=True,
    )


def _checked_again(workspace: Workspace, forms: Sequence[str]) -> Report:
    from gmconfig.validate.cached import check

    project = workspace.project
    report = check(project, vault=_late_vault(workspace, project.worktree()), forms=forms)
    if not report.files and project.git_folder and project.repository.left_out(project.prefix):
        message = "nothing can be checked: a sparse checkout leaves every document out"
        raise NotFound(
            message, hint="git sparse-checkout disable; what is committed: gmconfig validate --at HEAD"
        )
    if any(finding.rule == "overdue" for finding in report.findings):
        from gmconfig.api.secret.overdue import note

        note(workspace, report.findings)
    return report


def _commit(project: Project, at: str | None, paths: Sequence[str]) -> str | None:
    """Give what `at` names: `v7` counts the versions of the one document that is meant.

    Raises:
        UsageError: several documents may be meant.
    """
    if at is None or at[:1] != "v" or not at[1:].isdigit():
        return at
    from gmconfig.config.versions import commit_of
    from gmconfig.errors import UnknownVersion

    read = [project.layout.read(path) for path in paths]
    named = sorted({layer.document for layer in read if layer}) or sorted(
        project.documents(project.worktree())
    )
    if len(named) == 1:
        return commit_of(project, named[0], at)
    try:
        return project.repository.resolve(at)  # a tag may be called so
    except UnknownVersion:
        hint = f"name a file of one ({', '.join(named)}), a commit or a tag"
        raise UsageError(f'"{at}" counts the versions of one document', hint=hint) from None


def below_root(workspace: Workspace, file: str) -> str:
    """Give a file that a user named by its path below the project's root.

    Raises:
        UsageError: it lies outside.
    """
    path = os.path.relpath(os.path.realpath(file), os.path.realpath(workspace.project.root))
    if path.startswith(".."):
        raise UsageError(f'"{file}" lies outside the project "{workspace.project.root}"')
    return path


def _late_vault(workspace: Workspace, snapshot: Snapshot) -> Vault:
    """Give a vault whose libraries are loaded when something is first asked of it: most checks ask nothing."""
    return _Late(workspace, snapshot)  # type: ignore[return-value]  # it answers as the vault does


class _Late:
    def __init__(self, workspace: Workspace, snapshot: Snapshot) -> None:
        self._asked = workspace, snapshot
        self._vault: Vault | None = None

    def __getattr__(self, name: str) -> Any:
        if self._vault is None:
            workspace, snapshot = self._asked
            self._vault = workspace.vault(snapshot)
        return getattr(self._vault, name)
