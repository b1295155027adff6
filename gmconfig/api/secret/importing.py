"""Taking secrets over from other tools: into a document, where they stand, or as named secrets."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.api.carry_out import carry_out
from gmconfig.api.outcome import Deed, How, Outcome
from gmconfig.api.secret.sealing import Sealing, tokens_in
from gmconfig.config.strategy import own_path, rules_of
from gmconfig.errors import NotFound, Refused, UsageError
from gmconfig.path import KeyPath, Selector, format_keys
from gmconfig.secret.importer.registry import reader
from gmconfig.secret.token import Context
from gmconfig.storage.change import WholeFile, YamlEdit
from gmconfig.storage.files import trouble

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gmconfig.api.workspace import Workspace
    from gmconfig.project import Layer, Project
    from gmconfig.secret.importer.imported import Imported, Leaf
    from gmconfig.secret.importer.registry import Reader
    from gmconfig.storage.change import FileEdit

Edits = dict[str, "FileEdit"]


@dataclass(frozen=True, slots=True)
class Transfer:
    """What an import did: the change, the names or paths that are sealed now, what else is worth knowing."""

    outcome: Outcome
    sealed: tuple[str, ...]
    notes: tuple[str, ...]


def import_files(
    workspace: Workspace,
    peer: str,
    files: Sequence[str],
    how: How,
    *,
    to: str | None,
    named: bool,
    key_files: Sequence[str] = (),
) -> Transfer:
    """Open files of another tool, and seal their secrets.

    Args:
        workspace: where they go; the environment that it names is theirs.
        peer: the tool, by its name in the registry of importers.
        files: as seen from the current folder. One that is a layer of a document is sealed where it stands,
            unless it goes to a document or becomes named secrets; others become named secrets.
        how: as for every change.
        to: the document that they go to.
        named: whether to make named secrets of files that are layers.
        key_files: keys or passwords of the tool, before those that its users have in their environment.

    Raises:
        UsageError: the tool is not known.
        NotFound: a file, or the key to it, is not there.
        AccessDenied: the keys at hand do not open it, or it was tampered with.
        BrokenConfiguration: it is damaged, or holds nothing of that tool.
    """
    read = reader(peer)
    if to and named:
        raise UsageError("--to and --named exclude each other")
    taking = _Taking(workspace, how.reason)
    for file in files:
        imported = _opened(workspace, read, file, key_files)
        layer = None if named else _target(workspace, file, to)
        taking.take(imported, layer, f"{peer}: {_shown(workspace, file)}", whole=to is None)
    where = f" in {workspace.given}" if workspace.given else ""
    deed = Deed(
        "secret-import", f"secret: import from {peer}{where}", document=to, environment=workspace.given
    )
    outcome = carry_out(workspace.project, {**taking.edits, **taking.sealing.draft.files()}, how, deed)
    return Transfer(outcome, tuple(taking.sealed), tuple(taking.notes))


class _Taking:
    """Gathers what several files come to: one commit, one signed event."""

    def __init__(self, workspace: Workspace, reason: str | None) -> None:
        self._workspace = workspace
        self._project = workspace.project
        self._snapshot = workspace.project.worktree()
        self.sealing = Sealing(workspace, "import", reason)
        self.edits: Edits = {}
        self.sealed: list[str] = []
        self.notes: list[str] = []

    def take(self, imported: Imported, layer: Layer | None, origin: str, *, whole: bool) -> None:
        """Take one file over."""
        if layer is None:
            self._named(imported, origin)
        elif whole or not self._snapshot.exists(layer.file):
            self._file(imported, layer)
        else:
            self._values(imported, layer)
        self.notes.extend(imported.notes)

    def _named(self, imported: Imported, origin: str) -> None:
        from gmconfig.secret.named import changing as naming

        draft, environment = self.sealing.draft, self._workspace.given
        known = draft.vault.secrets(environment)
        for leaf in imported.leaves:
            name = _name(leaf)
            if name in known:
                edits = naming.change(draft, known[name], leaf.value)
            else:
                about = {"type": "other", "description": f"imported from {origin}"}
                edits = naming.create(draft, name, leaf.value, environment=environment, metadata=about)
            self._add(edits)
            self.sealed.append(name)

    def _add(self, edits: Mapping[str, FileEdit]) -> None:
        for file, edit in edits.items():
            before = self.edits.get(file)
            self.edits[file] = _joined(before, edit)

    def _file(self, imported: Imported, layer: Layer) -> None:
        """Write the peer's own text, with our tokens where its secrets stood."""
        tokens = self._tokens(imported, layer, self._tree(imported))
        text = imported.written(lambda leaf: tokens[leaf.keys])
        self.notes.extend(imported.comments)
        self.edits[layer.file] = WholeFile(text.encode("utf-8", "surrogatepass"))

    def _values(self, imported: Imported, layer: Layer) -> None:
        """Put the secrets into a file that exists, each at its path."""
        from gmconfig.storage.yaml.edit import Set

        tokens = self._tokens(imported, layer, self._tree(imported))
        edits = tuple(Set(KeyPath(keys), _read(token)) for keys, token in tokens.items())
        self._add({layer.file: YamlEdit(layer.file, edits)})

    def _tokens(self, imported: Imported, layer: Layer, tree: object) -> dict[tuple[str | int, ...], str]:
        """Give the YAML text for each secret: its token, but for names by which list items are merged."""
        from gmconfig.storage.yaml import scalar

        rules = rules_of(self._project.settings.merge)
        before = dict(tokens_in(self._project, self._snapshot, layer.file))
        found: dict[tuple[str | int, ...], str] = {}
        for leaf in imported.leaves:
            path = own_path(tree, leaf.keys, rules)
            if len(path) > 1 and isinstance(path[-2], Selector) and path[-1] in path[-2].keys:
                found[leaf.keys] = scalar(leaf.value)
                self.notes.append(f"{format_keys(leaf.keys)} stays in plain: list items are told apart by it")
                continue
            context = Context(layer.document, layer.environment, path, variables=layer.variables)
            found[leaf.keys] = self.sealing.draft.seal(context, leaf.value, before=before.get(context))
            self.sealed.append(f"{layer.file}: {format_keys(leaf.keys)}")
        return found

    @staticmethod
    def _tree(imported: Imported) -> object:
        """Give the file's data with the secrets in plain, which tells list items apart."""
        from gmconfig.storage.yaml import load

        stand_ins = {leaf.keys: f"s{number}" for number, leaf in enumerate(imported.leaves)}
        tree = load(imported.written(lambda leaf: stand_ins[leaf.keys]).encode("utf-8", "surrogatepass"))
        for leaf in imported.leaves:
            _put(tree, leaf.keys, leaf.value)
        return tree


