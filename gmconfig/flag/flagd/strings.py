"""flagd's `starts_with` and `ends_with`: null, not false, for what is not text."""

from __future__ import annotations

from typing import Any


def starts_with(_data: Any, *arguments: Any) -> bool | None:
    """Whether a text begins with another."""
    return arguments[0].startswith(arguments[1]) if _two_texts(arguments) else None


def ends_with(_data: Any, *arguments: Any) -> bool | None:
    """Whether a text ends with another."""
    return arguments[0].endswith(arguments[1]) if _two_texts(arguments) else None


def _two_texts(arguments: tuple[Any, ...]) -> bool:
    return len(arguments) == 2 and all(isinstance(one, str) for one in arguments)
