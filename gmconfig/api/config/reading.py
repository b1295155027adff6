"""Reading: which version, which documents, and the value at a path."""

from __future__ import annotations

from gmconfig.errors import UsageError

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from gmconfig.api.answers import DocumentLayers
    from gmconfig.api.workspace import Workspace
    from gmconfig.path import KeyPath
    from gmconfig.storage.snapshot import Snapshot


def snapshot(workspace: Workspace, at: str | None, document: str | None) -> Snapshot:
    """Give the working tree, or the files as of `at`.

    Raises:
        UsageError: `at` counts versions, and no document was named.
    """
    if at is None:
        return workspace.project.worktree()
    if document is None:
        if at[:1] == "v" and at[1:].isdigit():
            raise UsageError(
                f'"{at}" counts the versions of one document', hint="name the document, or a commit"
            )
        return workspace.project.snapshot(at)
    from gmconfig.config.versions import commit_of

    return workspace.project.snapshot(commit_of(workspace.project, document, at))


def value(workspace: Workspace, files: Snapshot, document: str, path: KeyPath) -> object:
    """Give the resolved value at a path; only what it needs is opened."""
    resolved = workspace.resolved(
        document,
        files,
        workspace.environment,
        overrides=files.commit is None,
        yaml_document=path.document,
    )
    keys = resolved.keys(path)
    return resolved.value_at(keys, workspace.lookup(files, workspace.environment))


def documents(workspace: Workspace, files: Snapshot) -> tuple[DocumentLayers, ...]:
    """Give every document with the files of each environment that has one."""
    from gmconfig.api.answers import DocumentLayers
    from gmconfig.storage.listed import Listed

    project, there = workspace.project.at(files), Listed(files)
    return tuple(
        DocumentLayers(
            name,
            {
                environment: layers
                for environment in (None, *project.environments)
                if (layers := tuple(layer.file for layer in project.layers(there, name, environment)))
            },
        )
        for name in project.documents(files)
    )
