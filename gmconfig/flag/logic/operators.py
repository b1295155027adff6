"""The operators that get their arguments evaluated: a table from a name to a function of (data, *arguments)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from math import isnan
from typing import Any

from gmconfig.flag.logic.coercion import NAN, comparable, loosely_equal, number, text, truth
from gmconfig.flag.logic.variables import missing, missing_some, variable

Operator = Callable[..., Any]

_LONGEST_TEXT = 1_000_000  # and as many items in a list
_BIGGEST = 1 << 1024  # where JavaScript's numbers end; Python's would grow until the machine stands still


def _compared(compare: Callable[[Any, Any], bool]) -> Operator:
    def holds(_data: Any, a: Any = None, b: Any = None, c: Any = None, *_rest: Any) -> bool:
        left, right = comparable(a, b)
        if not compare(left, right):
            return False
        return c is None or bool(compare(*comparable(b, c)))

    return holds


def _sum(_data: Any, *values: Any) -> Any:
    return _bounded(sum(map(number, values)))


def _product(_data: Any, *values: Any) -> Any:
    result: int | float = 1
    for value in values:
        result = _bounded(result * number(value))
    return result


def _bounded(value: Any) -> Any:
    return float(value) if isinstance(value, int) and abs(value) >= _BIGGEST else value


def _difference(_data: Any, a: Any = None, b: Any = None, *_rest: Any) -> Any:
    return -number(a) if b is None else number(a) - number(b)


def _quotient(_data: Any, a: Any = None, b: Any = None, *_rest: Any) -> Any:
    return number(a) / number(b)


def _rest(_data: Any, a: Any = None, b: Any = None, *_rest: Any) -> Any:
    return number(a) % number(b)


def _smallest(_data: Any, *values: Any) -> Any:
    return min(map(number, values)) if values else NAN


def _greatest(_data: Any, *values: Any) -> Any:
    return max(map(number, values)) if values else NAN


def _joined(_data: Any, *values: Any) -> str:
    result = "".join(map(text, values))
    if len(result) > _LONGEST_TEXT:
        raise ValueError(f"a text of {len(result)} characters")
    return result


def _merged(_data: Any, *values: Any) -> list[Any]:
    lists = [value if isinstance(value, list) else [value] for value in values]
    if sum(map(len, lists)) > _LONGEST_TEXT:
        raise ValueError("a list that grows and grows")
    return [item for value in lists for item in value]


def _within(_data: Any, needle: Any = None, haystack: Any = None, *_rest: Any) -> bool:
    if isinstance(haystack, list):
        return needle in haystack
    return isinstance(haystack, str) and text(needle) in haystack


def _part(_data: Any, whole: Any = None, start: Any = None, length: Any = None, *_rest: Any) -> str:
    letters = text(whole)
    begin = _begin(number(start), len(letters))
    return letters[begin : _end(begin, length, len(letters))]


def _begin(start: float, size: int) -> int:
    if isnan(start):
        return 0
    if start < 0:
        return 0 if -start >= size else size - int(-start)
    return min(int(start), size)


def _end(begin: int, length: Any, size: int) -> int:
    if length is None:
        return size
    count = number(length)
    if isnan(count):
        return begin
    return begin + int(count) if int(count) >= 0 else max(begin, size + int(count))


def _itself(_data: Any, value: Any = None, *_rest: Any) -> Any:
    return value


OPERATORS: dict[str, Operator] = {
    "==": lambda _data, a=None, b=None, *_rest: loosely_equal(a, b),
    "!=": lambda _data, a=None, b=None, *_rest: not loosely_equal(a, b),
    "===": lambda _data, a=None, b=None, *_rest: a == b,
    "!==": lambda _data, a=None, b=None, *_rest: a != b,
    "<": _compared(operator.lt),
    ">": _compared(operator.gt),
    "<=": _compared(operator.le),
    ">=": _compared(operator.ge),
    "!": lambda _data, a=None, *_rest: not truth(a),
    "!!": lambda _data, a=None, *_rest: truth(a),
    "+": _sum,
    "*": _product,
    "-": _difference,
    "/": _quotient,
    "%": _rest,
    "in": _within,
    "min": _smallest,
    "max": _greatest,
    "cat": _joined,
    "log": _itself,
    "var": variable,
    "substr": _part,
    "merge": _merged,
    "missing": missing,
    "missing_some": missing_some,
}
