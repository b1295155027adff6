"""Who last changed a value in one file: found by walking the file's versions, not by blame of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.config.history.absence import ABSENT, Unknown
from gmconfig.config.history.value import Trees, equal, value_of
from gmconfig.config.strategy import item_keys, own_path, rules_of
from gmconfig.path import KeyPath, Selector, under
from gmconfig.storage.git.history import touching

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gmconfig.path import Keys, Segment
    from gmconfig.project import Project
    from gmconfig.storage.git import Revision

_USUAL = (("name",), ("id",), ("key",), ("metadata", "name"))  # what tells items of undeclared lists apart
_FIRST = 4  # most values that are asked about changed lately, or long ago
_THEN = 64


def last_change(
    project: Project, file: str, keys: Keys, *, yaml_document: int = 0, revision: str = "HEAD"
) -> Revision | None:
    """Give the commit that made the value at a file's own path what it is; None where no commit has it.

    List items are followed by their declared key, or one that usually tells items apart; a file that was
    renamed is followed where the commit that brought it took the same value away elsewhere.

    Raises:
        GitTrouble: the clone is shallow.
    """
    trees = Trees(project.repository, yaml_document)
    path: KeyPath | None = None
    value: object = ABSENT
    found: Revision | None = None
    for at, blob in _versions(project, file, revision, trees):
        tree = trees.of(blob) if blob else {}
        if isinstance(tree, Unknown):
            continue
        if path is None:
            path = KeyPath(steady(tree, keys, project))
            value = value_of([tree], path, {})
            if value is ABSENT:
                return None
        elif not equal(value_of([tree], path, {}), value):
            return found
        found = at
    return found


def steady(tree: object, keys: Keys, project: Project) -> tuple[Segment, ...]:
    """Name a place so that it survives items that come and go before it."""
    declared = own_path(tree, keys, rules_of(project.settings.merge))
    found: list[Segment] = []
    for key, named in zip(keys, declared, strict=True):
        found.append(_selected(tree, key) if named == key and isinstance(key, int) else named)
        tree = under(tree, key)
    return tuple(found)


def _versions(
    project: Project, file: str, revision: str, trees: Trees
) -> Iterator[tuple[Revision, str | None]]:
    """Yield a file's versions, newest first, across renames; the trees of those that are yielded are read."""
    while True:
        found = touching(project.repository, project.prefix, (file,), revision)
        yield from _read(found, file, trees)
        if not found:
            return
        last = found[-1]
        former = _former(project, last, file, trees)
        if former is None:
            return
        file, revision = former, f"{last.commit}^"


def _read(found: Sequence[Revision], file: str, trees: Trees) -> Iterator[tuple[Revision, str | None]]:
    start, size = 0, _FIRST
    while start < len(found):
        some = [(each, each.blobs[file]) for each in found[start : start + size]]
        trees.add((file, blob) for _, blob in some if blob)
        yield from some
        start, size = start + size, _THEN


def _former(project: Project, added: Revision, file: str, trees: Trees) -> str | None:
    """Give the file that a commit renamed to this one: the one it removed that is most alike."""
    repository = project.repository
    whole = touching(repository, project.prefix, (), added.commit)[0]
    gone = [path for path, blob in whole.blobs.items() if blob is None]
    if not gone or whole.commit != added.commit:
        return None
    before = repository.snapshot(project.prefix, f"{added.commit}^").files()
    wanted = trees.of(str(added.blobs[file]))
    trees.add((path, before[path]) for path in gone if path in before)
    alike = [(_alike(trees.of(before[path]), wanted), path) for path in gone if path in before]
    share, path = max(alike, default=(0.0, ""))
    return path if share > 0.5 else None


def _alike(left: object, right: object) -> float:
    from gmconfig.path import walk

    ours = {(keys, repr(value)) for keys, value in walk(left)}
    theirs = {(keys, repr(value)) for keys, value in walk(right)}
    return len(ours & theirs) / max(len(ours | theirs), 1)


def _selected(tree: object, index: int) -> Segment:
    items = tree if isinstance(tree, list) and index < len(tree) else []
    for way in _USUAL:
        names = item_keys(items, way)
        if names:
            return Selector(way, names[index])
    return index
