"""The edits that a YAML file can be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.immutable import Immutable

if TYPE_CHECKING:
    from gmconfig.path import KeyPath


class Set(Immutable):
    """Put a value at a path; parents that are missing are made, unless `create` is False."""

    __slots__ = ("path", "value", "create")

    def __init__(self, path: KeyPath, value: object, create: bool = True) -> None:
        self.path = path
        self.value = value
        self.create = create


class Unset(Immutable):
    """Remove what stands at a path, with its comments."""

    __slots__ = ("path",)

    def __init__(self, path: KeyPath) -> None:
        self.path = path


class Append(Immutable):
    """Put a value at the end of a list."""

    __slots__ = ("path", "value")

    def __init__(self, path: KeyPath, value: object) -> None:
        self.path = path
        self.value = value


class Insert(Immutable):
    """Put a value into a list, in front of the item at `index`; negative ones count from the end."""

    __slots__ = ("path", "index", "value")

    def __init__(self, path: KeyPath, index: int, value: object) -> None:
        self.path = path
        self.index = index
        self.value = value


Edit = Set | Unset | Append | Insert
