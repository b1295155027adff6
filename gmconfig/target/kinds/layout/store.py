"""The releases of one place, kept side by side in a hidden folder beside it.

`/srv/web/.config.gmconfig/` holds a folder a release, with `release.json` (the marker, for the writer alone) and
`files/`; `fencing`, the highest number that was ever at work here; and `lock`.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration, GmconfigError, Refused, UsageError, shell_word
from gmconfig.project.names import is_name
from gmconfig.target import marker as markers
from gmconfig.target.kind import UNMANAGED
from gmconfig.target.kinds.layout.disk import Permissions

if TYPE_CHECKING:
    from gmconfig.target.declared import Target
    from gmconfig.target.kind import Release
    from gmconfig.target.kinds.layout.disk import Disk
    from gmconfig.target.marker import Marker

PRIVATE = Permissions(0o600)
PUBLIC = Permissions(0o644)
_MARKER = "release.json"
_FILES = "files"
_NEW = ".new-"
_DIGITS = 1000  # a longer number was never counted up to
_OWN = ("lock", "fencing", "taking", "current", "next")


class Store:
    """The releases beside `path`, on a disk."""

    def __init__(self, disk: Disk, path: str, target: Target) -> None:
        self.disk = disk
        self.target = target
        self.parent, name = os.path.split(path)
        self.name = f".{name}.gmconfig"
        self.folder = os.path.join(self.parent, self.name)

    # Names

    def place(self, release: str) -> str:
        """Give the folder of a release's files."""
        return os.path.join(self.folder, release, _FILES)

    def link(self, release: str) -> str:
        """Give the target of a symlink beside the store that means a release."""
        return f"{self.name}/{release}/{_FILES}"

    def release_of(self, link: str) -> str | None:
        """Give the release that a symlink beside the store means; None where it means something else."""
        parts = link.split("/")
        if len(parts) == 3 and (parts[0], parts[2]) == (self.name, _FILES) and is_name(parts[1]):
            return parts[1]
        return None

    # Reading

    def marker(self, release: str) -> Marker | None:
        """Give a release's marker; None where there is none, or none that can be read."""
        raw = self.disk.read(os.path.join(self.folder, release, _MARKER))
        if raw is None:
            return None
        try:
            return markers.read(raw)
        except BrokenConfiguration:
            return None

    def has(self, release: str) -> bool:
        """Whether a release is kept."""
        return is_name(release) and self.disk.what(os.path.join(self.folder, release, _FILES)) is not None

    def kept(self) -> list[str]:
        """Give the releases that are kept, the oldest first, without what was there before gmconfig."""
        found = [
            name
            for name in self.disk.names(self.folder)
            if is_name(name) and name[0] != UNMANAGED and name not in _OWN
        ]
        dated = [(marker.fencing, marker.time, name) for name in found if (marker := self.marker(name))]
        return [name for _, _, name in sorted(dated)]

    def fencing(self) -> int:
        """Give the highest fencing number that was ever at work here."""
        raw = self.disk.read(os.path.join(self.folder, "fencing")) or b""
        return int(raw) if raw.strip().isdigit() and len(raw) <= _DIGITS else 0

    # Writing

    def open(self) -> None:
        """Make the store where it is missing.

        Raises:
            Refused: something else has its name, such as a symlink that leads away.
        """
        there = self.disk.what(self.folder)
        if there is None:
            self.disk.make_folders(self.parent)
            self.disk.make_folder(self.folder, PUBLIC)
            self.disk.sync(self.parent)
        elif there != "folder":
            raise Refused(
                f'"{self.folder}" is not a folder, and releases would be kept there',
                hint=f"rm {shell_word(self.folder)}",
            )

    def locked(self) -> AbstractContextManager[object]:
        """Hold this place against everybody else who deploys to it."""
        return self.disk.locked(os.path.join(self.folder, "lock"))

    def stage(self, release: Release) -> None:
        """Write a release whole, under another name until it is safe on disk."""
        check_id(release.id)
        self.open()
        new, final = os.path.join(self.folder, _NEW + release.id), os.path.join(self.folder, release.id)
        self.disk.remove(new)
        try:
            self._write(release, new)
        except GmconfigError:
            self._clear(new)
            raise
        self.disk.remove(final)
        self.disk.rename(new, final)
        self.disk.sync(self.folder)

    def _clear(self, folder: str) -> None:
        """Leave nothing on a full disk; what cannot be removed now, the next run removes."""
        with suppress(GmconfigError):
            self.disk.remove(folder)

    def _write(self, release: Release, folder: str) -> None:
        self.disk.make_folder(folder, PUBLIC)
        self._write_files(release, os.path.join(folder, _FILES))
        self.disk.write(os.path.join(folder, _MARKER), release.marker.text(), PRIVATE)
        self.disk.sync(folder)

    def _write_files(self, release: Release, folder: str) -> None:
        permissions = self.permissions(release.marker)
        self.disk.make_folder(folder, permissions)
        for name, content in release.files.items():
            check_file(name)
            self.disk.write(os.path.join(folder, name), content, permissions)
        self.disk.sync(folder)

    def permissions(self, marker: Marker | None) -> Permissions:
        """Give what a release's files get: what the target says, else nobody but us reads plain secrets."""
        has_secrets = marker is None or (self.target.secrets == "plain" and bool(marker.secrets))
        usual = 0o600 if has_secrets else 0o644
        return Permissions(usual if self.target.mode is None else self.target.mode, self.target.owner)

    def check_fencing(self, fencing: int, live: Marker | None) -> None:
        """Refuse whoever was overtaken.

        Raises:
            Refused: somebody with a higher number was here.
        """
        highest = max(self.fencing(), live.fencing if live else 0)
        if fencing < highest:
            raise overtaken(self.target.name, fencing, highest)

    def note_fencing(self, fencing: int) -> None:
        """Write the number down before anything changes."""
        if fencing > self.fencing():
            self.replace("fencing", f"{fencing}\n".encode())

    def replace(self, name: str, content: bytes) -> None:
        """Replace one of the store's own small files in one step."""
        new, path = os.path.join(self.folder, f".new-{name}"), os.path.join(self.folder, name)
        self.disk.remove(new)
        self.disk.write(new, content, PRIVATE)
        self.disk.rename(new, path)
        self.disk.sync(self.folder)

    def prune(self, live: str | None) -> list[str]:
        """Remove releases beyond those to keep, never the live one, and what an interrupted run left."""
        kept = [name for name in self.kept() if name != live]
        most = max(self.target.keep - 1, 0)
        old = kept[: len(kept) - most] if len(kept) > most else []
        left = [name for name in self.disk.names(self.folder) if name.startswith(_NEW)]
        for name in [*old, *left]:
            self.disk.remove(os.path.join(self.folder, name))
        return old


