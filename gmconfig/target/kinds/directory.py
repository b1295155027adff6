"""A folder or a file of this machine, bound to it where the target names its host."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration
from gmconfig.target.errors import Unreachable
from gmconfig.target.kinds.layout.folder import Folder
from gmconfig.target.kinds.layout.local_disk import LocalDisk
from gmconfig.target.kinds.layout.single import SingleFile

if TYPE_CHECKING:
    from gmconfig.target.declared import Target
    from gmconfig.target.kind import Access, Live, Release


class Directory:
    """The kind that needs nothing else installed."""

    def __init__(self, target: Target, access: Access) -> None:
        self.target = target
        self.host = access.environ.get("GMCONFIG_HOST") or socket.gethostname()
        self._layout = layout_of(target, access)

    @property
    def layout(self) -> Folder | SingleFile:
        """The layout, if this is the host where it is.

        Raises:
            Unreachable: it is another one.
        """
        wanted = self.target.host
        if wanted is not None and wanted not in (self.host, self.host.partition(".")[0]):
            raise Unreachable(
                f'target "{self.target.name}" is on host "{wanted}", and this is "{self.host}"',
                hint=f"run it there, as gmconfig deploy agent does, or say who this is: GMCONFIG_HOST={wanted}",
            )
        return self._layout

    def read(self) -> Live:
        """Give what is live."""
        return self.layout.read()

    def check(self, size: int) -> list[str]:
        """Say what applying lacks."""
        return self.layout.check(size)

    def stage(self, release: Release) -> None:
        """Write a release beside the live one."""
        self.layout.stage(release)

    def activate(self, release: Release, *, expected: str | None) -> str:
        """Make a staged release live."""
        return self.layout.activate(release, expected=expected)

    def revert(self, to: str | None, *, expected: str | None, fencing: int) -> None:
        """Put back what was live before."""
        self.layout.revert(to, expected=expected, fencing=fencing)

    def prune(self) -> list[str]:
        """Remove old releases."""
        return self.layout.prune()

    def close(self) -> None:
        """Nothing is held."""


def layout_of(target: Target, access: Access) -> Folder | SingleFile:
    """Give the layout that a target on this machine asks for.

    Raises:
        BrokenConfiguration: it says neither a path nor a file, or one that is no place.
    """
    place = target.path or target.file
    if place is None:
        hint = "path: /srv/app/config for a folder, or file: /etc/app.yaml"
        raise BrokenConfiguration(f'target "{target.name}" has no path', hint=hint)
    if not os.path.basename(place) or "\0" in place:
        raise BrokenConfiguration(f'target "{target.name}": "{place}" is no place for a folder of ours')
    layout = Folder if target.path else SingleFile
    return layout(LocalDisk(), place, target, take_over=access.take_over)
