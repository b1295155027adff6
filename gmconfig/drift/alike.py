"""Targets with the same files and the same rendering have the same differences: each such pair is compared once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gmconfig.drift.difference import Difference, differences

if TYPE_CHECKING:
    from gmconfig.target.marker import Marker
    from gmconfig.target.rendering import Rendering


class Alike:
    """Remembers comparisons, but for those with secrets, which depend on each target's own marker."""

    def __init__(self) -> None:
        self._found: dict[object, tuple[Difference, ...]] = {}

    def differences(
        self,
        rendering: Rendering,
        files: Mapping[str, bytes],
        marker: Marker | None,
        *,
        as_put: bool = False,
    ) -> tuple[Difference, ...]:
        """Compare live files with a rendering."""
        secret = any(part.secret_paths for part in rendering.parts.values())
        if secret or (marker is not None and marker.secrets):
            return differences(rendering, files, marker, as_put=as_put)
        key = (rendering.wanted, marker is None, frozenset(files.items()))
        if key not in self._found:
            self._found[key] = differences(rendering, files, marker)
        return self._found[key]
