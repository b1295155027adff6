"""A rendering as a release of a deployment: its files, and the marker that lies with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from gmconfig.deploy.correction import with_kept
from gmconfig.record.chain import timestamp
from gmconfig.target.kind import Release
from gmconfig.target.marker import marker_of

if TYPE_CHECKING:
    from gmconfig.drift.difference import Difference
    from gmconfig.drift.made import Wanted
    from gmconfig.target.declared import Target
    from gmconfig.target.rendering import Rendering


class Cause(Protocol):
    """On whose behalf a release is made: a record, or an agent on its own."""

    @property
    def id(self) -> str:
        """What its releases are named after."""

    @property
    def fencing(self) -> int:
        """The number of the lock under which it runs."""


def release_of(
    record: Cause,
    target: Target,
    wanted: Wanted,
    rendering: Rendering,
    kept: Sequence[Difference] = (),
) -> Release:
    """Make a target's release, named after the deployment that makes it and what is in it.

    `kept` is drift that stays in the files; the marker speaks of what should be there, so that it is still
    seen as drift.

    Raises:
        AccessDenied: a secret that goes there in plain cannot be opened here.
    """
    files, name = rendering.needed_files(), f"{record.id}-{rendering.wanted[:8]}"
    marker = marker_of(
        rendering,
        target,
        release=name,
        record=record.id,
        commit=wanted.commit,
        fencing=record.fencing,
        time=timestamp(),
    )
    return Release(name, with_kept(rendering, target, files, kept) if kept else files, marker)
