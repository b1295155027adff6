"""What a folder and a single file have in common: who may replace them, how they go back, what is pruned."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from gmconfig.errors import Refused
from gmconfig.target.errors import in_words
from gmconfig.target.kind import UNMANAGED
from gmconfig.target.kinds.layout.store import Store, moved_on, not_ours
from gmconfig.target.kinds.layout.taking_up import reload

if TYPE_CHECKING:
    from gmconfig.target.declared import Target
    from gmconfig.target.kind import Live, Release
    from gmconfig.target.kinds.layout.disk import Disk


class Layout(ABC):
    """The releases of one path on a disk, one of them live."""

    copies = 1
    """How often a release lies on the disk while it becomes live."""

    def __init__(self, disk: Disk, path: str, target: Target, *, take_over: bool) -> None:
        self.disk = disk
        self.path = path
        self.target = target
        self.take_over = take_over
        self.store = Store(disk, path, target)

    @abstractmethod
    def read(self) -> Live:
        """Give what is live."""

    @abstractmethod
    def stage(self, release: Release) -> None:
        """Write a release into the store, unless it is live already."""

    @abstractmethod
    def activate(self, release: Release, *, expected: str | None) -> str:
        """Make a staged release live."""

    @abstractmethod
    def _live(self) -> str | None:
        """Give the release that is live, and read no more than that takes."""

    @abstractmethod
    def _put_back(self, live: str | None, to: str | None) -> None:
        """Replace what is live by an earlier release, by what was there before, or by nothing."""

    def check(self, size: int) -> list[str]:
        """Say what applying lacks."""
        lacking = self.disk.lacks(self.store.folder, self.copies * size)
        if not self.take_over and self.read().release == UNMANAGED:
            lacking.append(in_words(not_ours(self.target.name, self.path)))
        return lacking

    def revert(self, to: str | None, *, expected: str | None, fencing: int) -> None:
        """Put back what was live before."""
        if to is None and self.disk.what(self.store.folder) is None:
            return
        self.store.open()
        with self.store.locked():
            live = self._live()
            if live == to:
                return
            self._check(live, expected, fencing, reverting=True)
            if to is not None and not self.store.has(to):
                raise Refused(f'target "{self.target.name}" no longer keeps release "{to}"')
            self.store.note_fencing(fencing)
            self._put_back(live, to)
        reload(self.disk, self.target)

    def prune(self) -> list[str]:
        """Remove old releases."""
        if self.disk.what(self.store.folder) != "folder":
            return []
        with self.store.locked():
            return self.store.prune(self._live())

    def close(self) -> None:
        """Let go of connections."""
        self.disk.close()

    def _check(
        self, live: str | None, expected: str | None, fencing: int, *, reverting: bool = False
    ) -> None:
        marker = self.store.marker(live) if live not in (None, UNMANAGED) else None
        self.store.check_fencing(fencing, marker)
        if live != expected:
            raise moved_on(self.target.name, live, expected)
        if live == UNMANAGED and not (self.take_over or reverting):
            raise not_ours(self.target.name, self.path)

    def _begin(self, release: Release, live: str | None, expected: str | None) -> None:
        """Refuse to make a release live, or write its fencing number down, which comes before the first change."""
        self._check(live, expected, release.marker.fencing)
        if not self.store.has(release.id):
            raise Refused(f'release "{release.id}" is not staged', hint="gmconfig deploy apply")
        self.store.note_fencing(release.marker.fencing)
