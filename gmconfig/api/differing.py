"""Where two versions differ: environments, revisions, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gmconfig.api.answers import DocumentDifference
from gmconfig.api.reading import snapshot
from gmconfig.config.diff import diff as differences
from gmconfig.errors import NotFound, UnknownDocument

if TYPE_CHECKING:
    from gmconfig.api.workspace import Workspace
    from gmconfig.config.resolve import Resolved
    from gmconfig.storage.snapshot import Snapshot


class Side(NamedTuple):
    """What one argument of `config diff` means."""

    environment: str | None
    files: Snapshot


def diff(
    workspace: Workspace, left: str, right: str, documents: tuple[str, ...]
) -> tuple[DocumentDifference, ...]:
    """Compare documents (all by default) between two sides.

    Raises:
        UnknownVersion: a side is neither an environment nor a revision.
        UnknownDocument: neither side has the document.
    """
    only = documents[0] if len(documents) == 1 else None
    sides = _side(workspace, left, only), _side(workspace, right, only)
    names = documents or tuple(sorted({n for side in sides for n in workspace.project.documents(side.files)}))
    return tuple(_document(workspace, name, *sides) for name in names)


def _side(workspace: Workspace, text: str, document: str | None) -> Side:
    """Read `production`, `HEAD~3` or `production@HEAD~3`; an environment goes before a revision of its name."""
    project = workspace.project
    if text in project.environments:
        return Side(text, project.worktree())
    name, at, revision = text.partition("@")
    if at and name in project.environments:
        return Side(name, snapshot(workspace, revision, document))
    return Side(workspace.environment, snapshot(workspace, text, document))


def _document(workspace: Workspace, name: str, left: Side, right: Side) -> DocumentDifference:
    found = _resolved(workspace, name, left), _resolved(workspace, name, right)
    if found[0] is None and found[1] is None:
        workspace.project.check_document(right.files, name)
    before, after = (_value(workspace, side, where) for side, where in zip(found, (left, right), strict=True))
    written = tuple({} if side is None else side.merged for side in found)
    rules = next(side.rules for side in found if side is not None)
    return DocumentDifference(
        name, tuple(differences(before, after, rules, written=(written[0], written[1])))
    )


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
