"""A schema from what there is: saved where validate and editors find it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gmconfig.api.carry_out import carry_out
from gmconfig.storage.change import WholeFile

if TYPE_CHECKING:
    from gmconfig.api.outcome import How, Outcome
    from gmconfig.api.workspace import Workspace


def infer_schema(workspace: Workspace, document: str, how: How) -> Outcome:
    """Write a draft-07 schema that every environment's resolved document satisfies."""
    from gmconfig.config.infer import inferred

    project = workspace.project
    schema = inferred(project, project.worktree(), document)
    return save_schema(workspace, document, schema, how)


def save_schema(workspace: Workspace, document: str, schema: object, how: How) -> Outcome:
    """Write a document's schema file, with the lines that editors look for in the document's own files."""
    from gmconfig.config.infer import modelines

    project = workspace.project
    file = f"schemas/{document}.schema.json"
    text = json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
    edits = {file: WholeFile(text.encode()), **modelines(project, project.worktree(), document)}
    return carry_out(project, edits, how, operation="schema", document=document, subject=f"{document}: schema")
