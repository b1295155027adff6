"""Which types a document's JSON Schema allows at a path: enough to give a placeholder's text its type."""

from __future__ import annotations

from gmconfig.errors import BrokenConfiguration
from gmconfig.storage.bounds import read_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.path import Keys
    from gmconfig.storage.snapshot import Snapshot

_MOST_STEPS = 200


class SchemaTypes:
    """One document's schema, read when it is first asked; without a schema nothing is known."""

    def __init__(self, snapshot: Snapshot, document: str) -> None:
        self.file = f"schemas/{document}.schema.json"
        self._snapshot = snapshot
        self._root: object = None
        self._is_read = False

    def at(self, keys: Keys) -> frozenset[str] | None:
        """Give the allowed types; None where the schema does not say, or says contradictory things."""
        said = [types for schema in self.schemas(keys) for types in self._types(schema)]
        return frozenset.intersection(*said) or None if said else None

    def schemas(self, keys: Keys) -> list[object]:
        """Give every part of the schema that speaks of a path."""
        schemas = [self.root]
        for key in keys:
            schemas = [found for schema in schemas for found in self._below(schema, key)]
        return schemas

    def demands(self, keys: Keys) -> dict[str, object]:
        """Give the keywords that a path's value is held to, where several parts speak the last one's."""
        return {
            word: value
            for schema in self.schemas(keys)
            for part in self._expanded(schema)
            for word, value in part.items()
        }

    @property
    def root(self) -> object:
        """The schema; None where there is none."""
        if not self._is_read:
            self._is_read = True
            if self._snapshot.exists(self.file):
                self._root = self._read()
        return self._root

    def _read(self) -> object:

        try:
            return read_json(self._snapshot.read(self.file))
        except (ValueError, RecursionError) as error:
            from gmconfig.finding import Place

            place = Place(self.file, getattr(error, "lineno", 1), getattr(error, "colno", 1))
            raise BrokenConfiguration("not JSON", hint="mend the schema", place=place) from error

    def _expanded(self, schema: object, steps: int = 0) -> Iterator[dict[str, object]]:
        """Yield a schema and those that it says must (or may) hold too, local references followed."""
        if not isinstance(schema, dict) or steps > _MOST_STEPS:
            return
        yield schema
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference.startswith("#"):
            yield from self._expanded(self._pointed(reference), steps + 20)
        for part in _options(schema, "allOf"):
            yield from self._expanded(part, steps + 20)

    def _below(self, schema: object, key: str | int) -> Iterator[object]:
        for own in self._expanded(schema):
            yield from self._item(own, key) if isinstance(key, int) else self._property(own, key)
            for part in _options(own, "anyOf", "oneOf"):
                yield from self._below(part, key)

    def _property(self, schema: dict[str, object], key: str) -> Iterator[object]:
        properties, patterns = schema.get("properties"), schema.get("patternProperties")
        found = [properties[key]] if isinstance(properties, dict) and key in properties else []
        if isinstance(patterns, dict):
            from re import search

            found.extend(value for pattern, value in patterns.items() if search(pattern, key))
        if not found and isinstance(schema.get("additionalProperties"), dict):
            found.append(schema["additionalProperties"])
        yield from found

    def _item(self, schema: dict[str, object], index: int) -> Iterator[object]:
        for word in ("prefixItems", "items"):
            items = schema.get(word)
            if isinstance(items, list) and index < len(items):
                yield items[index]
                return
            if isinstance(items, dict):
                yield items

    def _types(self, schema: object) -> Iterator[frozenset[str]]:
        for own in self._expanded(schema):
            declared = own.get("type")
            if isinstance(declared, str):
                yield _widened([declared])
            elif isinstance(declared, list):
                yield _widened([kind for kind in declared if isinstance(kind, str)])
            options = [types for part in _options(own, "anyOf", "oneOf") for types in self._types(part)]
            if options:
                yield frozenset().union(*options)

    def _pointed(self, reference: str) -> object:
        node = self.root
        for part in reference.removeprefix("#").split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            node = node.get(key) if isinstance(node, dict) else None
        return node


def _options(schema: dict[str, object], *words: str) -> list[object]:
    """Give the schemas in the lists under these words."""
    found: list[object] = []
    for word in words:
        options = schema.get(word)
        found.extend(options if isinstance(options, list) else ())
    return found


def _widened(kinds: list[str]) -> frozenset[str]:
    """Every integer is a number: whoever allows numbers allows both."""
    return frozenset([*kinds, "integer"] if "number" in kinds else kinds)
