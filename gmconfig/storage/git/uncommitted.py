"""Which files of the working tree are not as the commit has them that is checked out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository


def uncommitted_files(repository: Repository) -> set[str]:
    """Give the changed, new and deleted files, from the repository's top; what git ignores is left out."""
    base = ("HEAD",) if repository.head() else ("--cached",)
    new = _names(repository, "ls-files", "--others", "--exclude-standard", "-z")
    return new | _names(repository, "diff", "--name-only", "--no-renames", "-z", *base, "--")


def _names(repository: Repository, *arguments: str) -> set[str]:
    return {os.fsdecode(name) for name in repository.run(*arguments).split(b"\0") if name}
