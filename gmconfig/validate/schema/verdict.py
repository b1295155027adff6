"""The fast engine: whether a value satisfies a schema, yes or no."""

from collections.abc import Callable
from typing import Any

from gmconfig.validate.schema.library import load_engine

load_engine()
import jsonschema_rs  # noqa: E402  # as it was loaded

_ENGINES = {
    4: jsonschema_rs.Draft4Validator,
    6: jsonschema_rs.Draft6Validator,
    7: jsonschema_rs.Draft7Validator,
    2019: jsonschema_rs.Draft201909Validator,
    2020: jsonschema_rs.Draft202012Validator,
}

BrokenSchema = jsonschema_rs.ValidationError


def compiled(schema: Any, draft: int, retrieve: Callable[[str], Any], base: str) -> jsonschema_rs.Validator:
    """Compile a schema; formats are asserted, and references come from `retrieve` alone.

    Raises:
        BrokenSchema: it is not a schema of that draft, or a reference leads nowhere.
    """
    return _ENGINES[draft](schema, validate_formats=True, retriever=retrieve, base_uri=base)


def forbids(error: jsonschema_rs.ValidationError) -> bool:
    """Whether an error is that nothing may stand there, whatever it is."""
    return isinstance(error.kind, jsonschema_rs.ValidationErrorKind.FalseSchema)


def patterned(pattern: str) -> jsonschema_rs.Validator:
    """Compile a pattern alone."""
    return jsonschema_rs.Draft202012Validator({"pattern": pattern})
