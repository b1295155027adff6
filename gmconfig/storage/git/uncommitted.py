"""Which files of the working tree are not as the commit has them that is checked out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository


def uncommitted_files(repository: Repository) -> set[str]:
    """Give the changed, new and deleted files, from the repository's top; what git ignores is left out."""
    told = repository.run("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all")
    return {os.fsdecode(line[3:]) for line in told.split(b"\0") if line}
