"""Resolve a document for an environment: its layers, what they make, and where each value comes from."""

from __future__ import annotations

from gmconfig.config.evaluate import Evaluation
from gmconfig.config.loaded import LoadedLayer, load_layer
from gmconfig.config.merge import merge, merge_with_origins
from gmconfig.config.origin import Origin, Say, says
from gmconfig.config.strategy import Rules, rules_of
from gmconfig.errors import BrokenConfiguration, NotFound, UnknownPath
from gmconfig.log import debug

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from gmconfig.config.lookup import Lookup
    from gmconfig.errors import GmconfigError
    from gmconfig.finding import Place
    from gmconfig.path import KeyPath, Keys
    from gmconfig.project import Project
    from gmconfig.storage.snapshot import Snapshot


class Resolved:
    """A document as an environment sees it; immutable by agreement, nobody changes its trees.

    `merged` is the tree before placeholders, with tokens as `Sealed`. `overridden` names the environment
    variables (`GMCONFIG__…`) that had a say, by path.
    """

    def __init__(
        self,
        project: Project,
        snapshot: Snapshot,
        document: str,
        environment: str | None,
        layers: Sequence[LoadedLayer],
        *,
        variables: Mapping[str, str] | None = None,
        rules: Rules = (),
        yaml_document: int = 0,
    ) -> None:
        self.project = project
        self.snapshot = snapshot
        self.document = document
        self.environment = environment
        self.variables = dict(variables or {})
        self.layers = tuple(layers)
        self.rules = rules
        self.yaml_document = yaml_document
        self.merged = merge([layer.tree for layer in self.layers], rules)
        self.overridden: dict[Keys, str] = {}
        self._origins: dict[Keys, Origin] | None = None
        self._types: object = None

    def value(self, lookup: Lookup) -> object:
        """Give the document with placeholders substituted and sealed values as `Secret` (or `Unknown`).

        Raises:
            Unresolved: a placeholder stands for nothing.
            AccessDenied: a sealed value does not open.
        """
        return self.merged if self.is_literal else Evaluation(self, lookup).tree()

    def value_at(self, keys: Keys, lookup: Lookup) -> object:
        """Give the value of one path that exists; nothing else is substituted or opened."""
        from gmconfig.path import value_at

        node = value_at(self.merged, keys)
        return node if self.is_literal else Evaluation(self, lookup).below(node, keys)

    def checked(self, lookup: Lookup) -> tuple[object, list[tuple[Keys, GmconfigError]]]:
        """Give the value with everything that failed as `Unknown`, and each failure with its path."""
        failures: list[tuple[Keys, GmconfigError]] = []
        keeps = self.project.settings.keeps_placeholders(self.document)
        if self.is_literal and not keeps:
            return self.merged, failures
        return Evaluation(self, lookup, lambda keys, error: failures.append((keys, error))).tree(), failures

    @property
    def is_literal(self) -> bool:
        """Whether the merged tree already is the value: nothing in it stands for anything else."""
        return not self.overridden and all(layer.is_literal for layer in self.layers)

    def origins(self) -> Mapping[Keys, Origin]:
        """Give every node's origin; a map or list that several layers made counts as the last one's."""
        if self._origins is None:
            sources = merge_with_origins([layer.tree for layer in self.layers], self.rules)[1]
            self._origins = {
                keys: Origin(self.layers[number], source) for keys, (number, source) in sources.items()
            }
            for keys, name in self.overridden.items():
                self._origins[keys] = Origin(None, keys, name)
        return self._origins

    def origin(self, keys: Keys) -> Origin | None:
        """Give the origin of a node, or of its nearest ancestor; None for a document of nothing."""
        origins = self.origins()
        while keys not in origins and keys:
            keys = keys[:-1]
        return origins.get(keys)

    def place(self, keys: Keys, *, key: bool = False) -> Place | None:
        """Say where a value (or its key) stands, or its nearest ancestor; None for a variable."""
        origin = self.origin(keys)
        if origin is None or origin.layer is None:
            return None
        return origin.layer.place(origin.keys, key=key)

    def keys(self, path: KeyPath) -> Keys:
        """Give the concrete path.

        Raises:
            UnknownPath: nothing stands there; the message names the document.
        """
        try:
            return path.resolve(self.merged)
        except UnknownPath as error:
            if "ambiguous" in error.message:
                raise
            where = f' in "{self.environment}"' if self.environment else ""
            message = f'"{path}" is not in document "{self.document}"{where}'
            raise UnknownPath(message, hint=error.hint or self.beside(path)) from error

    def beside(self, path: KeyPath) -> str:
        """Give the command that shows what stands beside a path that is not there."""
        import shlex

        from gmconfig.path import KeyPath

        words = ["gmconfig", "config", "get", self.document]
        if str(path) in self.project.settings.environments:
            return shlex.join([*words, "-e", str(path)])
        above = (KeyPath(path.segments[:length]) for length in range(len(path.segments) - 1, 0, -1))
        words += [str(one) for one in above if any(True for _ in one.find(self.merged))][:1]
        return shlex.join([*words, "-e", self.environment] if self.environment else words)

    def says(self, keys: Keys) -> list[Say]:
        """Give what every layer says about a path, the winner first; empty where none says anything."""
        found = list(says(self.layers, keys, self.rules))
        variable = self.overridden.get(keys)
        if variable is None and not found:  # a map that only variables made
            variable = next((name for at, name in self.overridden.items() if at[: len(keys)] == keys), None)
        if variable is not None:
            from gmconfig.path import value_at

            for say in found:
                say.wins = False
            found.insert(0, Say(None, keys, value_at(self.merged, keys), wins=True, variable=variable))
        return found

    def sibling(self, document: str) -> Resolved:
        """Resolve another document of the same snapshot, environment and variables."""
        return resolve(self.project, self.snapshot, document, self.environment, variables=self.variables)

    def types_at(self, keys: Keys) -> Collection[str] | None:
        """Give the types that the document's schema allows at a path; None where it says nothing."""
        from gmconfig.config.schema.types import SchemaTypes

        if self._types is None:
            self._types = SchemaTypes(self.snapshot, self.document)
        assert isinstance(self._types, SchemaTypes)  # noqa: S101
        return self._types.at(keys)


