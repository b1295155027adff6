"""Where a project begins: the nearest folder with a gmconfig.yaml, from here upwards."""

from __future__ import annotations

import os

from gmconfig.errors import NotFound, UsageError
from gmconfig.project.settings import FILE


def root_of(start: str | None = None) -> str:
    """Give the project's root for a folder in it; None is the current folder.

    The search ends with the git repository: a gmconfig.yaml above it belongs to somebody else.

    Raises:
        UsageError: the folder does not exist.
        NotFound: no folder on the way up has a gmconfig.yaml.
    """
    folder = _real_folder(start)
    at = folder
    while not os.path.isfile(os.path.join(at, FILE)):
        parent = os.path.dirname(at)
        if parent == at or os.path.exists(os.path.join(at, ".git")):
            raise NotFound(f'no {FILE} in "{folder}" or above', hint="gmconfig init")
        at = parent
    return at


def git_folder(root: str) -> str | None:
    """Give the folder that all worktrees of the surrounding repository share; None outside of git.

    Found by looking, as git does: a process costs more than everything else that `config get` needs.
    """
    at = root
    while not os.path.exists(os.path.join(at, ".git")):
        if os.path.dirname(at) == at:
            return None
        at = os.path.dirname(at)
    own = _pointed_at(os.path.join(at, ".git"))
    shared = os.path.join(own, "commondir")
    if not os.path.isfile(shared):
        return own
    with open(shared, encoding="utf-8", errors="surrogateescape") as file:
        return os.path.normpath(os.path.join(own, file.read().strip()))


def _pointed_at(path: str) -> str:
    if os.path.isdir(path):
        return path
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        target = file.read().strip().removeprefix("gitdir:").strip()
    return os.path.normpath(os.path.join(os.path.dirname(path), target))


def _real_folder(start: str | None) -> str:
    try:
        folder = os.path.realpath(start if start is not None else os.getcwd())
        if os.path.isdir(folder):
            return folder
    except (OSError, ValueError) as error:
        raise UsageError(f'no folder at "{start or "."}"', hint="change to a folder that exists") from error
    raise UsageError(f'"{start}" is not a folder', hint="-C takes a folder of the project")
