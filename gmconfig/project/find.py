"""Where a project begins: the nearest folder with a gmconfig.yaml, from here upwards."""

from __future__ import annotations

import os

from gmconfig.errors import GitTrouble, NotFound, UsageError, shell_word
from gmconfig.project.settings import FILE

_LOOKED_AT_MOST = 2000


def root_of(start: str | None = None) -> str:
    """Give the project's root for a folder in it; None is the current folder.

    The search ends with the git repository: a gmconfig.yaml above it belongs to somebody else.

    Raises:
        UsageError: the folder does not exist.
        NotFound: no folder on the way up has a gmconfig.yaml.
        GitTrouble: the folder is a bare repository, which has no files.
    """
    folder = _real_folder(start)
    at = folder
    while not os.path.isfile(os.path.join(at, FILE)):
        parent = os.path.dirname(at)
        if parent == at or os.path.exists(os.path.join(at, ".git")):
            raise _missing(folder)
        at = parent
    return at


def _missing(folder: str) -> NotFound | GitTrouble:
    from gmconfig.storage.git.root import bare_root

    bare = bare_root(folder)
    if bare:
        return GitTrouble(
            f'"{bare}" is a bare repository', hint=f"work in a clone: git clone {shell_word(bare)}"
        )
    near = below(folder)
    hint = _into(os.path.relpath(near)) if near else "gmconfig init"
    return NotFound(f'no {FILE} in "{folder}" or above', hint=hint)


def _into(folder: str) -> str:
    from shlex import quote

    return f"cd {quote(folder)}"


def below(folder: str) -> str | None:
    """Give the one folder with a project in it, as who stands above or beside it in a repository wants to know."""
    from gmconfig.storage.git.root import find_root

    around = find_root(folder)
    waiting = [around.top] if around and around.top else _folders_in(folder)
    found = _with_project(waiting, deeper=around is not None)
    return found[0] if len(found) == 1 else None


def _with_project(waiting: list[str], *, deeper: bool) -> list[str]:
    """Give the folders that have a project in them; a large repository is not searched to its end."""
    found = []
    for looked, at in enumerate(waiting):
        if looked >= _LOOKED_AT_MOST:
            break
        if os.path.isfile(os.path.join(at, FILE)):
            found.append(at)
        elif deeper:
            waiting.extend(_folders_in(at))
    return found


def _folders_in(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            seen = [
                entry.path
                for entry in entries
                if entry.name[0] != "." and entry.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return []
    return sorted(seen)


def git_folder(root: str) -> str | None:
    """Give the folder that all worktrees of the surrounding repository share; None outside of git.

    Found by looking, not by asking git: a process costs more than the rest of `config get`. A change that was
    cut short there is settled.
    """
    from gmconfig.storage.git.root import find_root

    found = find_root(root)
    if found and os.path.isdir(os.path.join(found.git_dir, "gmconfig", "commit")):
        _settle(root)
    return found.common_dir if found else None


def _settle(root: str) -> None:
    """Settle a change that a killed command left half-way, so that nobody reads a value that will go again.

    Where that is not possible, in a repository that cannot be written to, the files are read as they are.
    """
    from contextlib import suppress

    from gmconfig.errors import GmconfigError
    from gmconfig.storage.git.repository import Repository

    with suppress(GmconfigError, OSError):
        Repository.plain(root).finish_interrupted()


def _real_folder(start: str | None) -> str:
    try:
        folder = os.path.realpath(start if start is not None else os.getcwd())
        if os.path.isdir(folder):
            return folder
    except (OSError, ValueError) as error:
        raise UsageError(f'no folder at "{start or "."}"', hint="change to a folder that exists") from error
    raise UsageError(f'"{start}" is not a folder', hint="-C takes a folder of the project")
