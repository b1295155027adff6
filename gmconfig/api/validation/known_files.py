"""Whether a file that is not on disk was ever here: a deleted one has left something, a slip in a name never was."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError, NotFound

if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.storage.git import Repository


def require_known(project: Project, file: str, folder: str = "") -> None:
    """Pass where a missing file is in git's index or history, or where nobody can tell.

    Args:
        project: what it should belong to.
        file: as it was named.
        folder: where it was named from; the current folder by default.

    Raises:
        NotFound: no commit ever had it; says which one may be meant.
    """
    if project.git_folder is None or project.repository.is_shallow():
        return
    inside = os.path.relpath(_absolute(os.path.join(folder, file)), os.path.realpath(project.repository.top))
    if not _was_there(project.repository, inside):
        raise NotFound(f'"{file}" does not exist', hint=_meant(project, file, folder))


def _absolute(file: str) -> str:
    """Give where a name leads; its last part is not followed, for git knows links as such."""
    folder, name = os.path.split(os.path.abspath(file))
    return os.path.join(os.path.realpath(folder), name)


def _was_there(repository: Repository, path: str) -> bool:
    """Whether git has a path, or had it in any commit that a ref leads to."""
    if path.split("/", 1)[0] == "..":
        return False
    return bool(
        repository.run("ls-files", "-z", "--", path)
        or repository.run("log", "-1", "--all", "--format=%H", "--", path)
    )


def _meant(project: Project, file: str, folder: str) -> str:
    """Give the next step: the files of a document, an environment's checks, the file with the nearest name."""
    if file in project.environments:
        return f"gmconfig validate -e {file}"
    near = _nearest(project, file, folder)
    return f'did you mean "{near}"?' if near else "gmconfig validate"


def _nearest(project: Project, file: str, folder: str) -> str | None:
    from gmconfig.path.nearest import nearest
    from gmconfig.storage.git.blobs import listed_files

    try:
        listed = listed_files(project.repository)
    except GmconfigError:
        return None
    start = os.path.realpath(folder or ".")
    known = [os.path.relpath(os.path.join(project.repository.top, path), start) for path in listed]
    same = [path for path in known if _stem(path) == _stem(file)]
    return next(iter(same), None) or nearest(os.path.normpath(file), known)


def _stem(path: str) -> str:
    """Give a file's name without folder and ending: what people call a document."""
    return os.path.basename(path).partition(".")[0]
