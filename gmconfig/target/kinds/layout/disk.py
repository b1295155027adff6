"""What a layout needs of a machine's disk: few operations, each durable or atomic as it says."""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from gmconfig.immutable import Data

LARGEST = 64 * 1024 * 1024
"""What a live file may have; a larger one is not configuration, and is not read."""


class Permissions(Data):
    """How new files and folders are to be: octal mode of files, and `user:group` (None: the writer's)."""

    mode: int
    owner: str | None = None

    @property
    def folder_mode(self) -> int:
        """The files' mode with entering wherever there is reading."""
        return self.mode | (self.mode & 0o444) >> 2


class Found(Data):
    """The plain files of a folder, and the names of everything else in it."""

    files: Mapping[str, bytes]
    strange: Sequence[str] = ()


class Disk(Protocol):
    """One machine's disk. Nothing here follows a symlink in the last part of a path.

    Every method raises GmconfigError where the machine refuses, `Unreachable` where there is no connection.
    """

    def link(self, path: str) -> str | None:
        """Give what a symlink says; None for everything else."""

    def what(self, path: str) -> str | None:
        """Say what is at a path: `folder`, `file`, `link`, `other`; None for nothing."""

    def names(self, path: str) -> list[str]:
        """Give the names in a folder; none where there is no folder."""

    def files(self, path: str) -> Found:
        """Give a folder's plain files, read through one opened folder where the machine can."""

    def read(self, path: str) -> bytes | None:
        """Give a plain file's bytes; None where there is none."""

    def signature(self, path: str) -> str:
        """Give a text that changes when what is at a path does, and says nothing of its content."""

    def make_folders(self, path: str) -> None:
        """Make a folder with its parents, where they are missing."""

    def make_folder(self, path: str, permissions: Permissions) -> None:
        """Make one new folder."""

    def write(self, path: str, content: bytes, permissions: Permissions) -> None:
        """Write a new file, safe on disk; its permissions hold before its content is there."""

    def symlink(self, says: str, path: str) -> None:
        """Make a new symlink."""

    def hard_link(self, path: str, other: str) -> None:
        """Give a file a second name."""

    def rename(self, path: str, new: str) -> None:
        """Move in one step; a file or symlink that is there is replaced."""

    def exchange(self, path: str, other: str) -> bool:
        """Swap two names in one step; False where the machine cannot."""

    def remove(self, path: str) -> None:
        """Remove a file, a symlink or a whole folder, if it is there."""

    def sync(self, folder: str) -> None:
        """Make a folder's names safe on disk."""

    def locked(self, path: str) -> AbstractContextManager[object]:
        """Hold a lock on a file, against everybody who deploys to this place."""

    def lacks(self, folder: str, size: int) -> list[str]:
        """Say, in words, why `size` bytes could not be written below a folder that may not exist yet."""

    def run(self, command: Sequence[str], timeout: float) -> None:
        """Run a command on the machine.

        Raises:
            GmconfigError: it failed or took too long; its last line of errors is in the message.
        """

    def close(self) -> None:
        """Let go of connections."""


def kind_of(mode: int) -> str:
    """Say what a file's mode tells of it: a folder, a file, a link, or something else."""
    for kind, test in (("folder", stat.S_ISDIR), ("file", stat.S_ISREG), ("link", stat.S_ISLNK)):
        if test(mode):
            return kind
    return "other"
