"""Paths into a document: `database.pool.size`, `hosts[-1]`, `apps[name=api].image`, `#2:a."b.c"`, `db.**`.

One parser and one printer: `str(KeyPath.parse(text))` parses back to the same path, and every concrete
path (a tuple of keys and indices) prints to a text that parses to it.
"""

from __future__ import annotations

from gmconfig.path.key_path import KeyPath, format_keys
from gmconfig.path.nearest import did_you_mean, nearest
from gmconfig.path.segment import ANY, DEEP, Keys, Segment, Selector, scalar_text, under, value_at, walk

__all__ = [
    "ANY",
    "DEEP",
    "KeyPath",
    "Keys",
    "Segment",
    "Selector",
    "did_you_mean",
    "format_keys",
    "nearest",
    "scalar_text",
    "under",
    "value_at",
    "walk",
]
