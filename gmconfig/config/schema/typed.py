"""The type of a text that came from outside: what the schema says, else what prints back identically."""

from __future__ import annotations

from gmconfig.path import scalar_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

_DIGITS = frozenset("0123456789")
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None}


def typed(text: str, types: Collection[str] | None = None) -> object:
    """Give the value that a text stands for; `types` are JSON Schema's names, None where nothing says.

    What does not fit the schema's type stays text: the schema's own check then says what is wrong.

    >>> typed("8080"), typed("1.10"), typed("1.10", ["number"]), typed("8080", ["string"])
    (8080, '1.10', 1.1, '8080')
    """
    if types is None:
        value = _number(text) if text not in _WORDS else _WORDS[text]
        return value if scalar_text(value) == text else text
    for kind in ("null", "boolean", "integer", "number", "array", "object"):
        if kind in types and _is((value := _as(kind, text)), kind):
            return value
    return text


def _number(text: str) -> object:
    whole, dot, fraction = text.removeprefix("-").partition(".")
    if not (whole and _DIGITS.issuperset(whole)) or len(text) > 40:
        return text
    if not dot:
        return int(text)
    return float(text) if fraction and _DIGITS.issuperset(fraction) else text


def _as(kind: str, text: str) -> object:
    if kind in ("array", "object"):
        return _yaml(text)
    if kind in ("integer", "number"):
        return _yaml(text.strip())
    return _WORDS.get(text, text)


def _yaml(text: str) -> object:
    """Read a text as YAML; what is none stays text."""
    from gmconfig.errors import BrokenConfiguration
    from gmconfig.storage.yaml import load

    try:
        return load(text.encode("utf-8", "surrogateescape"))
    except BrokenConfiguration:
        return text


def _is(value: object, kind: str) -> bool:
    if kind in ("integer", "number"):
        return type(value) is int or (kind == "number" and type(value) is float)
    expected = {"null": type(None), "boolean": bool, "array": list, "object": dict}[kind]
    return type(value) is expected
