"""Changes to the repository's own git configuration, which a git that was killed may have left locked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gmconfig.storage.git.process import failed
from gmconfig.storage.git.stale import outwait

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository


def configure(repository: Repository, *words: str) -> None:
    """Run `git config --local` with some words that change it.

    Raises:
        GitTrouble: git did not do it.
    """
    asked = ("config", "--local", *words)
    done = repository.attempt(*asked)
    if b"could not lock config file" in done.stderr and b"File exists" in done.stderr:
        outwait(repository, os.path.join(repository.common_dir, "config.lock"))
        done = repository.attempt(*asked)
    if done.returncode:
        raise failed(asked, done.stderr, repository.top)
