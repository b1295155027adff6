"""Closures for what flags are mostly made of: a variable, a text glued to one, membership in a list of texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gmconfig.flag.logic.coercion import text
from gmconfig.flag.logic.variables import variable

if TYPE_CHECKING:
    from gmconfig.flag.logic.compiler import Closure, Compiler


def constant(value: Any) -> Closure:
    """Give a closure that gives the value."""
    return lambda _data: value


def shortcut(compiler: Compiler, name: str, arguments: list[Any]) -> Closure | None:
    """Give a faster closure for an operation whose form is known; None leaves it to the operator."""
    make = _SHORT.get(name)
    return make(compiler, arguments) if make and compiler.operators.get(name) is not None else None


def variable_name(rule: Any) -> str | None:
    """Give the name in `{"var": "name"}`, without a default; None for any other rule."""
    if not isinstance(rule, dict) or len(rule) != 1 or "var" not in rule:
        return None
    named = rule["var"]
    named = named[0] if isinstance(named, list) and len(named) == 1 else named
    return named if isinstance(named, str) and named else None


def _variable(_compiler: Compiler, arguments: list[Any]) -> Closure | None:
    name = variable_name({"var": arguments})
    if name is None:
        return None
    if "." in name:
        return lambda data: variable(data, name)
    return lambda data: data.get(name) if type(data) is dict else variable(data, name)


def _joined(compiler: Compiler, arguments: list[Any]) -> Closure | None:
    if len(arguments) != 2 or type(arguments[0]) is not str:
        return None
    head, tail = arguments[0], compiler.compile(arguments[1])

    def join(data: Any) -> str:
        value = tail(data)
        return head + value if type(value) is str else head + text(value)

    return join


def _within(compiler: Compiler, arguments: list[Any]) -> Closure | None:
    if len(arguments) != 2 or not isinstance(arguments[1], list):
        return None
    texts = compiler.texts(arguments[1])
    if texts is None:
        return None
    needle = compiler.compile(arguments[0])

    def is_within(data: Any) -> bool:
        value = needle(data)
        return isinstance(value, str) and value in texts

    return is_within


def _missing(_compiler: Compiler, arguments: list[Any]) -> Closure | None:
    if len(arguments) != 1 or type(arguments[0]) is not str or not arguments[0]:
        return None
    name = arguments[0]
    absent, none = [name], list[str]()
    if "." in name:
        return lambda data: absent if variable(data, name) in (None, "") else none

    def is_missing(data: Any) -> list[str]:
        value = data.get(name) if type(data) is dict else variable(data, name)
        return absent if value is None or value == "" else none

    return is_missing


_SHORT: dict[str, Callable[[Compiler, list[Any]], Closure | None]] = {
    "var": _variable,
    "cat": _joined,
    "in": _within,
    "missing": _missing,
}
