"""The edits that a YAML file can be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gmconfig.path import KeyPath


@dataclass(frozen=True, slots=True)
class Set:
    """Put a value at a path; parents that are missing are made, unless `create` is False."""

    path: KeyPath
    value: object
    create: bool = True


@dataclass(frozen=True, slots=True)
class Unset:
    """Remove what stands at a path, with its comments."""

    path: KeyPath


@dataclass(frozen=True, slots=True)
class Append:
    """Put a value at the end of a list."""

    path: KeyPath
    value: object


@dataclass(frozen=True, slots=True)
class Insert:
    """Put a value into a list, in front of the item at `index`; negative ones count from the end."""

    path: KeyPath
    index: int
    value: object


Edit = Set | Unset | Append | Insert
