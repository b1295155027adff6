"""Sealing in place: one value of a file, or a whole file through an editor."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.api.carry_out import carry_out
from gmconfig.api.edited import edited_values
from gmconfig.api.sealing import Sealing, tokens_in
from gmconfig.config.strategy import own_path, rules_of
from gmconfig.errors import NotFound, Refused, UsageError
from gmconfig.path import KeyPath, value_at
from gmconfig.secret import inline
from gmconfig.secret.token import Context, Sealed, is_token
from gmconfig.storage.change import WholeFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.api.outcome import How, Outcome
    from gmconfig.api.workspace import Workspace
    from gmconfig.project import Layer, Project
    from gmconfig.storage.change import FileEdit


@dataclass(frozen=True, slots=True, repr=False)
class OpenedFile:
    """A file with its secrets in plain, as an editor gets it; `sealed` are the tokens by path."""

    file: str
    text: str
    sealed: Mapping[KeyPath, Sealed]


def seal(workspace: Workspace, file: str, path: str, how: How) -> Outcome:
    """Seal the value that stands at a path of a layer's file.

    Raises:
        Refused: it is sealed already, or is a map or list.
    """
    layer, tree = _layer(workspace, file)
    keys = KeyPath.parse(path).resolve(tree)
    value = value_at(tree, keys)
    if is_token(value):
        raise Refused(f'"{path}" is sealed already')
    if isinstance(value, dict | list):
        raise Refused(f'"{path}" is not a single value', hint="seal its values one by one")
    sealing = Sealing(workspace, "seal", how.reason)
    edits = inline.seal(sealing.draft, value, _context(workspace.project, layer, tree, keys), layer.file, keys)
    return _carried_out(workspace, sealing, edits, how, "seal", layer, path)


def unseal(workspace: Workspace, file: str, path: str, how: How) -> Outcome:
    """Put the sealed value at a path of a layer's file back in plain.

    Raises:
        Refused: it is not sealed.
    """
    layer, tree = _layer(workspace, file)
    keys = KeyPath.parse(path).resolve(tree)
    snapshot = workspace.project.worktree()
    found = next((s for _, s in tokens_in(workspace.project, snapshot, layer.file) if s.keys == keys), None)
    if found is None:
        raise Refused(f'"{path}" is not sealed')
    sealing = Sealing(workspace, "unseal", how.reason)
    return _carried_out(workspace, sealing, inline.unseal(sealing.draft, found), how, "unseal", layer, path)


def open_file(workspace: Workspace, file: str | None) -> OpenedFile:
    """Open every sealed value of a layer's file, or of the environment's named secrets."""
    from gmconfig.secret.store import file_of
    from gmconfig.storage.yaml.edit import Set, edit

    project, snapshot = workspace.project, workspace.project.worktree()
    name = _below_root(project, file) if file else file_of(workspace.given)
    if not snapshot.exists(name):
        raise NotFound(f'there is no file "{name}"', hint="gmconfig secret create NAME")
    vault = workspace.vault(snapshot)
    sealed = {KeyPath(one.keys): one for one in _tokens(workspace, name)}
    raw = edit(snapshot.read(name), [Set(path, vault.open(one), False) for path, one in sealed.items()], file=name)
    return OpenedFile(name, raw.decode("utf-8", "surrogateescape"), sealed)


def reseal(workspace: Workspace, opened: OpenedFile, text: str, how: How) -> Outcome:
    """Seal again what was sealed before; a value that is the same keeps its token.

    Raises:
        BrokenConfiguration: the edited text is not YAML.
    """
    from gmconfig.storage.yaml import load
    from gmconfig.storage.yaml.edit import Set, edit

    project, file = workspace.project, opened.file
    raw = text.encode("utf-8", "surrogateescape")
    tree = load(raw, file)
    sealing = Sealing(workspace, "edit", how.reason)
    sets = []
    for path, sealed in opened.sealed.items():
        keys = tuple(path.segments)
        if not _stands(tree, keys):
            sealing.draft.drop(sealed.context, sealed)
            continue
        token = sealing.draft.seal(sealed.context, value_at(tree, keys), before=sealed, metadata=_metadata(tree, sealed))  # type: ignore[arg-type]
        sets.append(Set(path, token, False))
    content = edit(raw, sets, file=file) if sets else raw
    edits: dict[str, FileEdit] = {file: WholeFile(content), **sealing.draft.files()}
    return carry_out(
        project, edits, how, operation="secret-edit", environment=workspace.given,
        subject=f"secret: edit {file}", changes=edited_values(project, edits, files=(file,)),
    )


def _carried_out(
    workspace: Workspace, sealing: Sealing, edits: Mapping[str, FileEdit], how: How, operation: str, layer: Layer,
    path: str,
) -> Outcome:
    project = workspace.project
    return carry_out(
        project, {**edits, **sealing.draft.files()}, how, operation=f"secret-{operation}", document=layer.document,
        environment=layer.environment, subject=f"secret: {operation} {path} in {layer.file}",
        changes=edited_values(project, edits, files=(layer.file,)), trailers={"Path": path},
    )


def _layer(workspace: Workspace, file: str) -> tuple[Layer, object]:
    from gmconfig.storage.yaml import load

    project = workspace.project
    name = _below_root(project, file)
    layer = project.layout.read(name)
    if layer is None:
        raise UsageError(f'"{file}" is no layer of a document', hint="gmconfig config list shows the layers")
    return layer, load(project.worktree().read(name), name)


def _context(project: Project, layer: Layer, tree: object, keys: tuple[str | int, ...]) -> Context:
    path = own_path(tree, keys, rules_of(project.settings.merge))
    return Context(layer.document, layer.environment, path, variables=layer.variables)


def _tokens(workspace: Workspace, file: str) -> list[Sealed]:
    from gmconfig.secret.store import secrets_in

    project, snapshot = workspace.project, workspace.project.worktree()
    if project.layout.read(file):
        return [sealed for _, sealed in tokens_in(project, snapshot, file)]
    environment = file.removeprefix("secrets/").removesuffix(".yaml")
    named = secrets_in(snapshot, None if environment == "common" else environment)
    return [one.sealed for one in named.values() if one.sealed is not None]


def _metadata(tree: object, sealed: Sealed) -> str | None:
    """Give the hash of what stands beside a named secret; None for a value in a document."""
    from gmconfig.secret.store import metadata_digest

    return metadata_digest(value_at(tree, sealed.keys[:1])) if sealed.context.document is None else None


def _stands(tree: object, keys: tuple[object, ...]) -> bool:
    for key in keys:
        if isinstance(tree, dict) and key in tree:
            tree = tree[key]
        elif isinstance(tree, list) and isinstance(key, int) and key < len(tree):
            tree = tree[key]
        else:
            return False
    return True


def _below_root(project: Project, file: str) -> str:
    """Give a file as the project names it: first as seen from here, then from the root."""
    here = os.path.realpath(file)
    root = os.path.realpath(project.root)
    if os.path.exists(here) and here.startswith(root + os.sep):
        return os.path.relpath(here, root)
    return file
