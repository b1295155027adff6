"""What one path was worth, version by version: merged, before placeholders, in one environment."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from gmconfig.config.equal import same
from gmconfig.config.history.absence import ABSENT, Absent, Unknown, from_plain, to_plain
from gmconfig.config.merge import merge
from gmconfig.config.strategy import rules_of
from gmconfig.errors import BrokenConfiguration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from gmconfig.config.history.found import Found
    from gmconfig.config.history.moment import Files, Moment
    from gmconfig.config.history.reading import VersionReader
    from gmconfig.path import KeyPath
    from gmconfig.project import Project
    from gmconfig.storage.git import Repository

_WORTH_A_SHARE = 150
"""How many versions are worth a process of their own: they take 50 ms, and it takes 5."""


class Trees:
    """What many versions of files hold, read one after the other.

    Args:
        repository: where the files' contents are.
        number: of the YAML document in the file; 0 is the only one.
        keep: what is wanted of each version; the plain tree if nothing else is said.
    """

    def __init__(
        self, repository: Repository, number: int = 0, keep: Callable[[Found], object] | None = None
    ) -> None:
        self._repository = repository
        self._number = number
        self._keep = keep
        self._readers: dict[str, VersionReader] = {}
        self._trees: dict[str, object] = {}

    def add(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Read some (file, blob) in this order."""
        self._read(self._missing(wanted))

    def add_many(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Read the same by several processes, where that is worth it: each a stretch of neighbours."""
        from gmconfig.storage.shares import cores, worked

        files = list(self._missing(wanted).items())
        count = min(len(files) // _WORTH_A_SHARE, cores())
        if count < 2:
            return self._read(dict(files))
        cuts = [1 + number * (len(files) - 1) // count for number in range(count + 1)]
        stretches = [files[:1], *(files[start:end] for start, end in pairwise(cuts))]
        plain = worked(
            range(len(stretches)), lambda number: self._plain(dict(stretches[number])), shares=count
        )
        for found in plain.values():
            self._trees.update({blob: from_plain(*plain) for blob, plain in found.items()})
        return None

    def _missing(self, wanted: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Give the file of each blob that was not read yet."""
        files: dict[str, str] = {}
        for file, blob in wanted:
            if blob not in self._trees:
                files.setdefault(blob, file)
        return files

    def _read(self, files: Mapping[str, str]) -> None:
        from gmconfig.storage.git.contents import each_blob

        for blob, raw in each_blob(self._repository, files):
            self._trees[blob] = self._wanted(files[blob], raw)

    def _plain(self, files: Mapping[str, str]) -> dict[str, tuple[int, object]]:
        self._read(files)
        return {blob: to_plain(self._trees[blob]) for blob in files}

    def of(self, blob: str) -> object:
        """Give what is wanted of a version that was read, or Unknown."""
        return self._trees[blob]

    def _wanted(self, file: str, raw: bytes) -> object:
        try:
            found = self._found(file, raw)
        except BrokenConfiguration:
            return Unknown(f'"{file}" cannot be read in this version')
        return self._keep(found) if self._keep else found.value

    def _found(self, file: str, raw: bytes) -> Found:
        from gmconfig.config.history.found import Read

        found = Read(self._numbered(raw, file)) if self._number else self._reader(file).find(raw, file)
        return Read({}) if isinstance(found, Read) and found.value is None else found

    def _reader(self, file: str) -> VersionReader:
        from gmconfig.config.history.reading import VersionReader

        return self._readers.setdefault(file, VersionReader())

    def _numbered(self, raw: bytes, file: str) -> object:
        from gmconfig.storage.yaml import load_all

        documents = load_all(raw, file)
        return documents[self._number - 1] if self._number <= len(documents) else {}


def values(project: Project, path: KeyPath, moments: Sequence[Moment]) -> Iterator[object]:
    """Yield what stands at a path at each moment: a value, ABSENT or Unknown; trees must not be changed."""
    layered = any(len(moment.files) > 1 for moment in moments)
    trees = Trees(project.repository, path.document, _wanted(path, layered))
    # Newest first: that is how git stores them, each as what makes it differ from the one after it.
    trees.add_many([pair for moment in reversed(moments) for pair in moment.files])
    before: tuple[object, Files, object] | None = None
    for moment in moments:
        rules = moment.project.settings.merge
        if before is None or before[:2] != (rules, moment.files):
            held = [trees.of(blob) for _, blob in moment.files]
            found = value_of(held, path, rules) if layered else held[0] if held else ABSENT
            before = (rules, moment.files, found)
        yield before[2]


def _wanted(path: KeyPath, layered: bool) -> Callable[[Found], object]:
    """Give what one layer has to say: the value itself where it is the only one, else the way to it."""
    from gmconfig.config.history.found import at

    first = path.segments[0] if path.segments else None
    if not layered:
        return lambda found: at(found, path.segments)
    return (lambda found: _way(found, first)) if isinstance(first, str) else (lambda found: found.value)


def _way(found: Found, first: str) -> object:
    """Leave out the entries that the path does not pass; merging never looks at a neighbour."""
    from gmconfig.config.history.found import at

    if found.items() is not None:
        return found.value
    branch = at(found, (first,))
    return {} if branch is ABSENT else {first: branch}


def value_of(layers: Sequence[object], path: KeyPath, merge_rules: Mapping[str, object]) -> object:
    """Merge layers, as far as a path needs it, and give what stands there."""
    from gmconfig.config.history.found import Read, at

    for layer in layers:
        if isinstance(layer, Unknown):
            return layer
    if not layers:
        return ABSENT
    tree = merge(layers, rules_of(merge_rules)) if len(layers) > 1 else layers[0]
    return at(Read(tree), path.segments)


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
