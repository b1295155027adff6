"""A folder or a file of this machine, bound to it where the target names its host."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration
from gmconfig.target import host
from gmconfig.target.errors import Unreachable
from gmconfig.target.kinds.layout.local_disk import LocalDisk
from gmconfig.target.kinds.layout.placed import Placed

if TYPE_CHECKING:
    from gmconfig.target.declared import Target
    from gmconfig.target.kind import Access
    from gmconfig.target.kinds.layout.layout import Layout


class Directory(Placed):
    """The kind that needs nothing else installed."""

    def __init__(self, target: Target, access: Access) -> None:
        place = target.path or target.file
        if place is None:
            hint = "path: /srv/app/config for a folder, or file: /etc/app.yaml"
            raise BrokenConfiguration(f'target "{target.name}" has no path', hint=hint)
        if not os.path.basename(place) or "\0" in place:
            raise BrokenConfiguration(
                f'target "{target.name}": "{place}" is not a place for a folder of ours'
            )
        super().__init__(target, LocalDisk(), place, take_over=access.take_over)
        self.environ = access.environ

    def reached(self) -> Layout:
        """Give the layout, if this is the host where it lies.

        Raises:
            Unreachable: it is another one.
        """
        wanted = self.target.host
        if wanted is None:
            return self.layout
        if not host.is_here(wanted, self.environ):
            raise Unreachable(
                f'target "{self.target.name}" is on host "{wanted}", and this is "{host.here(self.environ)}"',
                hint=f"run it there, as gmconfig deploy agent does, or say who this is: GMCONFIG_HOST={wanted}",
            )
        return self.layout
