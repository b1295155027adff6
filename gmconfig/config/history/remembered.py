"""What earlier runs found out about a path's values, so that only new versions are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.config.history.value import values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.config.history.moment import Moment
    from gmconfig.path import KeyPath
    from gmconfig.project import Project


def remembered(project: Project, path: KeyPath, moments: Sequence[Moment]) -> list[object]:
    """Give what stood at a path at each moment."""
    return list(values(project, path, moments))
