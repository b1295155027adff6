"""Secrets in other places than their own: copied, moved within a list, or new under a name that suggests one."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from gmconfig.config.branch import ABSENT
from gmconfig.config.equal import identity
from gmconfig.path import walk
from gmconfig.secret.scan.names import is_telling

if TYPE_CHECKING:
    from gmconfig.target.marker import Marker
    from gmconfig.target.rendering import Rendering
    from gmconfig.target.rendering.rendering import Part

Place = tuple[str | int | None, ...]
"""A path in the wanted tree; None stands for an item of a list that only live has."""

_NUMBER = re.compile(r"(?<=[._])\d+(?=[._]|$)")
_SHORTEST = 4
"""A shorter secret within another text is chance."""


def shape(place: Place) -> tuple[str | None, ...]:
    """Give what all items of a list have in common, in a flat form too."""
    return tuple(_NUMBER.sub("*", key) if isinstance(key, str) else None for key in place)


class Known:
    """What is known of the secrets of one document on one target."""

    def __init__(self, rendering: Rendering, part: Part, marker: Marker | None) -> None:
        self.rendering = rendering
        self.part = part
        self.marker = marker

    def is_secret(self, value: object, wanted: object, at: Place) -> bool:
        """Whether a live value, which is not the wanted one, is a secret or seems to be one."""
        if self._has_telling_name(value, wanted, at) or self._is_beside(value, at):
            return True
        return any(self._is_copy(leaf) for _, leaf in walk(value))

    def _has_telling_name(self, value: object, wanted: object, at: Place) -> bool:
        """Whether a text that gmconfig did not put there has a telling name."""
        name = next((key for key in reversed(at) if isinstance(key, str)), "")
        is_foreign = self.marker is None or wanted is ABSENT
        return is_foreign and isinstance(value, str) and is_telling(name)

    def _is_beside(self, value: object, at: Place) -> bool:
        """Whether other items of the same list have a secret there, and none of them has this value in plain."""
        return shape(at) in self._shapes and identity(value) not in self._plain

    def _is_copy(self, value: object) -> bool:
        if value is None or isinstance(value, bool):
            return False
        if self.marker is not None and self.marker.has_value(value):
            return True
        return isinstance(value, str) and any(secret in value for secret in self._texts)

    @cached_property
    def _shapes(self) -> set[tuple[str | None, ...]]:
        return {shape(keys) for keys in self.part.secret_paths}

    @cached_property
    def _plain(self) -> set[object]:
        """What stands in plain where other items have secrets."""
        return {
            identity(value)
            for keys, value in walk(self.part.tree)
            if keys not in self.part.secret_paths and shape(keys) in self._shapes
        }

    @cached_property
    def _texts(self) -> list[str]:
        """The texts of the secrets that can be opened here; none without the key."""
        if not any(part.secret_paths for part in self.rendering.parts.values()) or not self.rendering.files:
            return []
        found = (value for at in self.rendering.secret_values().values() for value in at.values())
        return [value for value in found if isinstance(value, str) and len(value) >= _SHORTEST]
