"""What a commit that was killed half-way left behind: undone before the branch moved, ended after."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gmconfig.storage.git.index import IndexFile
from gmconfig.storage.git.objects import Entry, index_entries
from gmconfig.storage.git.stale import unlock
from gmconfig.storage.git.user_index import UserIndex
from gmconfig.storage.lock import Lock
from gmconfig.storage.replacement import forget, recorded, undo_recorded

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

RECORD = "commit"
"""The name of the record's folder in the worktree's own folder."""


def worktree_lock(repository: Repository) -> Lock:
    """Give the lock that every writer of this worktree holds; a dead one holds nothing."""
    return Lock(os.path.join(repository.own_folder(), "lock"))


def settle(repository: Repository) -> None:
    """Settle what a dead process left, unless its writer still lives."""
    lock = Lock(os.path.join(repository.git_dir, "gmconfig", "lock"), timeout_seconds=0)
    if lock.acquire():
        try:
            settle_held(repository)
        finally:
            lock.release()


def settle_held(repository: Repository) -> None:
    """Do so with the worktree's lock in hand."""
    record = os.path.join(repository.git_dir, "gmconfig", RECORD)
    if not os.path.isdir(record):
        return
    plan = recorded(record)
    UserIndex(repository, record).release()
    free_branch(repository, plan)
    if is_published(repository, plan):
        _end_index(repository, plan)
        forget(record)
    else:
        undo_recorded(record, lambda path: is_staged(repository, path), repository.top)


def free_branch(repository: Repository, plan: dict[str, object]) -> None:
    """Take away the locks of the git that was to move the branch; it is dead, as we hold the worktree's lock."""
    ref, commit = str(plan.get("ref", "")), str(plan.get("commit", ""))
    if commit and ref.startswith("refs/heads/") and ".." not in ref:
        unlock(repository, ref, commit)


def is_staged(repository: Repository, path: str) -> bool:
    """Whether the index holds a file just as it is on disk: then the user has taken our change for theirs."""
    name = os.path.relpath(path, os.path.realpath(repository.top))
    if not repository.run("ls-files", "-z", "--", name):
        return not os.path.lexists(path)
    return repository.attempt("diff", "--quiet", "--no-ext-diff", "--", name).returncode == 0


def is_published(repository: Repository, plan: dict[str, object]) -> bool:
    """Whether the branch holds the commit, as its tip or below later ones."""
    ref, commit = str(plan.get("ref", "")), str(plan.get("commit", ""))
    if not ref or not commit:
        return False
    return repository.continues(ref, commit)


def _end_index(repository: Repository, plan: dict[str, object]) -> None:
    """Set the entries that are still the old ones."""
    try:
        wanted = {str(path): (_entry(old), _entry(new)) for path, old, new in _listed(plan.get("index"))}
    except (TypeError, ValueError):
        return  # none that we wrote
    now = index_entries(repository, list(wanted)) if wanted else {}
    left = {path: new for path, (old, new) in wanted.items() if now.get(path) == old}
    if left:
        IndexFile(repository, repository.index_path).put(left)


def _entry(written: object) -> Entry | None:
    if not isinstance(written, list):
        return None
    mode, blob, *rest = written
    return Entry(str(mode), str(blob), *rest)


def _listed(planned: object) -> list[tuple[object, object, object]]:
    return planned if isinstance(planned, list) else []
