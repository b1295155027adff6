"""What was counted last, kept for the next process: of the working tree, and of the newest commit."""

from __future__ import annotations

from time import time_ns
from typing import TYPE_CHECKING, Any
from zlib import crc32

from gmconfig import __version__
from gmconfig.monitor.compliance.known import Known
from gmconfig.storage.cache import Cache
from gmconfig.validate import warm
from gmconfig.validate.since import Since

if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.validate.subject import Subject

_FORM = 1
_TREE, _COMMIT = "tree", "commit"
_LOCAL = ".local."
"""Files of one machine: whether git ignores them is not written in any file that could differ."""


def of_tree(project: Project, subject: Subject) -> Known:
    """Count a working tree: what differs from the last time, where that is known."""
    if any(_LOCAL in file for file in subject.files):
        return Known.of(subject)
    started = time_ns()
    last = _load(project, _TREE)
    since = Since(subject, last, None, False)
    if last is None:
        known = Known.of(subject)
    else:
        known = Known(last["files"], last["documents"]).brought_up(subject, since.changed)
    among = subject.files if last is None else {*last["young"], *since.changed} & subject.files.keys()
    young = {file: since.digest(file) for file in warm.young_files(subject.files, among, started)}
    if last is None or since.changed or young != last["young"]:
        _store(project, _TREE, known, young)
    return known


def of_commit(project: Project) -> Known | None:
    """Give the counts of the newest commit that was counted."""
    last = _load(project, _COMMIT)
    return Known(last["files"], last["documents"]) if last else None


def keep_commit(project: Project, known: Known) -> None:
    """Keep a commit's counts."""
    _store(project, _COMMIT, known, {})


def _load(project: Project, which: str) -> dict[str, Any] | None:
    cache = _cache(project)
    found = cache.load(_name(project, which)) if cache else None
    return found if isinstance(found, dict) and found.get("made by") == _stamp(project) else None


def _store(project: Project, which: str, known: Known, young: dict[str, bytes]) -> None:
    cache = _cache(project)
    if cache is not None:
        kept = {"files": known.files, "young": young, "documents": known.documents}
        cache.store(_name(project, which), {"made by": _stamp(project), **kept})


def _cache(project: Project) -> Cache | None:
    return Cache(f"{project.git_folder}/gmconfig") if project.git_folder else None


def _name(project: Project, which: str) -> str:
    return f"counts-{which}-{crc32(project.root.encode('utf-8', 'surrogateescape')):08x}"


def _stamp(project: Project) -> tuple[object, ...]:
    return _FORM, __version__, project.root
