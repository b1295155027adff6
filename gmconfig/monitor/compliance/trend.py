"""The score of each commit on the current line, each judged as of its own day and counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError
from gmconfig.monitor.compliance.check import moved_on
from gmconfig.monitor.compliance.kept import keep_commit, of_commit
from gmconfig.monitor.compliance.score import Tally, by, score
from gmconfig.storage.cache import Cache
from gmconfig.storage.git.history import Revision, touching

if TYPE_CHECKING:
    from gmconfig.project import Project

COMMITS = 30
_FORM = 1
_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Point:
    """A commit and its score; None where it could not be counted, or nothing was checked."""

    commit: str
    time: str
    author: str
    subject: str
    score: float | None
    failed: int
    environments: dict[str, float | None]


def trend(project: Project, commits: int = COMMITS) -> list[Point]:
    """Give the last commits that changed something below the root, the oldest first.

    Raises:
        GitTrouble: the clone is shallow.
    """
    folder = project.git_folder
    cache = Cache(f"{folder}/gmconfig") if folder else None
    name = f"compliance-{project.prefix}"
    kept = _kept(cache.load(name) if cache else None)
    revisions = touching(project.repository, project.prefix, [])[:commits]
    new = _new(project, [one for one in reversed(revisions) if one.commit not in kept])
    known = {**kept, **new}
    if new and cache:
        cache.store(name, (_FORM, dict(list(known.items())[-_KEPT:])))
    return [_point(one, known[one.commit]) for one in reversed(revisions)]


_Counted = tuple[float | None, int, dict[str, float | None]]


def _new(project: Project, revisions: Sequence[Revision]) -> dict[str, _Counted]:
    """Count commits, the oldest first: each only where it differs from the one before."""
    found: dict[str, _Counted] = {}
    before = known = of_commit(project) if revisions else None
    for one in revisions:
        day = one.date.astimezone(UTC).date().isoformat()
        try:
            known = moved_on(known, project, project.snapshot(one.commit), day)
            found[one.commit] = _scored(list(known.tallies(day)))
        except GmconfigError:  # a commit that cannot be understood has no score
            found[one.commit] = None, 0, {}
    if known is not None and known is not before:
        keep_commit(project, known)
    return found


def _scored(found: Sequence[Tally]) -> _Counted:
    whole = score(found)
    environments = by(found, lambda one: one.environment or "")
    return whole.value, whole.failed, {name: one.value for name, one in environments.items()}


def _point(revision: Revision, counted: _Counted) -> Point:
    time = revision.date.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return Point(revision.commit, time, revision.author, revision.subject, *counted)


def _kept(loaded: object) -> dict[str, _Counted]:
    if isinstance(loaded, tuple) and len(loaded) == 2 and loaded[0] == _FORM and isinstance(loaded[1], dict):
        return loaded[1]
    return {}
