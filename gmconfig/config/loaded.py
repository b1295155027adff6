"""One layer's file, read: its data with sealed values marked, and the place of everything in it."""

from __future__ import annotations

from gmconfig.config.strategy import Rules, own_path
from gmconfig.errors import BrokenConfiguration
from gmconfig.path import Keys
from gmconfig.project.parsed import cached
from gmconfig.secret.token import PREFIXES, Context, Sealed, is_token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gmconfig.finding import Place
    from gmconfig.project import Layer, Project
    from gmconfig.storage.snapshot import Snapshot
    from gmconfig.storage.yaml import Node, Stream

    Written = list[tuple[Keys, Keys]] | None
    """Where sealed values stand in the data, and where that is written; None where these are the same."""
    Parsed = tuple[object, Written, bool]


_KIND = "layer, as written"
"""What the cache calls what `_parsed` gives."""


class SeveralDocuments(BrokenConfiguration):
    """A file holds several YAML documents where one is expected."""


class LoadedLayer:
    """A layer with its tree; immutable. `is_literal` where nothing in it stands for anything else.

    Nothing in a literal layer needs a lookup: no `${` and no sealed value is written in it.
    """

    __slots__ = ("_snapshot", "_stream", "is_literal", "layer", "tree", "yaml_document")

    def __init__(
        self, layer: Layer, tree: object, snapshot: Snapshot, *, is_literal: bool, yaml_document: int = 1
    ) -> None:
        self.layer = layer
        self.tree = tree
        self.is_literal = is_literal
        self.yaml_document = yaml_document
        self._snapshot = snapshot
        self._stream: Stream | None = None

    @property
    def file(self) -> str:
        """The file, below the project's root."""
        return self.layer.file

    @property
    def stream(self) -> Stream:
        """The file's nodes with their positions, composed on first use."""
        if self._stream is None:
            from gmconfig.storage.yaml import compose

            self._stream = compose(self._snapshot.read(self.file), self.file)
        return self._stream

    def place(self, keys: Keys, *, key: bool = False) -> Place:
        """Say where a value (or its key) stands; where it is absent, its nearest ancestor's place."""
        from gmconfig.storage.yaml import place

        return place(self.stream, keys, key=key, document=self.yaml_document)

    def __repr__(self) -> str:
        return f"LoadedLayer({self.layer!r})"


def load_layer(
    project: Project,
    snapshot: Snapshot,
    layer: Layer,
    rules: Rules,
    *,
    yaml_document: int = 0,
    remembered: bool = False,
) -> LoadedLayer:
    """Read a layer's file.

    `yaml_document` names one of several YAML documents in the file; 0 means the only one. With `remembered`,
    what was parsed is kept for the next process.

    Raises:
        BrokenConfiguration: it is not YAML, or holds several documents and none was named.
    """
    documents = cached(snapshot, layer.file, project.git_folder if remembered else None, _KIND, _parsed)
    assert isinstance(documents, list)  # noqa: S101  # what _parsed made
    return _loaded(snapshot, layer, rules, _chosen(documents, layer.file, yaml_document), yaml_document or 1)


def _loaded(snapshot: Snapshot, layer: Layer, rules: Rules, parsed: Parsed, number: int) -> LoadedLayer:
    """Mark the sealed values of what was parsed with their places."""
    tree, sealed, has_placeholders = parsed
    root = Context(layer.document, layer.environment, (), variables=layer.variables, yaml_document=number)
    mark = _mark_all if sealed is None else _mark_each
    has_sealed = sealed != [] and mark(tree, sealed, root, layer.file, rules)
    return LoadedLayer(
        layer, tree, snapshot, is_literal=not (has_placeholders or has_sealed), yaml_document=number
    )


