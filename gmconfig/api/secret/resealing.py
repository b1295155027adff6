"""Sealing in place: one value of a file, or a whole file through an editor."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.api.carry_out import carry_out
from gmconfig.api.config.edited import edited_values
from gmconfig.api.outcome import Deed
from gmconfig.api.secret.sealing import Sealing, tokens_in
from gmconfig.config.strategy import own_path, rules_of
from gmconfig.errors import NotFound, Refused, UsageError
from gmconfig.path import KeyPath, value_at
from gmconfig.secret.access.rule import COMMON
from gmconfig.secret.file import editing, inline
from gmconfig.secret.named.store import FOLDER, check_entries
from gmconfig.secret.token import Context, is_token
from gmconfig.storage.change import WholeFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.api.outcome import How, Outcome
    from gmconfig.api.workspace import Workspace
    from gmconfig.path import Keys
    from gmconfig.project import Layer, Project
    from gmconfig.storage.change import FileEdit


@dataclass(frozen=True, slots=True, repr=False)
class OpenedFile:
    """A file with its secrets in plain and tagged, as an editor gets it; `raw` is the file as it stands."""

    file: str
    text: str
    raw: bytes


def seal(workspace: Workspace, file: str, path: str, how: How) -> Outcome:
    """Seal the value that stands at a path of a layer's file.

    Raises:
        Refused: it is sealed already, or is a map or list.
    """
    parsed = KeyPath.parse(path)
    layer, tree = _layer(workspace, file, parsed)
    keys = parsed.resolve(tree)
    value = value_at(tree, keys)
    if is_token(value):
        raise Refused(f'"{path}" is sealed already')
    if isinstance(value, dict | list):
        raise Refused(f'"{path}" is not a single value', hint="seal its values one by one")
    sealing = Sealing(workspace, "seal", how.reason)
    context = _context(workspace.project, layer, tree, keys, parsed.document or 1)
    edits = inline.seal(sealing.draft, value, context, layer.file, keys)
    return _carried_out(workspace, sealing, edits, how, "seal", layer, path)


def unseal(workspace: Workspace, file: str, path: str, how: How) -> Outcome:
    """Put the sealed value at a path of a layer's file back in plain.

    Raises:
        Refused: it is not sealed.
    """
    parsed = KeyPath.parse(path)
    layer, tree = _layer(workspace, file, parsed)
    place = parsed.document or 1, parsed.resolve(tree)
    tokens = tokens_in(workspace.project, workspace.project.worktree(), layer.file)
    found = next((s for at, s in tokens if (at.yaml_document, s.keys) == place), None)
    if found is None:
        raise Refused(f'"{path}" is not sealed')
    sealing = Sealing(workspace, "unseal", how.reason)
    return _carried_out(workspace, sealing, inline.unseal(sealing.draft, found), how, "unseal", layer, path)


def open_file(workspace: Workspace, file: str | None) -> OpenedFile:
    """Open every sealed value of a layer's file, or of the environment's named secrets.

    Raises:
        NotFound: there is no such file.
        AccessDenied: one of its values cannot be opened.
    """
    from gmconfig.secret.named.store import file_of

    project, snapshot = workspace.project, workspace.project.worktree()
    name = _below_root(project, file) if file else file_of(workspace.given)
    if not snapshot.exists(name):
        raise NotFound(f'there is no file "{name}"', hint="gmconfig secret create NAME")
    raw = snapshot.read(name)
    plain = editing.opened(workspace.vault(snapshot), raw, name, _contexts(project, name))
    return OpenedFile(name, plain.decode("utf-8", "surrogateescape"), raw)


def reseal(workspace: Workspace, opened: OpenedFile, text: str, how: How) -> Outcome:
    """Seal an edited text again; a value that is the same keeps its token.

    Raises:
        BrokenConfiguration: the edited text is not YAML, or not what such a file holds.
        Refused: nothing is left in it.
    """
    from gmconfig.storage.yaml import load

    project, file = workspace.project, opened.file
    if opened.text.strip() and not text.strip():
        raise Refused(f"nothing is left of {file}: nothing was changed", hint="gmconfig secret delete NAME")
    draft = Sealing(workspace, "edit", how.reason).draft
    after = text.encode("utf-8", "surrogateescape")
    if project.layout.read(file) is None:
        check_entries(load(after, file), file)
    content = editing.sealed(draft, opened.raw, after, file, _contexts(project, file))
    edits: dict[str, FileEdit] = {file: WholeFile(content), **draft.files()}
    changes = edited_values(project, edits, files=(file,))
    deed = Deed("secret-edit", f"secret: edit {file}", environment=workspace.given, changes=changes)
    return carry_out(project, edits, how, deed)


def _contexts(project: Project, file: str) -> editing.Contexts:
    """Say what the places of a file mean: those of a layer, or of a file of named secrets."""
    layer = project.layout.read(file)
    if layer is None:
        environment = file.removeprefix(FOLDER).removesuffix(".yaml")
        return editing.store_contexts(None if environment == COMMON else environment)
    rules = rules_of(project.settings.merge)

    def context(tree: object, keys: Keys, number: int) -> Context:
        path = own_path(tree, keys, rules)
        return Context(
            layer.document, layer.environment, path, variables=layer.variables, yaml_document=number
        )

    return context


def _carried_out(
    workspace: Workspace,
    sealing: Sealing,
    edits: Mapping[str, FileEdit],
    how: How,
    operation: str,
    layer: Layer,
    path: str,
) -> Outcome:
    project = workspace.project
    deed = Deed(
        f"secret-{operation}",
        f"secret: {operation} {path} in {layer.file}",
        document=layer.document,
        environment=layer.environment,
        trailers={"Path": path},
        changes=edited_values(project, edits, files=(layer.file,)),
    )
    return carry_out(project, {**edits, **sealing.draft.files()}, how, deed)


def _layer(workspace: Workspace, file: str, path: KeyPath) -> tuple[Layer, object]:
    """Give the layer of a file, and the data of the YAML document in it that a path means."""
    from gmconfig.storage.yaml import load_all
    from gmconfig.storage.yaml.target import document_number

    project = workspace.project
    name = _below_root(project, file)
    layer = project.layout.read(name)
    if layer is None:
        raise UsageError(
            f'"{file}" is not a layer of a document', hint="gmconfig config list shows the layers"
        )
    documents = load_all(project.worktree().read(name), name) or [None]
    return layer, documents[document_number(path, len(documents)) - 1]


def _context(
    project: Project, layer: Layer, tree: object, keys: tuple[str | int, ...], number: int
) -> Context:
    path = own_path(tree, keys, rules_of(project.settings.merge))
    return Context(layer.document, layer.environment, path, variables=layer.variables, yaml_document=number)


def _below_root(project: Project, file: str) -> str:
    """Give a file as the project names it: first as seen from here, then from the root."""
    here = os.path.realpath(file)
    root = os.path.realpath(project.root)
    if os.path.exists(here) and here.startswith(root + os.sep):
        return os.path.relpath(here, root)
    return file
