"""A name whose commit changes: looked at as often as one likes, git is asked only when a ref may have moved."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble
from gmconfig.storage.git.process import failed

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

_YOUNG_SECONDS = 1.0
"""A ref file as young as this may change again without a new time stamp."""

_PATIENCE_SECONDS = 60
"""How long a remote may take to answer."""


class Followed:
    """What a branch, `HEAD` or `@{upstream}` stands for now; other names (`HEAD~1`) cost a git process a look."""

    def __init__(self, repository: Repository, name: str) -> None:
        self.repository = repository
        self.name = name
        self._files: tuple[str, ...] = ()
        self._seen: object = None
        self._commit = ""

    def commit(self) -> str:
        """Give the full id of the commit.

        Raises:
            UnknownVersion: none answers to the name.
        """
        signature = self._signature()
        if signature is None or signature != self._seen:
            self._commit = self.repository.resolve(self.name)
            self._files = self._found_files()
            self._seen = self._signature()
        return self._commit

    def _signature(self) -> tuple[object, ...] | None:
        """Give what differs once the name may stand for another commit; None where that cannot be told."""
        found = []
        for file in self._files:
            try:
                status = os.stat(file)
            except OSError:
                found.append((file, 0, 0))
                continue
            if abs(time.time() - status.st_mtime) < _YOUNG_SECONDS:  # older, or a clock was set back
                return None
            found.append((file, status.st_mtime_ns, status.st_ino))
        return tuple(found) or None

    def _found_files(self) -> tuple[str, ...]:
        """Give the files that say what the name stands for; none where it is not a ref."""
        asked = ("rev-parse", "--symbolic-full-name", self.name)
        ref = os.fsdecode(self.repository.attempt(*asked).stdout).strip()
        if not ref.startswith("refs/"):
            return ()
        git, shared = self.repository.git_dir, self.repository.common_dir
        here = (os.path.join(git, "HEAD"), os.path.join(git, ref))
        others = ("config", "packed-refs", ref, "reftable/tables.list")
        return (*here, *(os.path.join(shared, file) for file in others))


def fetch(repository: Repository) -> None:
    """Bring the remote branches of this branch's remote up to date.

    Raises:
        GitTrouble: the remote does not answer, or not in time.
    """
    asked = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
    done = repository.attempt(*asked, seconds=_PATIENCE_SECONDS)
    if done.returncode:
        raise failed(("fetch",), done.stderr, repository.top)


def upstream(repository: Repository) -> str:
    """Give the name of the remote branch that the current one follows.

    Raises:
        GitTrouble: it follows none.
    """
    done = repository.attempt("rev-parse", "--abbrev-ref", "@{upstream}")
    if done.returncode:
        raise GitTrouble(
            "this branch follows no remote branch", hint="git branch --set-upstream-to origin/main"
        )
    return os.fsdecode(done.stdout).strip()
