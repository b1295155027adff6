"""A single file that is replaced in place: its releases are copies in the store, and two notes say which is live.

`next` is written before the file is replaced and becomes `current` after it: whichever of the two fits the
file is the live one, wherever a run died.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gmconfig.errors import Refused, UsageError
from gmconfig.target.formats import file_name
from gmconfig.target.kind import UNMANAGED, Live
from gmconfig.target.kinds.layout.layout import Layout
from gmconfig.target.kinds.layout.store import PUBLIC, check_id
from gmconfig.target.kinds.layout.taking_up import reload
from gmconfig.target.marker import files_digest

if TYPE_CHECKING:
    from gmconfig.target.declared import Target
    from gmconfig.target.kind import Release
    from gmconfig.target.kinds.layout.disk import Disk, Permissions
    from gmconfig.target.marker import Marker


class SingleFile(Layout):
    """The layout of a target with a `file:`."""

    copies = 2

    def __init__(self, disk: Disk, path: str, target: Target, *, take_over: bool) -> None:
        super().__init__(disk, path, target, take_over=take_over)
        self.name = file_name(target.documents[0], target.format)

    def read(self) -> Live:
        """Give what is live."""
        content = self.disk.read(self.path)
        files = {} if content is None else {self.name: content}
        release, marker = self._noted(files)
        if release is None:
            return self._unmanaged(files)
        if marker is None:
            digest = self.disk.signature(self.path)
            return Live(release, files, None, False, digest, "its marker is missing or damaged")
        digest = files_digest(marker.key, files)
        return Live(release, files, marker, digest == marker.live, digest, self._problem(files))

    def _unmanaged(self, files: dict[str, bytes]) -> Live:
        if self.disk.what(self.path) is None:
            return Live()
        return Live(UNMANAGED, files, digest=self.disk.signature(self.path), problem=self._problem(files))

    def _problem(self, files: dict[str, bytes]) -> str | None:
        if files:
            return None
        there = self.disk.what(self.path)
        return f'"{self.path}" is {"gone" if there is None else "no plain file"}'

    def _noted(self, files: dict[str, bytes]) -> tuple[str | None, Marker | None]:
        """Give the release that the notes and the file agree on; where the file was edited, the current one."""
        current = self._note("current")
        coming = self._note("next")
        if coming is not None and coming != current:
            marker = self.store.marker(coming)
            if marker is not None and marker.fits(files):
                return coming, marker
        return (None, None) if current is None else (current, self.store.marker(current))

    def _note(self, name: str) -> str | None:
        raw = self.disk.read(os.path.join(self.store.folder, name))
        text = "" if raw is None else raw.decode("utf-8", "replace").strip()
        return text if text and self.store.has(text) else None

    def stage(self, release: Release) -> None:
        """Write a release into the store, unless it is live already."""
        if list(release.files) != [self.name]:
            raise UsageError(f'target "{self.target.name}" takes one file, {self.name}')
        if self.read().release != release.id:
            self.store.stage(release)

    def activate(self, release: Release, *, expected: str | None) -> str:
        """Replace the file by a staged one."""
        check_id(release.id)
        self.store.open()
        with self.store.locked():
            live = self.read()
            if live.release != release.id or not live.untouched:
                is_edited = live.release == release.id
                self._begin(release, live.release, release.id if is_edited else expected)
                if live.release == UNMANAGED:
                    self._keep()
                self._replace(release.id, self.store.permissions(release.marker))
        reload(self.disk, self.target)
        return release.id

    def _live(self) -> str | None:
        return self.read().release

    def _keep(self) -> None:
        """Give what was there a second name in the store, with its owner and permissions: release 0."""
        kept = self.store.place(UNMANAGED)
        self.disk.remove(os.path.dirname(kept))
        self.disk.make_folder(os.path.dirname(kept), PUBLIC)
        self.disk.hard_link(self.path, kept)
        self.disk.sync(os.path.dirname(kept))

    def _replace(self, release: str, permissions: Permissions) -> None:
        content = self.disk.read(os.path.join(self.store.place(release), self.name))
        if content is None:
            raise Refused(f'release "{release}" of target "{self.target.name}" is damaged')
        new = os.path.join(self.store.folder, ".new-file")
        self.disk.remove(new)
        self.disk.write(new, content, permissions)
        self.store.replace("next", release.encode())
        self.disk.rename(new, self.path)
        self.disk.sync(self.store.parent)
        self.store.replace("current", release.encode())
        self.disk.remove(os.path.join(self.store.folder, "next"))

    def _put_back(self, live: str | None, to: str | None) -> None:  # noqa: ARG002  # whatever is live, it goes
        if to is not None and to != UNMANAGED:
            self._replace(to, self.store.permissions(self.store.marker(to)))
            return
        if to is None:
            self.disk.remove(self.path)
        else:
            self.disk.rename(self.store.place(UNMANAGED), self.path)
            self.disk.remove(os.path.dirname(self.store.place(UNMANAGED)))
        self.disk.sync(self.store.parent)
        for note in ("current", "next"):
            self.disk.remove(os.path.join(self.store.folder, note))
