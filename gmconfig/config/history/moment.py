"""The moments at which a document may have changed: which files were its layers, and what they held."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gmconfig.config.history.mapping import mappings
from gmconfig.errors import BrokenConfiguration, UnknownEnvironment, UsageError
from gmconfig.storage.git.history import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gmconfig.project import Project
    from gmconfig.storage.git.history import Listed

Files = tuple[tuple[str, str], ...]
"""The files of a document, lowest layer first, each with its blob's id."""


class Moment(NamedTuple):
    """A commit and the document's files behind it; `ordinal` is None where only gmconfig.yaml changed."""

    commit: Listed
    ordinal: int | None
    files: Files
    project: Project


def mapped_line(project: Project, revision: str = "HEAD") -> list[tuple[Listed, Project]]:
    """Give each commit of the first-parent line that changed a file, oldest first, with its mapping.

    Raises:
        GitTrouble: the clone is shallow.
        UnknownVersion: nothing answers to the revision.
    """
    commits = listed(project.repository, project.prefix, (), revision)[::-1]
    return list(zip(commits, mappings(project, commits), strict=True))


def moments(
    project: Project,
    document: str,
    environment: str | None = None,
    *,
    variables: Mapping[str, str] | None = None,
    revision: str = "HEAD",
) -> Iterator[Moment]:
    """Yield the moments at which an environment's files or their mapping changed, oldest first."""
    state: dict[str, str | None] = {}
    ordinal, counts, before = 0, Counting(document), None
    names: Sequence[str] = ()
    for commit, mapping in mapped_line(project, revision):
        state.update(commit.blobs)
        is_version = counts.touches(mapping, commit)
        ordinal += is_version
        if mapping is not before:
            names = _candidates(mapping, document, environment, variables)
        elif not is_version:
            continue
        before = mapping
        files = tuple([(name, blob) for name in names if (blob := state.get(name))])
        yield Moment(commit, ordinal if is_version else None, files, mapping)


class Counting:
    """Decides which commits are versions of a document: those that touch a file of its."""

    def __init__(self, document: str) -> None:
        self._document = document
        self._known: dict[tuple[int, str], bool] = {}

    def touches(self, mapping: Project, commit: Listed) -> bool:
        """Whether a commit is a version, by the mapping that counts in it."""
        own = id(mapping)
        for path in commit.blobs:
            known = self._known.get((own, path))
            if known or (known is None and self._is_layer(mapping, path)):
                return True
        return False

    def _is_layer(self, mapping: Project, path: str) -> bool:
        try:
            layer = mapping.layout.read(path)
        except BrokenConfiguration:  # two patterns meant it then
            layer = None
        found = layer is not None and layer.document == self._document
        self._known[id(mapping), path] = found
        return found


def _candidates(
    mapping: Project, document: str, environment: str | None, variables: Mapping[str, str] | None
) -> Sequence[str]:
    try:
        found = mapping.candidates(document, environment, variables)
    except (UnknownEnvironment, UsageError):  # not declared at that time
        return ()
    return [layer.file for layer in found if layer.kind != "local"]
