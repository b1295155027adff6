"""Whether gmconfig may commit now: refuses while the repository is in the middle of something."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import Refused, shell_word
from gmconfig.immutable import Immutable
from gmconfig.storage.git.index import Signature, signature

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

_UNFINISHED = (
    ("MERGE_HEAD", "a merge", "git merge --continue (or --abort)"),
    ("rebase-merge", "a rebase", "git rebase --continue (or --abort)"),
    ("rebase-apply/applying", "git am", "git am --continue (or --abort)"),
    ("rebase-apply", "a rebase", "git rebase --continue (or --abort)"),
    ("CHERRY_PICK_HEAD", "a cherry-pick", "git cherry-pick --continue (or --abort)"),
    ("REVERT_HEAD", "a revert", "git revert --continue (or --abort)"),
    ("sequencer", "a cherry-pick or revert", "git cherry-pick --continue (or --abort)"),
    ("BISECT_LOG", "a bisection", "git bisect reset"),
)


class Obstacle(NamedTuple):
    """What keeps gmconfig from committing, and the command that ends it."""

    message: str
    end: str


class Tip(Immutable):
    """Where a commit will go: the branch's full name, and its commit (None before the first one)."""

    __slots__ = ("ref", "commit")

    def __init__(self, ref: str, commit: str | None) -> None:
        self.ref = ref
        self.commit = commit


def ready(repository: Repository, merged: Signature = None) -> Tip:
    """Give the branch that a commit would go to; `merged` is an index that has no unfinished merge in it.

    Raises:
        Refused: an operation is unfinished, a path unmerged, or HEAD detached.
    """
    obstacle = obstacle_in(repository, merged)
    if obstacle:
        raise _refused(obstacle.message, obstacle.end)
    ref = repository.head_ref()
    if ref is None:
        raise _refused(*detached(repository))
    return Tip(ref, repository.head())


def obstacle_in(repository: Repository, merged: Signature = None) -> Obstacle | None:
    """Give the operation that has to end before a commit, or None."""
    for name, what, end in _UNFINISHED:
        if os.path.exists(os.path.join(repository.git_dir, name)):
            return Obstacle(f"{what} is not finished", end)
    is_merged = merged is not None and merged == signature(repository.index_path)
    unmerged = b"" if is_merged else repository.run("ls-files", "-u", "-z")
    if not unmerged:
        return None
    path = os.fsdecode(unmerged.split(b"\0")[0].partition(b"\t")[2])
    return Obstacle(f'"{path}" has an unfinished merge', f"resolve it, then: git add {shell_word(path)}")


def detached(repository: Repository) -> Obstacle:
    """Say that HEAD is on no branch, and how it gets back to one."""
    branch = next(iter(branches_here(repository)), "-c NEW-BRANCH")
    return Obstacle("HEAD is detached: there is no branch to commit to", f"git switch {branch}")


def branches_here(repository: Repository) -> list[str]:
    """Give the branches whose tip is HEAD's commit."""
    asked = ("for-each-ref", "--points-at=HEAD", "--format=%(refname:short)", "refs/heads")
    return os.fsdecode(repository.attempt(*asked).stdout).split()


def check_owned(repository: Repository, paths: Sequence[str]) -> None:
    """Refuse files that belong to a submodule or another repository below this one."""
    parents = sorted({parent for path in paths for parent in _parents(path)})
    for parent in parents:
        if os.path.lexists(os.path.join(repository.top, parent, ".git")):
            raise _foreign(parent)
    if parents and os.path.lexists(os.path.join(repository.top, ".gitmodules")):
        staged = repository.run("ls-files", "-s", "-z", "--", *parents)
        for line in staged.split(b"\0"):
            path = os.fsdecode(line.partition(b"\t")[2])
            if line.startswith(b"160000 ") and path in parents:
                raise _foreign(path)


def check_not_ignored(repository: Repository, paths: Sequence[str]) -> None:
    """Refuse to commit untracked files that git is told to ignore."""
    if not paths:
        return
    feed = b"\0".join(b"./" + os.fsencode(path) for path in paths)  # "./" so that no name reads as a pattern
    env = {"GIT_LITERAL_PATHSPECS": "0"}  # check-ignore knows none
    ignored = repository.attempt("check-ignore", "-z", "--stdin", stdin=feed, env=env).stdout
    if ignored:
        path = os.fsdecode(ignored.split(b"\0")[0]).removeprefix("./")
        raise _refused(f'"{path}" is ignored by git', f"git check-ignore -v {shell_word(path)}")


def _parents(path: str) -> Iterable[str]:
    parts = path.split("/")[:-1]
    return ("/".join(parts[: count + 1]) for count in range(len(parts)))


def _foreign(folder: str) -> Refused:
    return _refused(f'"{folder}" is a repository of its own', f"gmconfig -C {shell_word(folder)} …")


def _refused(message: str, end: str) -> Refused:
    return Refused(message, hint=f"{end}; or --no-commit leaves the change in the working tree")
