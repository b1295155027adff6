"""What one path was worth, version by version: merged, before placeholders, in one environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.config.equal import same
from gmconfig.config.merge import merge
from gmconfig.config.strategy import rules_of
from gmconfig.errors import BrokenConfiguration, UnknownPath
from gmconfig.path import value_at
from gmconfig.storage.git.history import read_blobs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gmconfig.config.history.moment import Files, Moment
    from gmconfig.config.history.reading import VersionReader
    from gmconfig.path import KeyPath
    from gmconfig.project import Project
    from gmconfig.storage.git import Repository

_AT_ONCE = 64  # blobs held in memory while versions are read


class Absent:
    """Stands for a path where there is nothing, which is not null."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Unknown:
    """Stands for a value that nobody can say: a file of that version cannot be read."""

    message: str


class Trees:
    """The trees of many versions of files, read one after the other."""

    def __init__(self, repository: Repository, number: int = 0) -> None:
        self._repository = repository
        self._number = number  # of the YAML document in the file; 0 is the only one
        self._readers: dict[str, VersionReader] = {}
        self._trees: dict[str, object] = {}

    def add(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Read some (file, blob) in this order."""
        new = [(file, blob) for file, blob in dict.fromkeys(wanted) if blob not in self._trees]
        for start in range(0, len(new), _AT_ONCE):
            some = new[start : start + _AT_ONCE]
            contents = read_blobs(self._repository, [blob for _, blob in some])
            for file, blob in some:
                self._trees[blob] = self._tree(file, contents.pop(blob, b""), blob)

    def of(self, blob: str) -> object:
        """Give a tree that was read, or Unknown."""
        return self._trees[blob]

    def _tree(self, file: str, raw: bytes, blob: str) -> object:
        if blob in self._trees:
            return self._trees[blob]
        try:
            tree = self._numbered(raw, file) if self._number else self._reader(file).read(raw, file)
        except BrokenConfiguration:
            return Unknown(f'"{file}" cannot be read in this version')
        return {} if tree is None else tree

    def _reader(self, file: str) -> VersionReader:
        from gmconfig.config.history.reading import VersionReader

        return self._readers.setdefault(file, VersionReader())

    def _numbered(self, raw: bytes, file: str) -> object:
        from gmconfig.storage.yaml import load_all

        documents = load_all(raw, file)
        return documents[self._number - 1] if self._number <= len(documents) else {}


def values(project: Project, path: KeyPath, moments: Sequence[Moment]) -> Iterator[object]:
    """Yield what stands at a path at each moment: a value, ABSENT or Unknown; trees must not be changed."""
    trees = Trees(project.repository, path.document)
    before: tuple[object, Files, object] | None = None
    for start in range(0, len(moments), _AT_ONCE):
        some = moments[start : start + _AT_ONCE]
        trees.add(pair for moment in some for pair in moment.files)
        for moment in some:
            if before is None or before[:2] != (moment.project.settings.merge, moment.files):
                found = value_of(
                    [trees.of(blob) for _, blob in moment.files], path, moment.project.settings.merge
                )
                before = (moment.project.settings.merge, moment.files, found)
            yield before[2]


def value_of(layers: Sequence[object], path: KeyPath, merge_rules: Mapping[str, object]) -> object:
    """Merge layers, as far as a path needs it, and give what stands there."""
    for layer in layers:
        if isinstance(layer, Unknown):
            return layer
    if not layers:
        return ABSENT
    if len(layers) > 1:
        layers = [_branch(layer, path) for layer in layers]
    tree = merge(layers, rules_of(merge_rules)) if len(layers) > 1 else layers[0]
    try:
        return value_at(tree, path.resolve(tree))
    except UnknownPath:
        return ABSENT


def _branch(layer: object, path: KeyPath) -> object:
    """Leave out the entries that the path does not pass; merging never looks at a neighbour."""
    first = path.segments[0] if path.segments else None
    if not isinstance(layer, dict) or not isinstance(first, str):
        return layer
    return {first: layer[first]} if first in layer else {}


def changes(found: Iterable[object]) -> Iterator[bool]:
    """Say for each value in turn whether it differs from the last known one; at first nothing is there."""
    last: object = ABSENT
    for value in found:
        if isinstance(value, Unknown):
            yield False
            continue
        yield value is not last and not equal(value, last)
        last = value


def equal(left: object, right: object) -> bool:
    """Whether two values are the same; nothing is only ever equal to nothing."""
    if isinstance(left, Absent) or isinstance(right, Absent):
        return left is right
    return same(left, right)
