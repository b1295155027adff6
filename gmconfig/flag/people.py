"""Users for trying flags out: made up, the same ones each time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gmconfig.errors import UsageError

_NESTING = frozenset((dict, list))
Person = tuple[str | None, Mapping[str, Any]]
"""A targeting key, and what else is known about the user."""


def made_up(count: int, units: Iterable[str] = ()) -> list[Person]:
    """Give users that nobody knows: `user-1`, `user-2` …, each with a value of its own for every unit.

    Raises:
        UsageError: nobody was asked for.
    """
    if count < 1:
        raise UsageError("a sample needs at least one user")
    paths = [unit.split(".") for unit in sorted(units)]
    return [(f"user-{number}", _attributes(paths, number)) for number in range(1, count + 1)]


def units_of(content: Mapping[str, Any]) -> set[str]:
    """Give the attributes beside the targeting key that a flagd file splits users by."""
    found: set[str] = set()
    rest: list[Any] = [content]
    while rest:
        part = rest.pop()
        if isinstance(part, dict):
            found.update(_variables(part.get("fractional")))
            rest.extend(part.values())
        elif isinstance(part, list) and not _NESTING.isdisjoint(map(type, part)):  # else, a million texts
            rest.extend(item for item in part if isinstance(item, dict | list))
    return found


def _variables(split: Any) -> Iterable[str]:
    """Yield the variables of a split's unit."""
    rest = [split[0]] if isinstance(split, list) and split else []
    while rest:
        part = rest.pop()
        if isinstance(part, list):
            rest.extend(part)
        elif isinstance(part, dict):
            name = part.get("var")
            if isinstance(name, str) and name not in ("", "targetingKey") and not name.startswith("$"):
                yield name
            rest.extend(part.values())


def _attributes(paths: Iterable[list[str]], number: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in paths:
        level = found
        for key in path[:-1]:
            inner = level.setdefault(key, {})
            level = inner if isinstance(inner, dict) else {}
        level.setdefault(path[-1], f"{path[-1]}-{number}")
    return found
