"""Which file is which layer of which document, by the patterns of gmconfig.yaml."""

from __future__ import annotations

from gmconfig.errors import BrokenConfiguration
from gmconfig.project.names import RESERVED_DOCUMENTS
from gmconfig.project.pattern import Pattern, local_twin
from gmconfig.project.settings import ANY_DOCUMENT, FILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gmconfig.project.settings import Settings

Variables = tuple[tuple[str, str], ...]


class Layer:
    """One file's contribution to one document; immutable.

    `environment` is None in the base; `variables` are those of a further layer, sorted by name; `kind` is
    `base`, `environment`, `layer` or `local`.
    """

    __slots__ = ("document", "environment", "file", "kind", "variables")

    def __init__(
        self, file: str, document: str, environment: str | None, kind: str, variables: Variables = ()
    ) -> None:
        self.file = file
        self.document = document
        self.environment = environment
        self.kind = kind
        self.variables = variables

    @property
    def name(self) -> str:
        """What people call it: `base`, `production`, `host=web-1`, and `(local)` behind where it is."""
        variables = ", ".join(f"{key}={value}" for key, value in self.variables)
        name = ", ".join(part for part in (self.environment, variables) if part) or "base"
        return f"{name} (local)" if self.kind == "local" else name

    def __repr__(self) -> str:
        return f"Layer({self.file!r}, {self.name!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Layer) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[object, ...]:
        return self.file, self.document, self.environment, self.kind, self.variables

    def local(self) -> Layer | None:
        """Give the layer that changes this one on one machine only; None where a name cannot have one."""
        file = local_twin(self.file)
        return file and Layer(file, self.document, self.environment, "local", self.variables) or None


class Slot:
    """One pattern with the document that it belongs to; `document` is None where the pattern names it."""

    __slots__ = ("document", "further", "pattern")

    def __init__(self, pattern: str, document: str | None, *, further: bool = False) -> None:
        self.pattern = Pattern(pattern)
        self.document = document
        self.further = further

    @property
    def kind(self) -> str:
        """What its layers are."""
        if self.further:
            return "layer"
        return "environment" if "environment" in self.pattern.variables else "base"

    def layers(self, document: str, chain: tuple[str, ...], variables: Mapping[str, str]) -> Iterator[Layer]:
        """Yield the layers of a document that this pattern allows for, whether their files exist or not."""
        for file, values in self.files(document, chain, variables):
            yield self._layer(file, values)

    def files(
        self, document: str, chain: tuple[str, ...], variables: Mapping[str, str]
    ) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Yield their files, each with the values of the pattern's variables."""
        if self.document not in (None, document):
            return
        environments: tuple[str | None, ...] = chain if "environment" in self.pattern.variables else (None,)
        for environment in environments:
            values = {**variables, "document": document}
            if environment:
                values["environment"] = environment
            file = self.pattern.fill(values)
            if file is not None:
                yield file, values

    def read(self, file: str, known: Mapping[str, frozenset[str]]) -> Iterator[Layer]:
        """Yield every layer that a file can be by this pattern."""
        for values in self.pattern.match(file, known):
            document = self.document or values["document"]
            if values.get("document", document) == document:
                yield self._layer(file, {**values, "document": document})

    def _layer(self, file: str, values: Mapping[str, str]) -> Layer:
        further = sorted(set(self.pattern.variables) - {"document", "environment"})
        variables = tuple((name, values[name]) for name in further)
        return Layer(file, values["document"], values.get("environment"), self.kind, variables)


class Layout:
    """All patterns of a project, lowest layer first: bases, environments, then the further layers."""

    __slots__ = ("_read", "known", "slots")

    def __init__(self, settings: Settings) -> None:
        declared = list(_declared(settings)) or list(_usual(settings))
        order = {"base": 0, "environment": 1, "layer": 2}
        self.slots = sorted([*declared, *_further(settings)], key=lambda slot: order[slot.kind])
        self.known = {"environment": frozenset(settings.environments)}
        self._read: dict[str, Layer | None] = {}

    def candidates(self, document: str, chain: tuple[str, ...], variables: Mapping[str, str]) -> list[Layer]:
        """Give every layer that a document may have, lowest first, those of one machine on top of all."""
        shared = [layer for slot in self.slots for layer in slot.layers(document, chain, variables)]
        locals_ = [local for layer in shared if (local := layer.local())]
        return [*shared, *locals_]

    def files(self, document: str, chain: tuple[str, ...], variables: Mapping[str, str]) -> list[str]:
        """Give every file that a document may have, lowest first, without those of one machine."""
        return [file for slot in self.slots for file, _ in slot.files(document, chain, variables)]

    def read(self, file: str) -> Layer | None:
        """Say which layer a file is; None for a file that no pattern means.

        Raises:
            BrokenConfiguration: two patterns (or two readings of one) mean it, or its name is reserved.
        """
        if file not in self._read:
            self._read[file] = self._only(file)
        return self._read[file]

    def readings(self, file: str) -> list[tuple[Slot, Layer]]:
        """Give every layer that a file could be, with the pattern that says so; one, unless it is ambiguous."""
        return [(slot, layer) for slot in self.slots for layer in slot.read(file, self.known)]

    def _only(self, file: str) -> Layer | None:
        found = self.readings(file)
        if not found:
            return None
        if len(found) > 1:
            raise self._ambiguous(file, found)
        layer = found[0][1]
        if layer.document in RESERVED_DOCUMENTS:
            hint = "rename the file, or map documents: in gmconfig.yaml"
            raise BrokenConfiguration(
                f'"{layer.document}" is reserved: "{file}" cannot be its layer', hint=hint
            )
        return layer

    @property
    def variables(self) -> frozenset[str]:
        """The variables of all patterns that a user gives with `--var`."""
        return frozenset(name for slot in self.slots for name in slot.pattern.variables) - {
            "document",
            "environment",
        }

    def _ambiguous(self, file: str, found: list[tuple[Slot, Layer]]) -> BrokenConfiguration:
        texts = list(dict.fromkeys(f'"{slot.pattern.text}"' for slot, _ in found))
        who = " and ".join(texts) if len(texts) > 1 else f"{texts[0]} in {len(found)} ways"
        return BrokenConfiguration(
            f'"{file}" matches {who}', hint=f"make the patterns in {FILE} exclude each other"
        )


def _declared(settings: Settings) -> Iterator[Slot]:
    for name, entry in settings.section("documents").items():
        files = entry.get("files") if isinstance(entry, dict) else entry
        texts = [files] if isinstance(files, str) else files if isinstance(files, list) else []
        yield from (Slot(text, None if name == ANY_DOCUMENT else name) for text in texts)


def _usual(settings: Settings) -> Iterator[Slot]:
    yield Slot("config/{document}.yaml", None)
    yield Slot("config/environments/{environment}.yaml", settings.default_document)
    yield Slot("config/environments/{environment}/{document}.yaml", None)


def _further(settings: Settings) -> Iterator[Slot]:
    for entry in settings.further_layers:
        text, document = (
            (entry["file"], entry.get("document")) if isinstance(entry, dict) else (str(entry), None)
        )
        unnamed = ANY_DOCUMENT not in text
        yield Slot(text, document or (settings.default_document if unnamed else None), further=True)