def check_id(release: str) -> None:
    """Refuse a release's name that could leave the store, or is taken for something else."""
    if not is_name(release) or release.startswith(UNMANAGED) or release in _OWN:
        raise UsageError(f'"{release}" cannot name a release')


def check_file(name: str) -> None:
    """Refuse a file's name that could leave its folder."""
    if not name or name in (".", "..") or "/" in name or "\0" in name:
        raise UsageError(f'"{name}" cannot name a file of a release')


def overtaken(target: str, fencing: int, highest: int) -> Refused:
    """Say that somebody newer was at work."""
    return Refused(
        f'target "{target}": a newer deployment was here ({highest}, this one is {fencing})',
        hint="gmconfig deploy status",
    )


def moved_on(target: str, live: str | None, expected: str | None) -> Refused:
    """Say that something else is live than was expected."""
    now, then = live or "nothing", expected or "nothing"
    return Refused(
        f'target "{target}" has {now} live, and had {then} when this was planned',
        hint="plan again: gmconfig deploy plan",
    )


def not_ours(target: str, path: str) -> Refused:
    """Say that something is in the way that gmconfig did not put there."""
    return Refused(
        f'target "{target}": "{path}" exists, and gmconfig did not put it there',
        hint="gmconfig deploy apply --take-over, which keeps it as release 0",
    )
