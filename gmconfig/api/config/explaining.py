"""Why a value is what it is: every layer's say, and the commit behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.answers import Explanation, Statement
from gmconfig.api.config.demanding import demands
from gmconfig.config.equal import same
from gmconfig.errors import GitTrouble
from gmconfig.path import KeyPath, format_keys, value_at

if TYPE_CHECKING:
    from gmconfig.api.workspace import Workspace
    from gmconfig.config.origin import Say
    from gmconfig.config.resolve import Resolved
    from gmconfig.storage.git import Revision
    from gmconfig.storage.snapshot import Snapshot


def explain(workspace: Workspace, files: Snapshot, document: str, path: KeyPath) -> Explanation:
    """Explain one value.

    Raises:
        UnknownPath: nothing stands there.
    """
    environment = workspace.environment
    resolved = workspace.resolved(
        document, files, environment, overrides=files.commit is None, yaml_document=path.document
    )
    keys = resolved.keys(path)
    value = resolved.value_at(keys, workspace.lookup(files, environment))
    says = tuple(_statement(resolved, say) for say in resolved.says(keys))
    return Explanation(
        document, environment, format_keys(keys, path.document), value, says, demands(resolved, keys)
    )


def _statement(resolved: Resolved, say: Say) -> Statement:
    if say.layer is None:
        return Statement(say.variable or "", None, say.value, say.wins, None, "")
    try:
        revision = _revision(resolved, say)
    except GitTrouble:
        if not resolved.project.repository.is_shallow():
            raise
        revision, missing = None, "set before what this shallow clone has: git fetch --unshallow"
    else:
        missing = "not committed yet"
    reason = _reason(revision) if revision else missing
    return Statement(say.layer.layer.name, say.place, say.value, say.wins, revision, reason)


def _revision(resolved: Resolved, say: Say) -> Revision | None:
    """Give the commit that made the value what it is; None where the working tree has another one than HEAD."""
    from gmconfig.config.history.change import last_change

    assert say.layer is not None  # noqa: S101  # an environment variable has no history
    commit = resolved.snapshot.commit
    if commit is None and not _is_committed(resolved, say):
        return None
    return last_change(
        resolved.project,
        say.layer.file,
        say.keys,
        yaml_document=resolved.yaml_document,
        revision=commit or "HEAD",
    )


def _is_committed(resolved: Resolved, say: Say) -> bool:
    from gmconfig.config.loaded import load_layer
    from gmconfig.errors import GmconfigError

    assert say.layer is not None  # noqa: S101
    try:
        head = resolved.project.snapshot("HEAD")
        if not head.exists(say.layer.file):
            return False
        loaded = load_layer(
            resolved.project, head, say.layer.layer, resolved.rules, yaml_document=resolved.yaml_document
        )
        return same(value_at(loaded.tree, say.keys), say.value)
    except (GmconfigError, LookupError, TypeError):
        return False


def _reason(revision: Revision) -> str:
    return revision.trailers.get("Gmconfig-Reason") or revision.subject
