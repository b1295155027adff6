"""One document as the checks see it: resolved in each environment, with places for everything in it."""

from __future__ import annotations

from gmconfig.config.placeholder import Unknown
from gmconfig.config.resolve import Resolved
from gmconfig.finding import Finding
from gmconfig.path import format_keys
from gmconfig.validate.source import lines_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.config.loaded import LoadedLayer
    from gmconfig.errors import GmconfigError
    from gmconfig.finding import Place, Severity
    from gmconfig.path import Keys
    from gmconfig.validate.subject import Subject


class Variant:
    """A document in the environments that see it alike; `value` has `Unknown` where nobody can know.

    `failures` are the placeholders that stand for nothing, by path.
    """

    __slots__ = ("_unknown", "environments", "failures", "resolved", "value", "view")

    def __init__(self, view: View, environments: tuple[str, ...], resolved: Resolved) -> None:
        self.view = view
        self.environments = environments
        self.resolved = resolved
        lookup = view.subject.lookup(resolved.environment)
        found: tuple[object, Sequence[tuple[Keys, GmconfigError]]] = resolved.checked(lookup)
        self.value, self.failures = found
        self._unknown = 0 if resolved.is_literal else _unknowns(self.value)

    @property
    def unchecked(self) -> int:
        """How many values nobody can know here."""
        return self._unknown - len(self.failures)

    def finding(
        self,
        check: str,
        rule: str,
        severity: Severity,
        message: str,
        keys: Keys,
        *,
        at_key: bool = False,
        hint: str | None = None,
    ) -> Finding:
        """Make a finding about a path of the resolved document, placed in the layer that set it."""
        place, width = self._place(keys, at_key=at_key)
        document, path = self.view.document, format_keys(keys) or None
        return Finding(check, rule, severity, message, place, width, document, self.environments, path, hint)

    def _place(self, keys: Keys, *, at_key: bool) -> tuple[Place | None, int]:
        """Give where the layer that set a path has it, and how wide that is; its line may be shown."""
        origin = self.resolved.origin(keys)
        layer = origin.layer if origin else None
        if origin is None or layer is None:
            return None, 1
        place = layer.place(origin.keys, key=at_key)
        self.view.note(layer, place)
        if self.is_hidden(keys):
            self.view.hide(place, 1)
        return place, len(str(keys[-1])) if at_key and keys else _width(layer, origin.keys)

    def is_hidden(self, keys: Keys) -> bool:
        """Whether the policy says that a secret stands at this path."""
        tree = self.resolved.merged
        return self.view.subject.must_be_sealed(self.view.document, self.environments, keys, tree)


class View:
    """A document with its layers and variants; `lines` collects the source lines to show."""

    def __init__(self, subject: Subject, document: str, layers: Sequence[LoadedLayer]) -> None:
        self.subject = subject
        self.document = document
        self.layers = tuple(layers)
        self.variants: list[Variant] = []
        self.lines: dict[tuple[str, int], str] = {}
        self.used: set[str] = set()
        self._hidden: set[tuple[str, int]] = set()
        self._texts: dict[str, list[str]] = {}

    def note(self, layer: LoadedLayer, place: Place) -> None:
        """Keep the lines around a place, to be shown beside a finding."""
        lines = self._texts.get(place.file) or lines_in(layer.stream.text)
        self._texts[place.file] = lines
        for number in (place.line - 1, place.line):
            if 0 < number <= len(lines):
                self.lines[(place.file, number)] = lines[number - 1]

    def hide(self, place: Place, count: int) -> None:
        """Show these lines to nobody: a secret stands there in plaintext."""
        self._hidden.update((place.file, place.line + offset) for offset in range(count))

    def shown(self) -> dict[tuple[str, int], str]:
        """Give the lines to show."""
        return {at: line for at, line in self.lines.items() if at not in self._hidden}


def lines_of(value: object) -> int:
    """Give how many lines a value may take up at most, as it is written."""
    return 1 + str(value).count("\n") + len(str(value)) // 20 if isinstance(value, str) else 1


def _width(layer: LoadedLayer, keys: Keys) -> int:
    from gmconfig.storage.yaml import width

    return width(layer.stream, keys, layer.yaml_document)


def _unknowns(value: object) -> int:
    if isinstance(value, dict):
        return sum(map(_unknowns, value.values()))
    if isinstance(value, list):
        return sum(map(_unknowns, value))
    return isinstance(value, Unknown)