def load_documents(snapshot: Snapshot, layer: Layer, rules: Rules) -> list[LoadedLayer]:
    """Read every YAML document of a layer's file, each as a layer of its own.

    Raises:
        BrokenConfiguration: it is not YAML.
    """
    documents = cached(snapshot, layer.file, None, _KIND, _parsed)
    assert isinstance(documents, list)  # noqa: S101  # what _parsed made
    return [_loaded(snapshot, layer, rules, parsed, number) for number, parsed in enumerate(documents, 1)]


def _chosen(documents: list[Parsed], file: str, number: int) -> Parsed:
    if number > len(documents) and number > 1:
        from gmconfig.errors import UnknownPath

        raise UnknownPath(f'"{file}" has {len(documents)} YAML documents, there is no #{number}')
    if not number and len(documents) > 1:
        hint = "put #1: in front of the path to name the first one"
        raise SeveralDocuments(f'"{file}" holds {len(documents)} YAML documents: they never merge', hint=hint)
    tree, sealed, has_placeholders = documents[(number or 1) - 1] if documents else (None, [], False)
    return {} if tree is None else tree, sealed, has_placeholders


def _parsed(raw: bytes, file: str) -> list[Parsed]:
    """Give each YAML document's data, the sealed values in it (path, path where it is written), and `${`."""
    has_placeholders = b"${" in raw or b"\\" in raw  # an escape may spell it
    if b"gm1" in raw:
        from gmconfig.storage.yaml import load_everyday

        tree = load_everyday(raw)
        if tree is not None:
            return [(tree, None, has_placeholders)]
        from gmconfig.storage.yaml import compose

        return [(*_with_sealed(node, file), has_placeholders) for node in compose(raw, file).documents]
    from gmconfig.storage.yaml import load_all

    return [(tree, [], has_placeholders) for tree in load_all(raw, file)]


def _with_sealed(node: Node, file: str) -> tuple[object, list[tuple[Keys, Keys]]]:
    from gmconfig.path import walk
    from gmconfig.storage.yaml import construct

    tree = construct(node, _mark, file=file)
    if isinstance(tree, _Mark):
        return str(tree), []
    marks = [(keys, value.keys) for keys, value in walk(tree) if isinstance(value, _Mark)]
    for keys, _ in marks:
        parent = _parent(tree, keys)
        parent[keys[-1]] = str(parent[keys[-1]])  # type: ignore[index]  # a container that has the key
    return tree, marks


class _Mark(str):
    """A token with the path where it is written."""

    __slots__ = ("keys",)
    keys: Keys


def _mark(node: Node, keys: Keys) -> object:
    if not is_token(node.value):
        return node.value
    mark = _Mark(node.value)
    mark.keys = keys
    return mark


def _parent(tree: object, keys: Keys) -> object:
    for key in keys[:-1]:
        tree = tree[key]  # type: ignore[index]
    return tree


def _mark_all(tree: object, _: Written, root: Context, file: str, rules: Rules) -> bool:
    """Put their context beside all tokens, in place: the tree was just read and belongs to nobody else.

    Gives whether there are any.
    """
    found = False
    waiting: list[tuple[Keys, Any]] = [((), tree)]
    while waiting:
        above, node = waiting.pop()
        for key, value in node.items() if type(node) is dict else enumerate(node):
            if type(value) is str:
                if value.startswith(PREFIXES):
                    keys = (*above, key)
                    context = root.beside(own_path(tree, keys, rules) if rules else keys)
                    node[key] = Sealed(value, context, file, keys)
                    found = True
            elif isinstance(value, dict | list):
                waiting.append(((*above, key), value))
    return found


def _mark_each(tree: object, sealed: Written, root: Context, file: str, rules: Rules) -> bool:
    """Do the same where tokens are written elsewhere: behind an alias, or in what a merge key brings."""
    above: Keys | None = None
    for keys, own in sealed or ():
        if keys[:-1] != above:
            above, parent = keys[:-1], _parent(tree, keys)
        context = root.beside(own_path(tree, own, rules) if rules else own)
        parent[keys[-1]] = Sealed(parent[keys[-1]], context, file, own)  # type: ignore[index]
    return True
