"""Reading the context: `var`, `missing`, `missing_some`."""

from __future__ import annotations

from typing import Any

from gmconfig.flag.logic.coercion import number, text


def variable(data: Any, key: Any = None, default: Any = None) -> Any:
    """Give what stands at a dotted path; the default where nothing does, or null.

    >>> variable({"user": {"names": ["Ada"]}}, "user.names.0")
    'Ada'
    """
    if key is None or key == "":
        return data
    if isinstance(key, int | float):
        return _numbered(data, key, default)
    for part in text(key).split("."):
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list | str):
            if part == "length":
                return len(data)  # also where the path goes on, as in the engine that is followed
            if not part.isdecimal() or str(int(part)) != part or int(part) >= len(data):
                return default
            data = data[int(part)]
        else:
            return default
    return default if data is None else data


def _numbered(data: Any, key: float, default: Any) -> Any:
    if isinstance(data, list | str):
        return data[int(key)] if int(key) == key and 0 <= key < len(data) else default
    if not isinstance(data, dict):
        return default
    return default if data.get(key) is None else variable(data[key], text(key), default)


def missing(data: Any, *keys: Any) -> list[Any]:
    """Give those of some keys that are absent, null, or empty text."""
    wanted = keys[0] if keys and isinstance(keys[0], list) else keys
    return [key for key in wanted if variable(data, key) in (None, "")]


def missing_some(data: Any, needed: Any = 0, keys: Any = None, *_rest: Any) -> list[Any]:
    """Give the missing keys, unless as many as are needed are there."""
    if not isinstance(keys, list):
        return []
    absent = missing(data, keys)
    return [] if len(keys) - len(absent) >= number(needed) else absent
