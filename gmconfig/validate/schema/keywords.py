"""Keywords of JSON Schema that `jsonschema` reads differently from the standard, or that meet the unknown.

An unknown value gives a `Maybe` in place of an error. Only errors that hold for every value that it could
have come out as errors.
"""

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import Any

from jsonschema.exceptions import ValidationError

from gmconfig.storage.bounds import read_json
from gmconfig.validate.schema.pattern import matches
from gmconfig.validate.schema.unknown import UNKNOWN, holds_unknown

Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]


class Maybe(ValidationError):
    """Nobody can say whether this is an error."""


def sure(errors: list[ValidationError]) -> list[ValidationError]:
    """Give the errors that hold whatever the unknown is."""
    return [error for error in errors if not isinstance(error, Maybe)]


def wary(keyword: Keyword) -> Keyword:
    """Make a keyword say "maybe" of an unknown value."""

    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if instance is UNKNOWN:
            yield Maybe("not checked")
        else:
            yield from keyword(validator, value, instance, schema) or ()

    return check


def cautious(keyword: Keyword) -> Keyword:
    """Make a keyword that looks into its value say "maybe" if something in there is unknown."""

    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if holds_unknown(instance):
            yield Maybe("not checked")
        else:
            yield from keyword(validator, value, instance, schema) or ()

    return check


def any_of(validator: Any, schemas: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """At least one of the schemas."""
    context: list[ValidationError] = []
    maybe = False
    for index, schema in enumerate(schemas):
        errors = list(validator.descend(instance, schema, schema_path=index))
        if not errors:
            return
        maybe = maybe or not sure(errors)
        context.extend(sure(errors))
    yield Maybe("not checked") if maybe else ValidationError("", context=context)


def one_of(validator: Any, schemas: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """Exactly one of the schemas."""
    context: list[ValidationError] = []
    valid = maybe = 0
    for index, schema in enumerate(schemas):
        errors = list(validator.descend(instance, schema, schema_path=index))
        valid += not errors
        maybe += bool(errors) and not sure(errors)
        context.extend(sure(errors))
    if valid > 1:
        yield ValidationError(f"fits {valid} of the {len(schemas)} alternatives, and may fit only one")
    elif maybe:
        yield Maybe("not checked")
    elif not valid:
        yield ValidationError("", context=context)


def not_(validator: Any, unwanted: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """Anything but the schema."""
    errors = list(validator.descend(instance, unwanted))
    if not errors:
        yield ValidationError("")
    elif not sure(errors):
        yield Maybe("not checked")


def if_(validator: Any, condition: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """`then` where the condition holds, `else` where it does not."""
    errors = list(validator.descend(instance, condition))
    branch = "else" if errors else "then"
    if errors and not sure(errors):
        yield Maybe("not checked")
    elif branch in schema:
        yield from validator.descend(instance, schema[branch], schema_path=branch)


def pattern(validator: Any, wanted: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """A string in which the ECMA 262 pattern is found."""
    if validator.is_type(instance, "string") and not matches(wanted, instance):
        yield ValidationError("")


def pattern_properties(
    validator: Any, schemas: Any, instance: Any, _schema: Any
) -> Iterator[ValidationError]:
    """A schema for each key that matches a pattern."""
    if not validator.is_type(instance, "object"):
        return
    for wanted, schema in schemas.items():
        for key, item in instance.items():
            if matches(wanted, key):
                yield from validator.descend(item, schema, path=key, schema_path=wanted)


def additional_properties(
    validator: Any, extra: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    """A schema for each key that the schema does not name; one error for each that may not be there."""
    if not validator.is_type(instance, "object"):
        return
    patterns = schema.get("patternProperties", {})
    for key, item in instance.items():
        if key in schema.get("properties", {}) or any(matches(wanted, key) for wanted in patterns):
            continue
        if extra is False:
            yield ValidationError("", path=(key,), instance=item)
        else:
            yield from validator.descend(item, extra, path=key)


def dependencies(validator: Any, rules: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """What must hold, or be there too, where a key is there; removed after draft 7, and still in use."""
    if not validator.is_type(instance, "object"):
        return
    for key, rule in rules.items():
        if key not in instance:
            continue
        if isinstance(rule, list):
            for other in rule:
                if other not in instance:
                    yield ValidationError(f'"{key}" needs "{other}" beside it')
        else:
            yield from validator.descend(instance, rule, schema_path=key)


def content_encoding(validator: Any, encoding: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """Base64 that is base64."""
    if encoding == "base64" and validator.is_type(instance, "string") and _decoded(instance) is None:
        yield ValidationError("is not base64")


def content_media_type(validator: Any, kind: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """JSON, encoded or not, that is JSON."""
    if kind != "application/json" or not validator.is_type(instance, "string"):
        return
    raw = _decoded(instance) if schema.get("contentEncoding") == "base64" else instance.encode()
    try:
        read_json(raw if raw is not None else b"0")
    except (ValueError, RecursionError):
        yield ValidationError("is not JSON")


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
