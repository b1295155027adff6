"""The locks that a killed git leaves on refs: told from those of a git that lives, and taken away.

Git removes its locks itself unless it is killed; what is left then would keep everybody from moving the ref. A lock
is taken for a dead git's if our own commit stands in it, or if it is empty and stays unchanged for longer than any
git keeps one.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from gmconfig.storage.files import read_if_exists, unlink
from gmconfig.storage.lock import Lock

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

_WATCH_SECONDS = 1.0
_OUTSTAYS_SECONDS = 5.0
_POLL_SECONDS = 0.02

Mark = tuple[int, int, int] | None
"""What tells one lock from another of the same name."""


def mark(lock: str) -> Mark:
    """Give what a lock is known by; None where there is none."""
    try:
        found = os.stat(lock, follow_symlinks=False)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns


def barring(said: str) -> str:
    """Give the lock that git, in its own words, found taken; empty where it speaks of none."""
    return said.partition("Unable to create '")[2].partition("'")[0] if "File exists" in said else ""


def outwait(repository: Repository, lock: str) -> None:
    """Wait until a lock has gone, or is another; one that outstays any git's work on a ref is taken away."""
    path = os.path.join(repository.top, lock)
    seen = mark(path)
    if seen and _stays(path, seen, _OUTSTAYS_SECONDS):
        remove(repository, path, seen)


def _lock_of(repository: Repository, ref: str) -> str:
    """Name the file that git locks a ref by."""
    return os.path.join(repository.common_dir, ref) + ".lock"


def unlock(repository: Repository, ref: str, commit: str) -> None:
    """Free a branch that a git of ours was to move to a commit; that git is dead."""
    branch, head = _lock_of(repository, ref), os.path.join(repository.git_dir, "HEAD.lock")
    ours = (read_if_exists(branch) or b"").rstrip() == commit.encode()
    for lock in (head, branch):
        seen = mark(lock)
        if seen and (ours or (not read_if_exists(lock) and _stays(lock, seen, _WATCH_SECONDS))):
            remove(repository, lock, seen)


def remove(repository: Repository, lock: str, seen: Mark) -> None:
    """Take a lock away if it is still the one that was seen; one remover at a time, so that no newer one goes."""
    with Lock(os.path.join(repository.common_dir, "gmconfig", "stale")):
        if mark(lock) == seen:
            unlink(lock)


def _stays(lock: str, seen: Mark, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while mark(lock) == seen:
        if time.monotonic() > until:
            return True
        time.sleep(_POLL_SECONDS)
    return False
