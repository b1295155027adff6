"""Where backups are kept: a folder of this machine, or whatever fsspec reaches by a URL."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    pass


class Store(Protocol):
    """Files by path; a path is `folder/name`. Every method may raise GmconfigError: what the place refused."""

    @property
    def place(self) -> str:
        """Where it is, for people; never with a password."""

    @property
    def address(self) -> str:
        """Where it is, to be opened again."""

    def names(self, folder: str) -> list[str]:
        """Give the names of the files of a folder, sorted; half-written ones are not among them."""

    def size(self, path: str) -> int | None:
        """Give how long a file is; None where there is none."""

    def read(self, path: str) -> bytes:
        """Give a file's bytes.

        Raises:
            NotFound: there is none.
        """

    def opened(self, path: str) -> AbstractContextManager[IO[bytes]]:
        """Open a file to be read piece by piece."""

    def writing(self, path: str) -> AbstractContextManager[IO[bytes]]:
        """Write a file under another name, which it loses when the block ends well; else nothing is left."""

    def remove(self, path: str) -> None:
        """Remove a file if it is there."""

    def sweep(self) -> int:
        """Remove what writers left half-written; give how many. Only for whoever is alone there."""


def is_url(place: str) -> bool:
    """Whether a place is not a folder of this machine."""
    return "://" in place or place.startswith("memory:")


def open_store(place: str) -> Store:
    """Open a destination.

    Raises:
        GmconfigError: the package that reaches it is not installed, or it cannot be reached.
    """
    if is_url(place):
        from gmconfig.backup.remote import Remote

        return Remote(place)
    from gmconfig.backup.folder import Folder

    home = os.environ.get("HOME", "~")
    expanded = home + place[1:] if place == "~" or place.startswith("~/") else place
    return Folder(os.path.abspath(expanded))
