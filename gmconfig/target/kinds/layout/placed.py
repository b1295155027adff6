"""What kinds of target are that keep their releases on a disk: they choose the layout, and it does the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.target.kinds.layout.folder import Folder
from gmconfig.target.kinds.layout.single import SingleFile

if TYPE_CHECKING:
    from gmconfig.target.declared import Target
    from gmconfig.target.kind import Live, Release
    from gmconfig.target.kinds.layout.disk import Disk
    from gmconfig.target.kinds.layout.layout import Layout


class Placed:
    """One target on a disk; `reached` says whether it may be asked from here."""

    def __init__(self, target: Target, disk: Disk, place: str, *, take_over: bool) -> None:
        layout = Folder if target.path else SingleFile
        self.target = target
        self.layout: Layout = layout(disk, place, target, take_over=take_over)

    def reached(self) -> Layout:
        """Give the layout, once it is sure that this is where it lies."""
        return self.layout

    def read(self) -> Live:
        """Give what is live."""
        return self.reached().read()

    def fencing(self) -> int:
        """Give the highest fencing number that was ever at work there."""
        return self.reached().store.fencing()

    def check(self, size: int) -> list[str]:
        """Say what applying lacks."""
        return self.reached().check(size)

    def stage(self, release: Release) -> None:
        """Write a release beside the live one."""
        self.reached().stage(release)

    def activate(self, release: Release, *, expected: str | None) -> str:
        """Make a staged release live."""
        return self.reached().activate(release, expected=expected)

    def revert(self, to: str | None, *, expected: str | None, fencing: int) -> None:
        """Put back what was live before."""
        self.reached().revert(to, expected=expected, fencing=fencing)

    def prune(self) -> list[str]:
        """Remove old releases."""
        return self.reached().prune()

    def close(self) -> None:
        """Let go of connections."""
        self.layout.close()
