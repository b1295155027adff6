"""Backups that former readers can open: what was live is in them, so they count until the values are rotated."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from gmconfig.backup import manifest
from gmconfig.errors import GmconfigError
from gmconfig.log import logger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.api.access.answers import ExposedValue
    from gmconfig.api.workspace import Workspace
    from gmconfig.backup.manifest import Manifest


def with_backups(workspace: Workspace, exposed: Sequence[ExposedValue]) -> tuple[ExposedValue, ...]:
    """Give exposed values with the backups that hold each; a place that cannot be looked at is told."""
    from dataclasses import replace

    from gmconfig.api.backup.backing_up import Backups

    if not exposed:
        return ()
    try:
        made = [one.manifest for _, one in Backups(workspace).all() if one.manifest]
    except GmconfigError as error:
        logger("api").warning("backups that former readers can open were not looked for: %s", error.message)
        return tuple(exposed)
    return tuple(
        replace(one, backups=tuple(found.id for found in made if _gives_away(found, one))) for one in exposed
    )


def _gives_away(made: Manifest, one: ExposedValue) -> bool:
    """Whether a member can open a backup, and what was live then had the value already."""
    opened = made.piece(manifest.LIVE) and any(member["name"] == one.member for member in made.sealed_to)
    return bool(opened) and datetime.fromisoformat(one.since) <= made.moment
