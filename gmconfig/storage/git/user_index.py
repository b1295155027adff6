"""The user's index, replaced in one step under git's own lock, which is recognised as ours after a crash."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
from typing import TYPE_CHECKING

from gmconfig.errors import Locked, shell_word
from gmconfig.storage.files import read_if_exists, trouble, unlink, write_atomic, write_quickly
from gmconfig.storage.git.index import IndexFile, Signature, signature

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

_WAIT_SECONDS = 10.0
_POLL_SECONDS = 0.005


class UserIndex:
    """The user's index; its copy and the lock's token lie in the record of the commit under way.

    The lock is a hard link to the token (or has its bytes, where there are no links), so whoever finds both
    knows that the lock is gmconfig's.
    """

    def __init__(self, repository: Repository, record: str) -> None:
        self.path = os.path.realpath(repository.index_path)
        self.lock = self.path + ".lock"
        self.next = IndexFile(repository, os.path.join(record, "index"))
        self._token = os.path.join(record, "lock")
        self._seen: Signature = None

    def copy(self) -> IndexFile:
        """Copy the index as it is now, to be changed and then put in its place."""
        self.next.remove()
        self._seen = signature(self.path)
        try:
            shutil.copyfile(self.path, self.next.path)
            shutil.copymode(self.path, self.next.path)
        except FileNotFoundError:
            pass  # nothing was ever staged
        except OSError as error:
            raise trouble(error, self.next.path) from error
        return self.next

    def unchanged(self) -> bool:
        """Whether the index is still what was copied."""
        return signature(self.path) == self._seen

    def was_copied_as(self, seen: Signature) -> bool:
        """Whether what was copied is the index that somebody has looked into before."""
        return seen is not None and seen == self._seen

    def seize(self) -> None:
        """Take git's lock.

        Raises:
            Locked: another git process keeps it.
        """
        write_quickly(self._token, f"gmconfig {os.getpid()} {os.urandom(8).hex()}\n".encode())
        deadline = time.monotonic() + _WAIT_SECONDS
        while not _link(self._token, self.lock):
            if time.monotonic() > deadline:
                raise Locked(
                    f'another git process works in this repository: "{self.lock}" exists',
                    hint=f"if none does, it crashed: rm -f {shell_word(self.lock)}",
                )
            time.sleep(_POLL_SECONDS)

    def replace(self) -> None:
        """Make the copy the index."""
        try:
            os.replace(self.next.path, self.path)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise trouble(error, self.path) from error
            write_atomic(self.path, read_if_exists(self.next.path) or b"")

    def release(self) -> None:
        """Give the lock back, if it is ours."""
        if self._is_ours():
            unlink(self.lock)

    def _is_ours(self) -> bool:
        with contextlib.suppress(OSError):
            return os.path.samefile(self.lock, self._token) or self._same_bytes()
        return False

    def _same_bytes(self) -> bool:
        token = read_if_exists(self._token)
        return bool(token) and token == read_if_exists(self.lock)


def _link(token: str, lock: str) -> bool:
    """Create the lock, with its content, in one step; False if it exists already."""
    try:
        os.link(token, lock)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno in (errno.EROFS, errno.EACCES, errno.ENOSPC):
            raise trouble(error, lock) from error
        return _copy_exclusively(token, lock)
    return True


def _copy_exclusively(token: str, lock: str) -> bool:
    """Do the same where the disk has no hard links, or the index lies on another one."""
    try:
        with open(token, "rb") as source, open(lock, "xb") as target:
            shutil.copyfileobj(source, target)
    except FileExistsError:
        return False
    except OSError as error:
        unlink(lock)
        raise trouble(error, lock) from error
    return True
