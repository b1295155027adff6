"""What JsonLogic takes for a number, a text, a truth, and for equal: JavaScript's ideas, as flagd-core has them.

Source:
    panzi-json-logic 1.0.1, the engine of openfeature-flagd-core. Where it differs from JavaScript (null equals
    0, the text of true is "True"), it is followed: the same file must give the same answer everywhere.
"""

from __future__ import annotations

from math import isnan
from typing import Any

NAN = float("nan")
_NO_NUMBERS = ("inf", "-inf", "+inf")  # Python reads them, JavaScript does not


def number(value: Any) -> int | float:
    """Give a value as a number; NaN for what is none.

    >>> number("2.5"), number(None), number([7]), number(True)
    (2.5, 0, 7, True)
    """
    if isinstance(value, int | float):
        return value
    if value is None:
        return 0
    if isinstance(value, list):
        return number(value[0]) if len(value) == 1 else NAN if value else 0
    if isinstance(value, dict) or (isinstance(value, str) and value.strip().lower() in _NO_NUMBERS):
        return NAN
    return _read(value)


def _read(value: Any) -> float:
    if hasattr(value, "timestamp"):  # a moment counts as its milliseconds
        return float(value.timestamp() * 1000.0)
    try:
        return float(value)
    except ValueError:
        return NAN


def text(value: Any) -> str:
    """Give a value as a text.

    >>> text(1.50), text(None), text([1, "a"])
    ('1.5', 'null', '1,a')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.15g}"
    if value is None:
        return "null"
    if isinstance(value, list):
        return ",".join(map(text, value))
    return "[object Object]" if isinstance(value, dict) else str(value)


def truth(value: Any) -> bool:
    """Whether a value counts as true: empty texts and lists do not, an empty map does."""
    if value is True or value is False:
        return value is True
    if isinstance(value, float):
        return bool(value) and not isnan(value)
    return bool(value) if isinstance(value, str | int | list) else value is not None


def loosely_equal(left: Any, right: Any) -> bool:
    """Whether `==` holds: a number reads a text as a number, lists and maps equal only themselves."""
    if type(left) is type(right):
        return left is right if type(left) in (list, dict) else bool(left == right)
    if isinstance(left, int | float):
        return bool(left == number(right))
    if isinstance(right, int | float):
        return bool(number(left) == right)
    if left is None or right is None:
        return False
    return _equal_as_text(left, right)


def _equal_as_text(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, list | dict):
        return left == text(right)
    if isinstance(left, list | dict) and isinstance(right, list | dict | str):
        return isinstance(right, str) and text(left) == right
    raise TypeError(f"{type(left).__name__} and {type(right).__name__} do not compare")


def comparable(left: Any, right: Any) -> tuple[Any, Any]:
    """Give two values as what `<` and its kin compare: numbers if one is a number, else texts."""
    if isinstance(left, int | float):
        return left, number(right)
    if isinstance(right, int | float):
        return number(left), right
    if isinstance(left, str) or isinstance(right, str):
        return text(left), text(right)
    return number(left), number(right)
