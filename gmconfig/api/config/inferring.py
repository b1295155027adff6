"""A schema from what there is: saved where validate and editors find it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.carry_out import carry_out
from gmconfig.api.outcome import Deed
from gmconfig.config.schema.infer_files import document_schema, schema_edits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gmconfig.api.outcome import How, Outcome
    from gmconfig.api.workspace import Workspace


def infer_schema(workspace: Workspace, document: str, how: How) -> Outcome:
    """Write a draft-07 schema that every environment's document satisfies.

    Raises:
        Refused: the document has a schema already.
    """
    project = workspace.project
    schema = document_schema(project, project.worktree(), document)
    return _saved(workspace, document, schema, how, replace=False)


def save_schema(workspace: Workspace, document: str, schema: Mapping[str, Any], how: How) -> Outcome:
    """Write a document's schema, in place of the one that it has."""
    return _saved(workspace, document, dict(schema), how, replace=True)


def _saved(
    workspace: Workspace, document: str, schema: dict[str, Any], how: How, *, replace: bool
) -> Outcome:
    project = workspace.project
    edits = schema_edits(project, project.worktree(), document, schema, replace=replace)
    deed = Deed("schema", f"{document}: schema", document=document)
    return carry_out(project, edits, how, deed)
