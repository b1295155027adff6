"""The branch that an agent follows: fetched into its remote-tracking ref, never into the working tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble, UsageError
from gmconfig.storage.git import refs
from gmconfig.storage.git.process import complaint

if TYPE_CHECKING:
    from gmconfig.storage.git import Repository

_PATIENCE = 60.0  # seconds until a remote that does not answer counts as out of reach


class Branch:
    """A branch of the remote, or of the clone itself where there is no remote."""

    def __init__(self, repository: Repository, remote: str, name: str | None = None) -> None:
        self.repository = repository
        self.remote = remote
        self.is_remote = repository.setting(f"remote.{remote}.url") is not None
        self.name = name or _current(repository, remote)
        below = f"refs/remotes/{remote}" if self.is_remote else "refs/heads"
        self.ref = refs.check_name(f"{below}/{self.name}")

    def __str__(self) -> str:
        return f"{self.remote}/{self.name}" if self.is_remote else self.name

    def fetch(self) -> None:
        """Get what was pushed.

        Raises:
            GitTrouble: the remote cannot be reached, or has no such branch.
        """
        if not self.is_remote:
            return
        wanted = f"+refs/heads/{self.name}:{self.ref}"
        # It may tidy up: nobody else does in a clone that only an agent works in, whose status changes for years.
        options = ("--no-tags", "--no-write-fetch-head", "--quiet", "--no-recurse-submodules")
        done = self.repository.attempt("fetch", *options, "--", self.remote, wanted, seconds=_PATIENCE)
        if done.returncode:
            raise GitTrouble(f"{self} cannot be fetched: {complaint(done.stderr)}", hint="git fetch")

    def tip(self) -> str | None:
        """Give its newest commit, as far as it is known here; None where there is none."""
        return refs.read(self.repository, self.ref)


def _current(repository: Repository, remote: str) -> str:
    """Give the name of the branch that the clone's own branch follows there."""
    here = repository.branch()
    if here is None:
        raise UsageError("no branch is checked out here, so that none is followed", hint="--branch main")
    merged = repository.setting(f"branch.{here}.merge") or ""
    theirs = repository.setting(f"branch.{here}.remote")
    return merged.removeprefix("refs/heads/") if theirs == remote and merged else here
