"""Pushing a commit to its branch at the remote, and what became of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble
from gmconfig.storage.git.process import failed

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

PATIENCE = 600.0
"""How many seconds a remote may take for a branch: longer than for refs, its hooks may check what arrives."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What the remote made of a push.

    `refused` is the reason why it has not got the commit, None where it has; `reached` says whether it heard of
    it at all, `behind` that it has commits which are not here. `commits` counts those that went along, None
    where that is not known.
    """

    remote: str
    branch: str
    commit: str
    refused: str | None = None
    reached: bool = True
    behind: bool = False
    commits: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the remote has the commit on its branch now."""
        return self.refused is None


def push(repository: Repository, remote: str, commit: str) -> Pushed:
    """Push a commit of the current branch to the branch that it follows, at the remote that it follows.

    Args:
        repository: where the commit is.
        remote: the remote's name, where the branch follows none.
        commit: its full id.

    Raises:
        GitTrouble: no branch is checked out.
    """
    branch = repository.branch()
    if branch is None:
        raise GitTrouble(
            "no branch is checked out, so that nothing says where to push", hint="git switch main"
        )
    remote, target = _followed(repository, remote, branch)
    asked = ("push", "--porcelain", "--", remote, f"{commit}:refs/heads/{target}")
    done = repository.attempt(*asked, seconds=PATIENCE)
    lines = os.fsdecode(done.stdout).splitlines()
    told = next((line.split("\t") for line in lines if line.count("\t") == 2), None)
    if told is None or (done.returncode and told[0] != "!"):
        return Pushed(
            remote, target, commit, failed(asked, done.stderr, repository.top).message, reached=False
        )
    if told[0] == "!":
        behind = "fetch first" in told[2] or "non-fast-forward" in told[2]
        return Pushed(remote, target, commit, refusal(told[2], done.stderr), behind=behind)
    return Pushed(remote, target, commit, commits=_count(repository, told[2], commit))


def _followed(repository: Repository, remote: str, branch: str) -> tuple[str, str]:
    """Give the remote and the branch that git would push to, else those of the same name at ours."""
    theirs = repository.setting(f"branch.{branch}.remote")
    merged = repository.setting(f"branch.{branch}.merge")
    if theirs and theirs != "." and merged and merged.startswith("refs/heads/"):
        return theirs, merged.removeprefix("refs/heads/")
    return remote, branch


def refusal(summary: str, stderr: bytes) -> str:
    """Give the remote's words: what a hook of it said, else git's own summary."""
    said = [
        line.removeprefix("remote:").strip()
        for line in stderr.decode("utf-8", "replace").splitlines()
        if line.startswith("remote:")
    ]
    told = next((line for line in said if line), "")
    short = summary.partition("(")[2].rstrip(")") or summary.strip("[] ")
    words = f"{short}: {told}" if told else short
    return "".join(letter if letter.isprintable() else " " for letter in words)


def _count(repository: Repository, summary: str, commit: str) -> int | None:
    """Count what a fast-forward (`old..new`) took along; None for a new branch."""
    old, dots, _ = summary.partition("..")
    if summary == "[up to date]":
        return 0
    if not dots:
        return None
    done = repository.attempt("rev-list", "--count", f"{old}..{commit}")
    return None if done.returncode else int(done.stdout)
