"""A JSON Schema (draft-07) from data: as strict as the data proves, and never stricter.

Pure. What only one sample shows is not demanded, and what cannot be known (a sealed value, a placeholder that
becomes anything) is left open. Editors read draft-07, so that is what is written.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gmconfig.secret.token import is_token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Schema = dict[str, object]

DRAFT = "http://json-schema.org/draft-07/schema#"
_NAMES = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "object", list: "array"}
_ORDER = ("object", "array", "string", "integer", "number", "boolean", "null")
_IDENTITIES = ("name", "id", "key", "value")  # what tells items apart is not a choice
_FEW = 5  # values of a choice
_OFTEN = 4  # times that each value of a choice must have been seen, on average


def generate_schema(name: str, sample_data: object) -> Schema:
    """Give a schema that accepts a sample, for a document of this name."""
    return inferred(name, [sample_data])


def inferred(name: str, samples: Sequence[object], *, resolves_placeholders: bool = True) -> Schema:
    """Give a schema that accepts every sample: what all of them have is required.

    With `resolves_placeholders`, a text with `${` may become any value.
    """
    schema = _schema(samples, resolves_placeholders)
    title = {"$schema": DRAFT, "title": name}
    return {
        **title,
        "description": f"What every environment of {name} looked like when this was inferred.",
        **schema,
    }


def _schema(samples: Sequence[object], resolves: bool) -> Schema:
    """Describe what may stand in one place; {} accepts anything."""
    if not samples or any(_is_open(sample, resolves) for sample in samples):
        return {}
    found = _types(samples)
    schema: Schema = {"type": found[0] if len(found) == 1 else found}
    maps = [sample for sample in samples if isinstance(sample, dict)]
    if maps:
        schema.update(_map(maps, resolves))
    items = [item for sample in samples if isinstance(sample, list) for item in sample]
    if items:
        inner = _schema(items, resolves)
        schema.update({"items": _with_choices(inner, items)} if inner else {})
    return schema


def _map(maps: Sequence[dict[str, object]], resolves: bool) -> Schema:
    names = list(dict.fromkeys(name for each in maps for name in each))
    properties = {name: _schema([each[name] for each in maps if name in each], resolves) for name in names}
    required = [name for name in names if all(name in each for each in maps)]
    schema: Schema = {"properties": properties} if properties else {}
    return schema | ({"required": required} if required else {})


def _is_open(sample: object, resolves: bool) -> bool:
    """Whether a sample says nothing about the type of what will stand there."""
    if isinstance(sample, str):
        return is_token(sample) or (resolves and "${" in sample) or hasattr(sample, "tag")
    if isinstance(sample, float):
        return sample - sample != 0  # infinity and NaN are not JSON
    return sample is not None and not isinstance(sample, dict | list | int)


def _types(samples: Sequence[object]) -> list[str]:
    names = {"null" if sample is None else _name(sample) for sample in samples}
    if "number" in names:
        names.discard("integer")
    return [name for name in _ORDER if name in names]


def _name(sample: object) -> str:
    return next(name for kind, name in _NAMES.items() if isinstance(sample, kind))


def _with_choices(schema: Schema, items: Sequence[object]) -> Schema:
    """Say which texts a key of a list's items may hold, where many items show that there are few."""
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return schema
    chosen = dict(_choices(properties, items))
    return {**schema, "properties": {name: chosen.get(name, inner) for name, inner in properties.items()}}


def _choices(properties: dict[str, Schema], items: Sequence[object]) -> Iterator[tuple[str, Schema]]:
    for name, inner in properties.items():
        if inner.get("type") != "string" or name in _IDENTITIES:
            continue
        seen = Counter(item[name] for item in items if isinstance(item, dict) and name in item)
        if 1 < len(seen) <= _FEW and sum(seen.values()) >= _OFTEN * len(seen) and all(map(_is_word, seen)):
            yield name, {**inner, "enum": sorted(seen)}


def _is_word(text: str) -> bool:
    return text.replace("-", "").replace("_", "").isalpha() and len(text) <= 30
