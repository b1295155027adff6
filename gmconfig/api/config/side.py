"""What one argument of `config diff` means: an environment, a revision, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gmconfig.api.config.reading import snapshot
from gmconfig.errors import UnknownVersion
from gmconfig.path.nearest import did_you_mean

if TYPE_CHECKING:
    from gmconfig.api.workspace import Workspace
    from gmconfig.storage.snapshot import Snapshot


class Side(NamedTuple):
    """Files, and the environment that they are read in; a revision alone names none.

    `remembered` says whether what is parsed is kept for the next process, which pays off for few documents.
    `yaml_document` names one of several YAML documents in a file.
    """

    environment: str | None
    files: Snapshot
    remembered: bool = False
    yaml_document: int = 0

    def part(self, number: int) -> Side:
        """Give the same files, of which one of several YAML documents is meant."""
        return self._replace(yaml_document=number)

    def within(self, environment: str | None) -> Side:
        """Give the same files in another environment."""
        return self._replace(environment=environment)


def both_sides(workspace: Workspace, left: str, right: str, documents: tuple[str, ...]) -> tuple[Side, Side]:
    """Read both arguments, to compare the documents that are named, or all.

    A revision beside an environment is read in that environment.

    Raises:
        UnknownVersion: one is neither an environment nor a revision.
    """
    only = documents[0] if len(documents) == 1 else None
    one, other = (_side(workspace, text, only) for text in (left, right))
    named = one.environment or other.environment or workspace.asked
    remembered = bool(documents)
    return (
        Side(one.environment or named, one.files, remembered),
        Side(other.environment or named, other.files, remembered),
    )


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
