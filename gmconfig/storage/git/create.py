"""A new repository, where there is none."""

from __future__ import annotations

import os

from gmconfig.storage.git.environment import environment_for
from gmconfig.storage.git.process import failed, run_git


def create_repository(folder: str) -> None:
    """Make a folder a git repository, with the branch that the user's git begins with.

    Raises:
        GitTrouble: git cannot.
        GmconfigError: the folder cannot be made.
    """
    from gmconfig.storage.files import trouble

    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise trouble(error, folder) from error
    arguments = ("init", "--quiet")
    done = run_git(arguments, cwd=folder, environ=environment_for(folder, os.environ, os.getcwd()))
    if done.returncode:
        raise failed(arguments, done.stderr, folder)
