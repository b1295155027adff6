"""What is wrong with a value, in a user's words, from the explaining engine's error."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from jsonschema.exceptions import best_match

from gmconfig.counted import counted
from gmconfig.path import did_you_mean, nearest
from gmconfig.validate.schema.pattern import is_too_long

_KINDS = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
    "array": "a list",
    "object": "a map",
}
_UNITS = {"Items": "item", "Properties": "key"}
_HIDDEN = "the value"


def cause(error: Any) -> Any:
    """Give the error inside a failed `anyOf` or `oneOf` that most likely is the one to mend."""
    if error.validator not in ("anyOf", "oneOf") or not error.context:
        return error
    return best_match(iter([error])) or error


def message(error: Any, *, hidden: bool = False) -> str:
    """Say what is wrong; `hidden` keeps the value out of it."""
    shown = _HIDDEN if hidden else _shown(error.instance)
    if error.validator is None:
        return "nothing is allowed here"
    words = _WORDS.get(error.validator)
    if words is not None:
        return words(error, shown)
    return error.message if error.message.startswith('"') else f"{shown} {error.message or 'is not allowed'}"


def hint(error: Any, *, hidden: bool = False) -> str | None:
    """Give the next step where there is an obvious one."""
    if error.validator == "additionalProperties" and isinstance(error.schema, dict):
        near = nearest(str(error.path[-1]), list(error.schema.get("properties", {})))
        return f'did you mean "{near}"?' if near else None
    if error.validator == "enum" and isinstance(error.instance, str) and not hidden:
        return did_you_mean(error.instance, [item for item in error.validator_value if isinstance(item, str)])
    if error.validator == "type" and error.validator_value == "string" and not hidden:
        scalar = isinstance(error.instance, bool | int | float)
        return "write it in quotes to make it a string" if scalar else None
    return None


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a map" if value else "an empty map"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:56]}…" + ('"' if text.endswith('"') else "")


def _type(error: Any, shown: str) -> str:
    return _not_of(_types(error), error, shown)


def _types(error: Any) -> list[str]:
    wanted = error.validator_value
    return [wanted] if isinstance(wanted, str) else list(wanted)


def _not_of(types: Sequence[str], error: Any, shown: str) -> str:
    kinds = [_KINDS.get(kind, str(kind)) for kind in dict.fromkeys(types)]
    actual = _KINDS[_kind(error.instance)]
    named = shown if isinstance(error.instance, dict | list) or shown == _HIDDEN else f"{shown} ({actual})"
    return f"{named} is not {_either(kinds)}"


def _kind(value: object) -> str:
    kinds: tuple[tuple[type | Any, str], ...] = (
        (bool, "boolean"), (str, "string"), (int, "integer"), (float, "number"), (list, "array"),
        (dict, "object"),
    )  # fmt: skip
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")


def _either(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _enum(error: Any, shown: str) -> str:
    values = [_shown(value) for value in error.validator_value]
    listed = ", ".join(values[:12]) + (f" and {len(values) - 12} more" if len(values) > 12 else "")
    return f"{shown} is not one of {listed}"


def _size(error: Any, shown: str) -> str:
    name = str(error.validator)
    bound = "fewer than the minimum" if name.startswith("min") else "more than the maximum"
    if name.endswith("Length"):
        bound = bound.replace("fewer", "shorter").replace("more", "longer")
        return f"{shown} is {bound} of {error.validator_value} characters"
    are = "is" if len(error.instance) == 1 else "are"
    return f"{counted(len(error.instance), _UNITS[name[3:]])} {are} {bound} of {error.validator_value}"


def _limit(error: Any, shown: str) -> str:
    name = str(error.validator)
    if name.startswith("exclusive"):
        return (
            f"{shown} is not {'greater' if name.endswith('Minimum') else 'less'} than {error.validator_value}"
        )
    bound = "less than the minimum" if name == "minimum" else "greater than the maximum"
    return f"{shown} is {bound} of {error.validator_value}"


def _required(error: Any, _shown: str) -> str:
    return f"{_missing(error)} is missing"


def _missing(error: Any) -> str:
    missing = [key for key in error.validator_value if error.message.startswith(repr(key))]
    return f'"{(missing or error.validator_value)[0]}"'


def _pattern(error: Any, shown: str) -> str:
    if is_too_long(error.validator_value, error.instance):
        return f"{shown} is too long to be tried on the pattern {error.validator_value}"
    return f"{shown} does not match the pattern {error.validator_value}"


def _branches(error: Any, shown: str) -> str:
    if error.message:
        return f"{shown} {error.message}"
    inside = error.context or []
    if inside and all(one.validator == "required" and not one.relative_path for one in inside):
        return f"{_either([*dict.fromkeys(_missing(one) for one in inside)])} is missing"
    if inside and all(one.validator == "type" and not one.relative_path for one in inside):
        return _not_of([kind for one in inside for kind in _types(one)], error, shown)
    return f"{shown} fits none of the {len(error.validator_value)} alternatives"


def _unevaluated(error: Any, _shown: str) -> str:
    text = str(error.message).replace("'", '"')
    return text[0].lower() + text[1:]


def _dependent(error: Any, _shown: str) -> str:
    for key, others in error.validator_value.items():
        for other in others:
            if key in error.instance and other not in error.instance:
                return f'"{key}" needs "{other}" beside it'
    return "a key is missing beside another"


_WORDS: dict[str, Callable[[Any, str], str]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda error, shown: f"{shown} is not {_shown(error.validator_value)}",
    "required": _required,
    "additionalProperties": lambda error, _: f'"{error.path[-1]}" is not allowed here',
    "additionalItems": lambda _error, _: "the list has more items than are allowed",
    "unevaluatedProperties": _unevaluated,
    "unevaluatedItems": _unevaluated,
    "pattern": _pattern,
    "format": lambda error, shown: f'{shown} is not of the format "{error.validator_value}"',
    "multipleOf": lambda error, shown: f"{shown} is not a multiple of {error.validator_value}",
    "uniqueItems": lambda _error, _: "the list holds an item twice",
    "contains": lambda _error, shown: f"{shown} does not hold the items that are required",
    "anyOf": _branches,
    "oneOf": _branches,
    "not": lambda _error, shown: f"{shown} is what is not allowed here",
    "dependentRequired": _dependent,
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _limit),
    **dict.fromkeys(
        ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _size
    ),
}
