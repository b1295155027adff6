"""The moments at which a document may have changed: which files were its layers, and what they held."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import BrokenConfiguration, UnknownEnvironment, UsageError
from gmconfig.project.settings import FILE
from gmconfig.storage.git.history import read_blobs, touching

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gmconfig.project import Project
    from gmconfig.storage.git import Repository, Revision

Files = tuple[tuple[str, str], ...]
"""The files of a document, lowest layer first, each with its blob's id."""


class Moment(NamedTuple):
    """A commit and the document's files behind it; `ordinal` is None where only gmconfig.yaml changed."""

    revision: Revision
    ordinal: int | None
    files: Files
    project: Project


def mapped_line(project: Project, revision: str = "HEAD") -> list[tuple[Revision, Project]]:
    """Give each commit of the first-parent line that changed a file, oldest first, with its mapping.

    That is the commit's own gmconfig.yaml. Before the first one, and while it was away or broken, the next
    later one counts that can be read: an adopted repository has its versions from before.

    Raises:
        GitTrouble: the clone is shallow.
        UnknownVersion: nothing answers to the revision.
    """
    repository = project.repository
    commits = touching(repository, project.prefix, (), revision)[::-1]
    named = [commit.blobs.get(FILE, "") for commit in commits]
    known = _projects(project, repository, [blob for blob in named if blob])
    return list(zip(commits, _counting(named, known, project), strict=True))


def moments(
    project: Project,
    document: str,
    environment: str | None = None,
    *,
    variables: Mapping[str, str] | None = None,
    revision: str = "HEAD",
) -> Iterator[Moment]:
    """Yield the moments at which an environment's files or their mapping changed, oldest first."""
    state: dict[str, str] = {}
    ordinal, counts, before = 0, Counting(document), None
    names: Sequence[str] = ()
    for commit, mapping in mapped_line(project, revision):
        for path, blob in commit.blobs.items():
            if blob is None:
                state.pop(path, None)
            else:
                state[path] = blob
        is_version = counts.touches(mapping, commit)
        ordinal += is_version
        if mapping is not before:
            names = _candidates(mapping, document, environment, variables)
        elif not is_version:
            continue
        before = mapping
        files = tuple([(name, state[name]) for name in names if name in state])
        yield Moment(commit, ordinal if is_version else None, files, mapping)


class Counting:
    """Decides which commits are versions of a document: those that touch a file of its."""

    def __init__(self, document: str) -> None:
        self._document = document
        self._known: dict[tuple[int, str], bool] = {}

    def touches(self, mapping: Project, commit: Revision) -> bool:
        """Whether a commit is a version, by the mapping that counts in it."""
        return any(self._is_layer(mapping, path) for path in commit.blobs)

    def _is_layer(self, mapping: Project, path: str) -> bool:
        key = (id(mapping), path)
        if key not in self._known:
            try:
                layer = mapping.layout.read(path)
            except BrokenConfiguration:  # two patterns meant it then
                layer = None
            self._known[key] = layer is not None and layer.document == self._document
        return self._known[key]


def _candidates(
    mapping: Project, document: str, environment: str | None, variables: Mapping[str, str] | None
) -> Sequence[str]:
    try:
        found = mapping.candidates(document, environment, variables)
    except (UnknownEnvironment, UsageError):  # not declared at that time
        return ()
    return [layer.file for layer in found if layer.kind != "local"]


def _projects(project: Project, repository: Repository, blobs: Sequence[str]) -> dict[str, Project]:
    found: dict[str, Project] = {}
    for blob, raw in read_blobs(repository, blobs).items():
        try:
            found[blob] = project.at(_Only(raw))
        except BrokenConfiguration:
            continue
    return found


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
