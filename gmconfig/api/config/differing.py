"""Where two versions differ: environments, revisions, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gmconfig.api.answers import DocumentDifference
from gmconfig.api.config.reading import snapshot
from gmconfig.config.diff import diff as differences
from gmconfig.config.equal import same
from gmconfig.errors import NotFound, UnknownDocument, UnknownVersion
from gmconfig.path.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.api.workspace import Workspace
    from gmconfig.config.diff import Change
    from gmconfig.config.resolve import Resolved
    from gmconfig.storage.snapshot import Snapshot


class Side(NamedTuple):
    """What one argument of `config diff` means; a revision alone names no environment."""

    environment: str | None
    files: Snapshot


def diff(
    workspace: Workspace, left: str, right: str, documents: tuple[str, ...]
) -> tuple[DocumentDifference, ...]:
    """Compare documents (all by default) between two sides.

    A revision beside an environment is read in that environment. Two revisions are compared in the base and
    in every environment, unless the caller asked for one; what an environment only inherits is told once.

    Raises:
        UnknownVersion: a side is neither an environment nor a revision.
        UnknownDocument: neither side has the document.
    """
    only = documents[0] if len(documents) == 1 else None
    sides = _side(workspace, left, only), _side(workspace, right, only)
    names = documents or tuple(sorted({n for side in sides for n in workspace.project.documents(side.files)}))
    return tuple(found for name in names for found in _document(workspace, name, *sides))


def _side(workspace: Workspace, text: str, document: str | None) -> Side:
    """Read `production`, `HEAD~3` or `production@HEAD~3`; an environment goes before a revision of its name."""
    project = workspace.project
    if text in project.environments:
        return Side(text, project.worktree())
    name, at, revision = text.partition("@")
    if at and name in project.environments:
        return Side(name, snapshot(workspace, revision, document))
    try:
        return Side(None, snapshot(workspace, text, document))
    except UnknownVersion as error:
        hint = did_you_mean(text, tuple(project.environments), error.hint)
        raise UnknownVersion(error.message, hint=hint) from error


def _document(workspace: Workspace, name: str, left: Side, right: Side) -> Iterator[DocumentDifference]:
    named = left.environment or right.environment
    if named or workspace.asked:
        sides = [Side(side.environment or named or workspace.asked, side.files) for side in (left, right)]
        found = _compared(workspace, name, *sides)
        if found is None:
            workspace.project.check_document(right.files, name)
        yield found or DocumentDifference(name, (), None)
    else:
        yield from _everywhere(workspace, name, left.files, right.files)


def _everywhere(
    workspace: Workspace, name: str, before: Snapshot, after: Snapshot
) -> Iterator[DocumentDifference]:
    """Compare the base, then each environment by what it does not share with the one that it extends."""
    told: dict[str | None, DocumentDifference] = {}
    for environment in (None, *_parents_first(workspace)):
        found = _compared(workspace, name, Side(environment, before), Side(environment, after))
        if found is not None:
            told[environment] = found
    if not told:
        workspace.project.check_document(after, name)
    declared = workspace.project.environments
    own = [
        found if environment is None else _without(found, told.get(declared[environment].extends))
        for environment, found in told.items()
    ]
    yield from [found for found in own if found.changes] or [DocumentDifference(name, ())]


def _parents_first(workspace: Workspace) -> list[str]:
    project = workspace.project
    return sorted(project.environments, key=lambda name: len(project.chain(name)))


def _without(found: DocumentDifference, inherited: DocumentDifference | None) -> DocumentDifference:
    known = {change.path: change for change in inherited.changes} if inherited else {}
    own = tuple(change for change in found.changes if not _alike(change, known.get(change.path)))
    return DocumentDifference(found.document, own, found.environment)


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
    return DocumentDifference(name, tuple(changes), environment)


def _value(workspace: Workspace, resolved: Resolved | None, side: Side) -> object:
    """Give a side's values; what cannot be resolved is compared as written: a diff is asked for to see that."""
    if resolved is None:
        return {}
    return resolved.checked(workspace.lookup(side.files, side.environment, tolerant=True))[0]


def _resolved(workspace: Workspace, name: str, side: Side) -> Resolved | None:
    try:
        return workspace.resolved(name, side.files, side.environment)
    except (UnknownDocument, NotFound):
        return None
