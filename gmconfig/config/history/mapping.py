"""What gmconfig.yaml said at each commit: which files were layers of which document then.

The mappings that were read are kept for the next run, under their blobs: a command that finds its answer in
the cache loads no parser for them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gmconfig import __version__
from gmconfig.errors import BrokenConfiguration
from gmconfig.project import Project
from gmconfig.project.parsed import load
from gmconfig.project.settings import FILE, Settings, settings_of
from gmconfig.storage.cache import Cache
from gmconfig.storage.git.history import read_blobs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gmconfig.storage.git.history import Listed

_NAME = f"mappings-{__version__}"  # another version may judge differently whether one is sound


def mappings(project: Project, commits: Sequence[Listed]) -> list[Project]:
    """Give the mapping that counts in each commit, oldest first.

    That is the commit's own gmconfig.yaml. Before the first one, and while it was away or broken, the next
    later one counts that can be read: an adopted repository has its versions from before.
    """
    named = [commit.blobs.get(FILE, "") for commit in commits]
    return _counting(named, _projects(project, [blob for blob in named if blob]), project)


def cache_of(project: Project) -> Cache | None:
    """Give where a repository's answers are kept; None outside of git."""
    return Cache(os.path.join(project.git_folder, "gmconfig")) if project.git_folder else None


def _projects(project: Project, blobs: Sequence[str]) -> dict[str, Project]:
    """Give the mapping of each blob that is sound."""
    cache = cache_of(project) if blobs else None
    kept = cache.load(_NAME) if cache else None
    known: dict[str, object] = kept if isinstance(kept, dict) else {}
    new = read_blobs(project.repository, [blob for blob in blobs if blob not in known])
    trees = {blob: _sound(new[blob]) if blob in new else known[blob] for blob in blobs}
    if new and cache:
        _keep(cache, trees)
    sound = {blob: tree for blob, tree in trees.items() if isinstance(tree, dict)}
    return {blob: Project(project.root, Settings(tree)) for blob, tree in sound.items()}


def _sound(raw: bytes) -> dict[str, object] | None:
    """Give the data of a gmconfig.yaml; None for one that cannot be used."""
    try:
        return dict(settings_of(load(raw, FILE), _Only(raw)).tree)
    except BrokenConfiguration:
        return None


def _keep(cache: Cache, trees: dict[str, object]) -> None:
    try:
        cache.store(_NAME, trees)
    except ValueError:  # a tagged scalar or the like, which marshal cannot hold
        return


def _counting(named: Sequence[str | None], known: Mapping[str, Project], project: Project) -> list[Project]:
    """Give the mapping of each commit; `named` has gmconfig.yaml's new blob, or "" where it stayed."""
    own: list[Project | None] = []
    at: Project | None = None
    for blob in named:
        if blob != "":
            at = known.get(blob or "")
        own.append(at)
    later, counting = project, []
    for mapping in reversed(own):
        later = mapping or later
        counting.append(later)
    return counting[::-1]


class _Only:
    """A snapshot with a gmconfig.yaml and nothing else."""

    def __init__(self, raw: bytes) -> None:
        self.label = FILE
        self.commit: str | None = None
        self._raw = raw

    def files(self) -> dict[str, str]:
        return {FILE: ""}

    def read(self, path: str) -> bytes:
        if path != FILE:
            raise FileNotFoundError(path)
        return self._raw

    def exists(self, path: str) -> bool:
        return path == FILE

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        return {path: self._raw for path in paths if path == FILE}
