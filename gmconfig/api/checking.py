"""Checking a project as it lies on disk, is staged, or was committed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gmconfig.errors import UsageError
from gmconfig.project import INDEX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.api.workspace import Workspace
    from gmconfig.validate.policy.rule import ComplianceRule
    from gmconfig.validate.report.report import Report


def check(
    workspace: Workspace, *, files: Sequence[str], staged: bool, at: str | None, environments: Sequence[str],
    rules: Sequence[ComplianceRule],
) -> Report:
    """Check what was asked for.

    Raises:
        UsageError: both the index and a commit were named, or a file lies outside the project.
    """
    from gmconfig.validate.run import check as checked

    if staged and at:
        raise UsageError("--staged and --at exclude each other")
    snapshot = workspace.project.snapshot(INDEX if staged else at)
    named = [_below_root(workspace, file) for file in files] or None
    return checked(
        workspace.project, snapshot, files=named, environments=environments or None,
        vault=workspace.vault(snapshot), rules=rules,
    )


def _below_root(workspace: Workspace, file: str) -> str:
    path = os.path.relpath(os.path.realpath(file), os.path.realpath(workspace.project.root))
    if path.startswith(".."):
        raise UsageError(f'"{file}" lies outside the project "{workspace.project.root}"')
    return path