def _joined(before: FileEdit | None, edit: FileEdit) -> FileEdit:
    """Give one edit of a file for two."""
    if isinstance(before, YamlEdit) and isinstance(edit, YamlEdit):
        return YamlEdit(edit.file, (*before.edits, *edit.edits))
    return edit


def _opened(workspace: Workspace, read: Reader, file: str, key_files: Sequence[str]) -> Imported:
    from gmconfig.secret.importer.keyring import KeyRing
    from gmconfig.storage.given import read_given

    keys = KeyRing(os.environ, key_files, workspace.ask)
    try:
        raw = read_given(file)
    except FileNotFoundError:
        raise NotFound(f'there is no file "{file}" to import') from None
    except OSError as error:
        raise trouble(error, file) from None
    return read(raw, file, keys)


def _target(workspace: Workspace, file: str, to: str | None) -> Layer | None:
    """Give the layer that a file's secrets go to; None makes them named secrets."""
    if to is not None:
        from gmconfig.config.editing.own import Own

        return Own(workspace.project, workspace.project.worktree(), to, workspace.given).layer
    layer = _layer(workspace.project, file)
    if layer and workspace.given and layer.environment != workspace.given:
        raise Refused(
            f'"{layer.file}" belongs to {layer.environment or "the base layer"}, not to {workspace.given}',
            hint="leave -e out to seal it where it stands, or give --to DOC or --named",
        )
    return layer


def _layer(project: Project, file: str) -> Layer | None:
    path = os.path.relpath(os.path.realpath(file), os.path.realpath(project.root))
    return None if path.startswith("..") else project.layout.read(path)


def _shown(workspace: Workspace, file: str) -> str:
    """Name a file without the folders of this machine."""
    path = os.path.relpath(os.path.realpath(file), os.path.realpath(workspace.project.root))
    return os.path.basename(file) if path.startswith("..") else path


def _name(leaf: Leaf) -> str:
    """Give a named secret's name: the path, joined by dots, with what no name can hold replaced."""
    text = ".".join(str(key) for key in leaf.keys)
    return (
        "".join(char if char.isalnum() or char in "_-./" else "_" for char in text).lstrip("_-./") or "value"
    )


def _read(token: str) -> object:
    from gmconfig.storage.yaml import load

    return load(token.encode("utf-8", "surrogatepass"))


def _put(tree: object, keys: tuple[str | int, ...], value: object) -> None:
    """Set a value in place; below an anchor or a merge key, where it is written, nothing has to be told apart."""
    for key in keys[:-1]:
        if isinstance(tree, dict) and key not in tree:
            return
        tree = tree[key]  # type: ignore[index]
    tree[keys[-1]] = value  # type: ignore[index]
