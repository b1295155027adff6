"""flagd's `sem_ver`: semantic versions compared by precedence, `^` by major, `~` by major and minor.

Read by hand, without a regular expression: a version comes from outside.

Source:
    Semantic Versioning 2.0.0, section 11, and flagd's documentation of custom operations.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

_WORD = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-")
_DIGITS = frozenset("0123456789")
_LONGEST = 256

Precedence = tuple[int, int, int, tuple[tuple[int, int, str], ...]]


def _same_major(left: Precedence, right: Precedence) -> bool:
    return left[0] == right[0]


def _same_minor(left: Precedence, right: Precedence) -> bool:
    return left[:2] == right[:2]


OPERATORS: dict[str, Callable[[Precedence, Precedence], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "^": _same_major,
    "~": _same_minor,
}


def sem_ver(_data: Any, *arguments: Any) -> bool | None:
    """Compare two versions; None if one is none, or the operator is unknown.

    >>> sem_ver({}, "v1.2", ">=", "1.2.0-rc.1")
    True
    """
    if len(arguments) != 3:
        return None
    left, name, right = precedence(arguments[0]), arguments[1], precedence(arguments[2])
    compare = OPERATORS.get(name) if isinstance(name, str) else None
    if left is None or right is None or compare is None:
        return None
    return bool(compare(left, right))


def precedence(value: Any) -> Precedence | None:
    """Give what orders a version: build metadata does not count, missing parts are 0; None if it is none."""
    text = str(value)
    if len(text) > _LONGEST:
        return None
    text = text[1:] if text[:1] in ("v", "V") else text
    text, plus, build = text.partition("+")
    core, dash, pre = text.partition("-")
    numbers = [*core.split("."), "0", "0"][: max(3, core.count(".") + 1)]
    if len(numbers) != 3 or not all(map(_is_number, numbers)):
        return None
    if (dash and not _are_words(pre, plain=False)) or (plus and not _are_words(build, plain=True)):
        return None
    return (int(numbers[0]), int(numbers[1]), int(numbers[2]), _ranked(pre) if dash else ((2, 0, ""),))


def _is_number(text: str) -> bool:
    return bool(text) and _DIGITS.issuperset(text) and (text == "0" or text[0] != "0")


def _are_words(text: str, *, plain: bool) -> bool:
    """Whether these are dotted identifiers; numbers among them begin with no zero, unless it is build metadata."""
    return all(
        word and _WORD.issuperset(word) and (plain or not _DIGITS.issuperset(word) or _is_number(word))
        for word in text.split(".")
    )


def _ranked(pre: str) -> tuple[tuple[int, int, str], ...]:
    """Give a pre-release as what compares: numbers below words, any of them below a release."""
    words = pre.split(".")
    return tuple((0, int(word), "") if _DIGITS.issuperset(word) else (1, 0, word) for word in words)
