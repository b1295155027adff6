"""Backups in a folder of this machine: private files that are whole or not there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from gmconfig.errors import NotFound
from gmconfig.storage import at_once
from gmconfig.storage.files import PRIVATE, TEMPORARY, make_folders, reported, sync_folder, unlink


class Folder:
    """A folder that only its owner may read."""

    def __init__(self, folder: str) -> None:
        self.place = folder
        self.address = folder

    def names(self, folder: str) -> list[str]:
        """Give the names of the files of a folder, sorted."""
        whole = self._path(folder)
        with reported(whole):
            found = os.listdir(whole) if os.path.isdir(whole) else []
        return sorted(name for name in found if not name.endswith(TEMPORARY))

    def size(self, path: str) -> int | None:
        """Give how long a file is; None where there is none."""
        try:
            return os.path.getsize(self._path(path))
        except OSError:
            return None

    def read(self, path: str) -> bytes:
        """Give a file's bytes."""
        with self.opened(path) as file:
            return file.read()

    @contextmanager
    def opened(self, path: str) -> Iterator[IO[bytes]]:
        """Open a file to be read piece by piece."""
        whole = self._path(path)
        with reported(whole):
            try:
                file = open(whole, "rb", opener=at_once)  # noqa: SIM115  # closed below
            except FileNotFoundError:
                raise NotFound(f'"{whole}" is missing') from None
            with file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise NotFound(f'"{whole}" is not a file, but a pipe or a device')
                yield file

    @contextmanager
    def writing(self, path: str) -> Iterator[IO[bytes]]:
        """Write a file that gets its name when it is whole and safe on disk."""
        whole = self._path(path)
        for made in make_folders(os.path.dirname(whole)):
            os.chmod(made, 0o700)
        temporary = f"{whole}.{os.urandom(6).hex()}{TEMPORARY}"
        try:
            with reported(whole):
                yield from _filled(temporary)
                os.replace(temporary, whole)
                sync_folder(os.path.dirname(whole))
        except BaseException:
            unlink(temporary)
            raise

    def remove(self, path: str) -> None:
        """Remove a file if it is there."""
        whole = self._path(path)
        with reported(whole):
            try:
                os.unlink(whole)
            except FileNotFoundError:
                return

    def sweep(self) -> int:
        """Remove what writers left half-written."""
        left = [
            os.path.join(folder, name)
            for folder, _, names in os.walk(self.place)
            for name in names
            if name.endswith(TEMPORARY)
        ]
        for name in left:
            unlink(name)
        return len(left)

    def _path(self, path: str) -> str:
        return os.path.join(self.place, path)


def _filled(temporary: str) -> Iterator[IO[bytes]]:
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE)
    with open(descriptor, "wb") as file:
        yield file
        file.flush()
        os.fsync(descriptor)
