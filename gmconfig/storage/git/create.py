"""A new repository, where there is none."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator

from gmconfig.storage.files import trouble, unlink
from gmconfig.storage.git.environment import environment_for
from gmconfig.storage.git.process import failed, run_git

_TRIAL = re.compile(r"t[A-Za-z0-9]{6}")


def create_repository(folder: str) -> None:
    """Make a folder a git repository, with the branch that the user's git begins with.

    One that a `git init` was killed over is taken up where that one stopped.

    Raises:
        GitTrouble: git cannot.
        GmconfigError: the folder cannot be made.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        with _alone(folder) as held:
            _begin(folder, held)
    except OSError as error:
        raise trouble(error, folder) from error


def is_unfinished(folder: str) -> bool:
    """Whether a `git init` was stopped there half-way: the objects' folder is what it makes last."""
    return os.path.isdir(os.path.join(folder, ".git")) and not os.path.exists(
        os.path.join(folder, ".git", "objects")
    )


def _begin(folder: str, held: int) -> None:
    if is_unfinished(folder):
        _clear(os.path.join(folder, ".git"))
    arguments = ("init", "--quiet")
    environ = environment_for(folder, os.environ, os.getcwd())
    done = run_git(arguments, cwd=folder, environ={**environ, "LC_ALL": "C"}, inherit=(held,))
    if done.returncode:
        raise failed(arguments, done.stderr, folder)


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[int]:
    """Let one at a time begin there; a git that outlives its gmconfig holds on to the descriptor."""
    import fcntl

    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):  # a file system without locks on folders
            fcntl.flock(held, fcntl.LOCK_EX)
        yield held
    finally:
        os.close(held)


def _clear(git_dir: str) -> None:
    """Take away the locks of a git that died, and the files by which it tried what the disk can do."""
    for name in os.listdir(git_dir):
        if name.endswith(".lock") or _TRIAL.fullmatch(name):
            unlink(os.path.join(git_dir, name))
