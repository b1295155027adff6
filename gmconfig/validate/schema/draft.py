"""Which draft of JSON Schema a schema is written in."""

from collections.abc import Callable, Mapping
from typing import Any

LATEST = 2020
_NAMES = {
    "http://json-schema.org/draft-04/schema": 4,
    "http://json-schema.org/draft-06/schema": 6,
    "http://json-schema.org/draft-07/schema": 7,
    "https://json-schema.org/draft/2019-09/schema": 2019,
    "https://json-schema.org/draft/2020-12/schema": 2020,
    "http://json-schema.org/schema": LATEST,
    "https://json-schema.org/schema": LATEST,
}


def draft_of(schema: object, retrieve: Callable[[str], Any]) -> int | None:
    """Give the draft that `$schema` names, through metaschemas of one's own; None if nobody knows it."""
    named = schema.get("$schema") if isinstance(schema, Mapping) else None
    seen: set[str] = set()
    while isinstance(named, str) and named not in seen:
        seen.add(named)
        name = named.rstrip("#").replace("https://json-schema.org/draft-", "http://json-schema.org/draft-")
        if name in _NAMES:
            return _NAMES[name]
        try:
            metaschema = retrieve(named)
        except LookupError:
            return None
        named = metaschema.get("$schema") if isinstance(metaschema, Mapping) else None
    return LATEST if named is None else None
