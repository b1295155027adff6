"""Giving secrets to other tools: the named ones as an environment sees them, or a whole resolved document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.config.plain import plain
from gmconfig.errors import BrokenConfiguration, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gmconfig.api.workspace import Workspace


def export(workspace: Workspace, peer: str, document: str | None, recipients: Sequence[str]) -> bytes:
    """Give a file of another tool.

    Raises:
        UsageError: the tool is not known, or nobody is named to seal for.
        AccessDenied: a secret is not the caller's to read.
    """
    if peer not in EXPORTERS:
        raise UsageError(f'"{peer}" cannot be exported to', hint=f"one of: {', '.join(EXPORTERS)}")
    tree = _document(workspace, document) if document else _named(workspace)
    return EXPORTERS[peer](tree, recipients)


def _named(workspace: Workspace) -> dict[str, object]:
    """Open every named secret that the environment sees."""
    vault = workspace.vault(workspace.project.worktree())
    places = (*reversed(workspace.project.chain(workspace.environment)), None)
    names = sorted({name for place in places for name in vault.secrets(place)})
    return {name: vault.open(vault.named(name, workspace.environment)) for name in names}


def _document(workspace: Workspace, document: str) -> dict[str, object]:
    snapshot = workspace.project.worktree()
    resolved = workspace.resolved(document, snapshot, workspace.environment)
    tree = plain(resolved.value(workspace.lookup(snapshot, workspace.environment)))
    if not isinstance(tree, dict):
        raise BrokenConfiguration(f'document "{document}" is not a map')
    return tree


def _sops(tree: dict[str, object], recipients: Sequence[str]) -> bytes:
    from gmconfig.secret.exporter.sops import write

    return write(tree, recipients)


def _dotenv(tree: dict[str, object], recipients: Sequence[str]) -> bytes:  # noqa: ARG001  # as every exporter
    from gmconfig.config.formats import as_dotenv

    return as_dotenv(tree).encode("utf-8", "surrogateescape")


EXPORTERS: dict[str, Callable[[dict[str, object], Sequence[str]], bytes]] = {"sops": _sops, "dotenv": _dotenv}
"""Each writer by the name that `--to` takes; it gets the tree in plain, and whom to seal for."""