def resolve(
    project: Project,
    snapshot: Snapshot,
    document: str,
    environment: str | None = None,
    *,
    variables: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    yaml_document: int = 0,
    remembered: bool = False,
) -> Resolved:
    """Read and merge a document's layers.

    `variables` choose further layers; `environ` is where `GMCONFIG__…` overrides are looked for (None:
    nowhere); `yaml_document` reads one document of a file that holds several; `remembered` keeps parsed
    layers in the cache, which pays off for one document at a time.

    Raises:
        UnknownDocument: no file makes that document.
        NotFound: it has no layer in this environment.
        BrokenConfiguration: a layer cannot be read.
    """
    found = project.layers(snapshot, document, environment, variables)
    if not found:
        project.check_document(snapshot, document)
        where = f'in "{environment}"' if environment else "without an environment: name one with -e"
        raise NotFound(f'document "{document}" has no layer {where}', hint="gmconfig config list")
    if yaml_document and len(found) > 1:
        raise _never_merge(document, len(found))
    debug("config", "%s in %s: layers %s", document, environment, [layer.file for layer in found])
    rules = rules_of(project.settings.merge)
    layers = [
        load_layer(project, snapshot, layer, rules, yaml_document=yaml_document, remembered=remembered)
        for layer in found
    ]
    resolved = Resolved(
        project,
        snapshot,
        document,
        environment,
        layers,
        variables=variables,
        rules=rules,
        yaml_document=yaml_document,
    )
    if environ is not None and document == project.default_document:
        _override(resolved, environ)
    return resolved


def _never_merge(document: str, layers: int) -> BrokenConfiguration:
    message = f'document "{document}" has {layers} layers: files of several YAML documents never merge'
    return BrokenConfiguration(message, hint="leave out the #number: in front of the path")


def _override(resolved: Resolved, environ: Mapping[str, str]) -> None:
    from gmconfig.config.environ import PREFIX

    if any(name.startswith(PREFIX) for name in environ):
        from gmconfig.config.environ import overridden

        resolved.merged, resolved.overridden = overridden(resolved.merged, environ, resolved.types_at)
