"""A folder that is replaced whole: the path is a symlink to the live release, and flips in one step."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError
from gmconfig.target.kind import UNMANAGED, Live
from gmconfig.target.kinds.layout.layout import Layout
from gmconfig.target.kinds.layout.store import PUBLIC, check_id
from gmconfig.target.kinds.layout.taking_up import reload
from gmconfig.target.marker import files_digest

if TYPE_CHECKING:
    from gmconfig.target.kind import Release


class Folder(Layout):
    """The layout of a target with a `path:`."""

    def read(self) -> Live:
        """Give what is live, read through one look at the symlink: whatever flips later, it is one release."""
        link = self.disk.link(self.path)
        release = self.store.release_of(link) if link is not None else None
        if release is None:
            return self._unmanaged(link)
        found = self.disk.files(self.store.place(release))
        marker = self.store.marker(release)
        if marker is None and self.disk.link(self.path) != link:
            return self.read()  # it flipped, and what we were reading was pruned
        problem = f"no plain files: {', '.join(found.strange)}" if found.strange else None
        if marker is None:
            digest = self.disk.signature(self.store.place(release))
            return Live(
                release, found.files, None, False, digest, problem or "its marker is missing or damaged"
            )
        digest = files_digest(marker.key, found.files)
        untouched = digest == marker.live and not found.strange
        return Live(release, found.files, marker, untouched, digest, problem)

    def _unmanaged(self, link: str | None) -> Live:
        there = self.disk.what(self.path)
        if there is None:
            return Live(UNMANAGED, {}, digest="taken") if self._is_half_taken() else Live()
        signature = self.disk.signature(self.path)
        if there != "folder":
            said = f"a symlink to {link}" if link is not None else "no folder"
            return Live(UNMANAGED, {}, digest=signature, problem=f'"{self.path}" is {said}')
        return Live(UNMANAGED, self.disk.files(self.path).files, digest=signature)

    def stage(self, release: Release) -> None:
        """Write a release into the store, unless it is live already."""
        if self._live() != release.id:
            self.store.stage(release)

    def activate(self, release: Release, *, expected: str | None) -> str:
        """Flip to a staged release."""
        check_id(release.id)
        self.store.open()
        with self.store.locked():
            live = self._live()
            if live != release.id:
                self._begin(release, live, expected)
                self._flip(live, release.id)
        reload(self.disk, self.target)
        return release.id

    def _live(self) -> str | None:
        link = self.disk.link(self.path)
        release = self.store.release_of(link) if link is not None else None
        if release is not None:
            return release
        return UNMANAGED if self.disk.what(self.path) is not None or self._is_half_taken() else None

    def _flip(self, live: str | None, release: str) -> None:
        if live == UNMANAGED:
            self._take_over(release)
            return
        new = os.path.join(self.store.folder, ".new-link")
        self.disk.remove(new)
        self.disk.symlink(self.store.link(release), new)
        self.disk.sync(self.store.folder)
        try:
            self.disk.rename(new, self.path)
        except GmconfigError:
            with suppress(GmconfigError):  # why it could not be is what counts
                self.disk.remove(new)
            raise
        self.disk.sync(self.store.parent)

    def _take_over(self, release: str) -> None:
        """Swap what was there with the symlink: it becomes release 0, and the path is never missing."""
        kept = self.store.place(UNMANAGED)
        if not self._is_half_taken():
            self._make_room()
            self.disk.make_folder(os.path.dirname(kept), PUBLIC)
            self.disk.symlink(self.store.link(release), kept)
            if self.disk.exchange(kept, self.path):
                self.disk.sync(self.store.parent)
                return
            # This disk cannot swap: for a moment the path is missing. The note says so if we die in it.
            self.disk.remove(kept)
            self.store.replace("taking", b"")
            self.disk.rename(self.path, kept)
        self._flip(None, release)
        self.disk.remove(os.path.join(self.store.folder, "taking"))

    def _make_room(self) -> None:
        """Give what was kept as release 0 before another name; it stays for people to look at."""
        kept = os.path.dirname(self.store.place(UNMANAGED))
        if self.disk.what(self.store.place(UNMANAGED)) == "link":  # a run that died before it swapped
            self.disk.remove(kept)
        if self.disk.what(kept) is not None:
            number = sum(name.startswith("0-") for name in self.disk.names(self.store.folder)) + 1
            self.disk.rename(kept, f"{kept}-{number}")

    def _is_half_taken(self) -> bool:
        note = os.path.join(self.store.folder, "taking")
        return self.disk.what(self.path) is None and self.disk.what(note) is not None

    def _put_back(self, live: str | None, to: str | None) -> None:
        if to is None:
            self.disk.remove(self.path)
        elif to != UNMANAGED:
            self._flip(None if live == UNMANAGED else live, to)
            return
        else:
            kept = self.store.place(UNMANAGED)
            if not self.disk.exchange(kept, self.path):
                self.disk.remove(self.path)
                self.disk.rename(kept, self.path)
            self.disk.remove(os.path.dirname(kept))
            self.disk.remove(os.path.join(self.store.folder, "taking"))
        self.disk.sync(self.store.parent)
