"""The flags of earlier commits, newest first: git's history is the evidence for how long something is so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration
from gmconfig.flag.catalogue import FOLDER, Catalogue, FlagFile, is_flag_file, loaded

if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.storage.git.history import Revision

    Read = dict[str, FlagFile | None]


@dataclass(frozen=True, slots=True)
class Version:
    """The flags as one commit left them; `moment` is when it came to its branch, in seconds since 1970.

    That may be long after it was written: a rebase keeps the author's date.
    """

    revision: Revision
    catalogue: Catalogue
    moment: float


def versions(project: Project, rev: str = "HEAD") -> Iterator[Version]:
    """Yield each commit on the first parent's line that changed a file of flags, newest first.

    A file that could not be read then is left out.

    Raises:
        GitTrouble: there is no repository, or its clone is shallow.
    """
    from gmconfig.storage.git.history import read_blobs, touching

    repository = project.repository
    revisions = touching(repository, project.prefix, [FOLDER.rstrip("/")], rev)
    present = _present(revisions)
    moments = _moments(project, rev)
    read: Read = {}
    for revision, blobs in zip(revisions, present, strict=True):
        missing = [blob for blob in blobs.values() if blob not in read]
        contents = read_blobs(repository, missing)
        for name, blob in blobs.items():
            if blob not in read:
                read[blob] = _file(name, contents[blob])
        files = [file for blob in blobs.values() if (file := read[blob]) is not None]
        moment = moments.get(revision.commit) or revision.date.timestamp()
        yield Version(revision, Catalogue(files, []), moment)


def _moments(project: Project, rev: str) -> dict[str, float]:
    """Give when each commit on the first parent's line was committed."""
    folder = f"{project.prefix}/{FOLDER}" if project.prefix else FOLDER
    asked = ("rev-list", "--first-parent", "--timestamp", "--end-of-options", rev, "--", folder.rstrip("/"))
    pairs = (line.split() for line in project.repository.run(*asked, check=False).decode().splitlines())
    return {name: float(moment) for moment, name in pairs}


def _present(revisions: list[Revision]) -> list[dict[str, str]]:
    """Give which files with which blobs each commit had: from the oldest on, what it changed over what was."""
    now: dict[str, str] = {}
    found = []
    for revision in reversed(revisions):
        for file, blob in revision.blobs.items():
            now.pop(file, None)
            if blob is not None and is_flag_file(file):
                now[file] = blob
        found.append(dict(sorted(now.items())))
    return found[::-1]


def _file(name: str, raw: bytes) -> FlagFile | None:
    try:
        file, problems = loaded(name, raw)
    except BrokenConfiguration:
        return None
    return None if problems else file
