"""Where two versions differ: environments, revisions, or both."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from gmconfig.api.answers import DocumentDifference
from gmconfig.api.config.alike import alike
from gmconfig.api.config.side import both_sides
from gmconfig.config.diff import diff as differences
from gmconfig.config.equal import same
from gmconfig.config.loaded import SeveralDocuments
from gmconfig.errors import NotFound, UnknownDocument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.api.config.side import Side
    from gmconfig.api.workspace import Workspace
    from gmconfig.config.diff import Change
    from gmconfig.config.resolve import Resolved


def diff(
    workspace: Workspace, left: str, right: str, documents: tuple[str, ...]
) -> tuple[DocumentDifference, ...]:
    """Compare documents (all by default) between two sides.

    A revision beside an environment is read in that environment. Two revisions are compared in the base and
    in every environment, unless the caller asked for one; what an environment only inherits is told once.

    Raises:
        UnknownVersion: a side is neither an environment nor a revision.
        UnknownDocument: neither side has a document that was named.
    """
    sides = both_sides(workspace, left, right, documents)
    if not documents:
        return tuple(_of_all(workspace, *sides))
    found = [(name, list(_document(workspace, name, *sides))) for name in documents]
    for name, differences_ in found:
        if not differences_:
            workspace.project.check_document(sides[1].files, name)
    return tuple(one for name, own in found for one in own or [DocumentDifference(name, ())])


def _of_all(workspace: Workspace, left: Side, right: Side) -> Iterator[DocumentDifference]:
    """Compare all documents; those that cannot differ are not read."""
    names = {name for side in (left, right) for name in workspace.project.documents(side.files)}
    known = alike(workspace, left, right, names)
    common = left.environment if left.environment == right.environment else None
    for name in sorted(names):
        if name in known:
            yield DocumentDifference(name, (), common if known[name] else None)
        else:
            yield from list(_document(workspace, name, left, right)) or [DocumentDifference(name, ())]


def _document(workspace: Workspace, name: str, left: Side, right: Side) -> Iterator[DocumentDifference]:
    """Compare one document, or each YAML document of its file; nothing where neither side has it."""
    try:
        yield from list(_whole(workspace, name, left, right))
    except SeveralDocuments:
        found = list(_parts(workspace, name, left, right))
        yield from [one for one in found if one.changes] or [DocumentDifference(name, ())]


def _parts(workspace: Workspace, name: str, left: Side, right: Side) -> Iterator[DocumentDifference]:
    for number in count(1):
        found = list(_whole(workspace, name, left.part(number), right.part(number)))
        if not found:
            return
        yield from found


def _whole(workspace: Workspace, name: str, left: Side, right: Side) -> Iterator[DocumentDifference]:
    if left.environment is None:
        yield from _everywhere(workspace, name, left, right)
    elif (found := _compared(workspace, name, left, right)) is not None:
        yield found


def _everywhere(workspace: Workspace, name: str, before: Side, after: Side) -> Iterator[DocumentDifference]:
    """Compare the base, then each environment by what it does not share with the one that it extends."""
    told: dict[str | None, DocumentDifference] = {}
    for environment in (None, *_parents_first(workspace)):
        found = _compared(workspace, name, before.within(environment), after.within(environment))
        if found is not None:
            told[environment] = found
    declared = workspace.project.environments
    own = [
        found if environment is None else _without(found, told.get(declared[environment].extends))
        for environment, found in told.items()
    ]
    changed = [found for found in own if found.changes]
    if told:
        yield from changed or [DocumentDifference(name, ())]


def _parents_first(workspace: Workspace) -> list[str]:
    project = workspace.project
    return sorted(project.environments, key=lambda name: len(project.chain(name)))


def _without(found: DocumentDifference, inherited: DocumentDifference | None) -> DocumentDifference:
    known = {change.path: change for change in inherited.changes} if inherited else {}
    own = tuple(change for change in found.changes if not _alike(change, known.get(change.path)))
    return DocumentDifference(found.document, own, found.environment, found.yaml_document)


def _alike(change: Change, other: Change | None) -> bool:
    return (
        other is not None
        and (change.kind, change.secret) == (other.kind, other.secret)
        and same(change.before, other.before)
        and same(change.after, other.after)
    )


def _compared(workspace: Workspace, name: str, left: Side, right: Side) -> DocumentDifference | None:
    """Compare one document; None where neither side has it."""
    found = _resolved(workspace, name, left), _resolved(workspace, name, right)
    rules = next((side.rules for side in reversed(found) if side is not None), None)
    if rules is None:
        return None
    before, after = (_value(workspace, side, where) for side, where in zip(found, (left, right), strict=True))
    written = tuple({} if side is None else side.merged for side in found)
    changes = differences(before, after, rules, written=(written[0], written[1]))
    environment = left.environment if left.environment == right.environment else None
    return DocumentDifference(name, tuple(changes), environment, left.yaml_document)


def _value(workspace: Workspace, resolved: Resolved | None, side: Side) -> object:
    """Give a side's values; what cannot be resolved is compared as written: a diff is asked for to see that."""
    if resolved is None:
        return {}
    return resolved.checked(workspace.lookup(side.files, side.environment, tolerant=True))[0]


def _resolved(workspace: Workspace, name: str, side: Side) -> Resolved | None:
    """Resolve one side's; None where it has no layer, which is asked first: the error lists all documents."""
    project = workspace.project.at(side.files)
    try:
        candidates = project.candidates(name, side.environment, workspace.variables)
        if not any(side.files.exists(layer.file) for layer in candidates):
            return None
        return workspace.resolved(
            name,
            side.files,
            side.environment,
            yaml_document=side.yaml_document,
            remembered=side.remembered,
        )
    except (UnknownDocument, NotFound):
        return None
