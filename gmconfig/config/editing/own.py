"""Which layer an edit goes to, and what lies below and above it."""

from __future__ import annotations

from gmconfig.config.loaded import load_layer
from gmconfig.config.merge import merge
from gmconfig.config.strategy import rules_of
from gmconfig.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gmconfig.config.loaded import LoadedLayer
    from gmconfig.project import Layer, Project
    from gmconfig.storage.snapshot import Snapshot


class Own:
    """The layer that is edited: its tree, and what those below it make (`has_lower`: there are some)."""

    __slots__ = ("has_lower", "is_new", "layer", "lower", "project", "rules", "snapshot", "tree")

    def __init__(
        self,
        project: Project,
        snapshot: Snapshot,
        document: str,
        environment: str | None = None,
        *,
        variables: Mapping[str, str] | None = None,
        yaml_document: int = 0,
        known: Sequence[LoadedLayer] = (),
    ) -> None:
        """Find the layer: with an environment its own file, without one the base.

        `known` are layers that were read from this snapshot already.

        Raises:
            UsageError: there can be no base layer, so an environment must be named.
        """
        self.project = project
        self.snapshot = snapshot
        self.rules = rules_of(project.settings.merge)
        layers = project.layers(snapshot, document, environment, variables)
        self.layer = _chosen(project, snapshot, document, environment, variables)
        self.is_new = self.layer not in layers
        below = _lower(project, layers, self.layer, variables)
        read = {loaded.layer: loaded.tree for loaded in known if loaded.yaml_document == (yaml_document or 1)}
        self.has_lower = bool(below)
        self.lower = merge([self._tree(layer, read) for layer in below], self.rules)
        self.tree = {} if self.is_new else self._tree(self.layer, read, yaml_document)

    def _tree(self, layer: Layer, read: Mapping[Layer, object], yaml_document: int = 0) -> object:
        if layer in read:
            return read[layer]
        loaded = load_layer(self.project, self.snapshot, layer, self.rules, yaml_document=yaml_document)
        return loaded.tree

    @property
    def merged(self) -> object:
        """What the layers make up to and including this one."""
        return merge([self.lower, self.tree], self.rules) if self.has_lower else self.tree


def _chosen(
    project: Project,
    snapshot: Snapshot,
    document: str,
    environment: str | None,
    variables: Mapping[str, str] | None,
) -> Layer:
    candidates = project.candidates(document, environment, variables)
    kind = "layer" if variables else "environment" if environment else "base"
    fitting = [
        layer
        for layer in candidates
        if layer.kind == kind and layer.environment in (environment, None if kind == "layer" else environment)
    ]
    if not fitting:
        hint = "name an environment with -e" if environment is None else "map documents: in gmconfig.yaml"
        missing = "base layer" if environment is None else f'layer for "{environment}"'
        raise UsageError(f'document "{document}" has no {missing}', hint=hint)
    existing = [layer for layer in fitting if snapshot.exists(layer.file)]
    return existing[-1] if existing else fitting[0]


def _lower(
    project: Project, layers: list[Layer], layer: Layer, variables: Mapping[str, str] | None
) -> list[Layer]:
    """Give the existing layers that lie below one, whose own file need not exist yet."""
    if layer in layers:
        return layers[: layers.index(layer)]
    order = project.candidates(layer.document, layer.environment, variables)
    return [other for other in layers if other in order and order.index(other) < order.index(layer)]
