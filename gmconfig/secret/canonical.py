"""Canonical JSON: one text for one tree, so that it can be signed and hashed.

Source:
    RFC 8785, for the trees that gmconfig writes: text, whole numbers, booleans, null, lists and maps.
"""

from __future__ import annotations

import hashlib
import json

from gmconfig.errors import BrokenConfiguration
from gmconfig.storage.bounds import read_json

_LARGEST = 2**53


def dumps(tree: object) -> bytes:
    """Write a tree in its one form."""
    text = _text(tree, sort=True)
    if not text.isascii() and max(text) >= "\ud800":
        text = _text(_ordered(tree), sort=False)
    return text.encode()


def loads(raw: bytes, what: str) -> object:
    """Read a tree, and refuse every form but the one that `dumps` writes.

    Raises:
        BrokenConfiguration: the bytes are not canonical JSON.
    """
    try:
        tree: object = read_json(raw, parse_float=_refuse, parse_constant=_refuse, parse_int=_whole)
        if dumps(tree) == raw:
            return tree
    except (ValueError, RecursionError):
        pass
    raise BrokenConfiguration(f"{what} is damaged: it is not canonical JSON")


def digest(tree: object) -> str:
    """Give the SHA-256 of a tree's canonical form, in hexadecimal."""
    return hashlib.sha256(dumps(tree)).hexdigest()


def _text(tree: object, *, sort: bool) -> str:
    return json.dumps(tree, ensure_ascii=False, allow_nan=False, sort_keys=sort, separators=(",", ":"))


def _ordered(tree: object) -> object:
    """Order keys by UTF-16 code units as the RFC wants, where that differs from Python's order."""
    if isinstance(tree, list):
        return [_ordered(item) for item in tree]
    if isinstance(tree, dict):
        keys = sorted(tree, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: _ordered(tree[key]) for key in keys}
    return tree


def _whole(text: str) -> int:
    number = int(text)
    return number if abs(number) < _LARGEST else _refuse(text)


def _refuse(text: str) -> int:
    raise ValueError(text)
