"""This machine's disk."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Sequence

from gmconfig.errors import GmconfigError
from gmconfig.storage.files import make_folders, reported, sync_folder
from gmconfig.storage.lock import Lock
from gmconfig.target.kinds.layout.disk import LARGEST, Found, Permissions, kind_of

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOTHING = (errno.ENOENT, errno.ENOTDIR)


class LocalDisk:
    """The disk of the machine that this process runs on."""

    def link(self, path: str) -> str | None:
        """Give what a symlink says; None for everything else."""
        try:
            return os.readlink(path)
        except OSError as error:
            if error.errno in (errno.EINVAL, *_NOTHING):
                return None
            with reported(path):
                raise

    def what(self, path: str) -> str | None:
        """Say what is at a path."""
        status = _status(path)
        return None if status is None else kind_of(status.st_mode)

    def names(self, path: str) -> list[str]:
        """Give the names in a folder."""
        with reported(path):
            try:
                return sorted(os.listdir(path))
            except FileNotFoundError:
                return []

    def files(self, path: str) -> Found:
        """Give a folder's plain files, read through one opened folder."""
        with reported(path):
            try:
                folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            except FileNotFoundError:
                return Found({})
            try:
                return _files(folder)
            finally:
                os.close(folder)

    def read(self, path: str) -> bytes | None:
        """Give a plain file's bytes."""
        with reported(path):
            try:
                return _content(path, None)
            except (FileNotFoundError, NotADirectoryError):
                return None

    def signature(self, path: str) -> str:
        """Give the stat signatures of what is at a path and, for a folder, of all below it."""
        from hashlib import sha256

        digest = sha256(repr(_stamp(path)).encode())
        for folder, folders, files in os.walk(path):
            folders.sort()
            for name in sorted([*files, *folders]):
                digest.update(repr((name, _stamp(os.path.join(folder, name)))).encode())
        return digest.hexdigest()

    def make_folders(self, path: str) -> None:
        """Make a folder with its parents."""
        make_folders(path)

    def make_folder(self, path: str, permissions: Permissions) -> None:
        """Make one new folder."""
        with reported(path):
            os.mkdir(path, 0o700)
            _chown(path, permissions.owner)
            os.chmod(path, permissions.folder_mode)

    def write(self, path: str, content: bytes, permissions: Permissions) -> None:
        """Write a new file."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with reported(path):
            descriptor = os.open(path, flags, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                _chown(descriptor, permissions.owner)
                os.fchmod(descriptor, permissions.mode)
                file.write(content)
                file.flush()
                os.fsync(descriptor)

    def symlink(self, says: str, path: str) -> None:
        """Make a new symlink."""
        with reported(path):
            os.symlink(says, path)

    def hard_link(self, path: str, other: str) -> None:
        """Give a file a second name."""
        with reported(other):
            os.link(path, other, follow_symlinks=False)

    def rename(self, path: str, new: str) -> None:
        """Move in one step."""
        with reported(new):
            os.rename(path, new)

    def exchange(self, path: str, other: str) -> bool:
        """Swap two names in one step."""
        from gmconfig.target.kinds.layout.exchange import exchange

        with reported(other):
            return exchange(path, other)

    def remove(self, path: str) -> None:
        """Remove what is there."""
        with reported(path):
            if self.what(path) == "folder":
                from shutil import rmtree

                rmtree(path)
            else:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(path)

    def sync(self, folder: str) -> None:
        """Make a folder's names safe on disk."""
        with reported(folder):
            sync_folder(folder)

    def locked(self, path: str) -> Lock:
        """Hold a lock that dies with us."""
        return Lock(path)

    def lacks(self, folder: str, size: int) -> list[str]:
        """Say why it could not be written there."""
        there = folder
        while not os.path.isdir(there) and there != os.path.dirname(there):
            there = os.path.dirname(there)
        with reported(there):
            room = os.statvfs(there)
        free = room.f_bavail * room.f_frsize
        lacking = []
        if not os.access(there, os.W_OK | os.X_OK) or room.f_flag & os.ST_RDONLY:
            lacking.append(f'"{there}" cannot be written')
        if free < size:
            lacking.append(f'"{there}" has {free:,} bytes left, and {size:,} are needed')
        return lacking

    def run(self, command: Sequence[str], timeout: float) -> None:
        """Run a command."""
        from gmconfig.target.command import run

        problem = run(command, timeout=timeout)
        if problem:
            raise GmconfigError(problem)

    def close(self) -> None:
        """Nothing is held."""


def _files(folder: int) -> Found:
    files: dict[str, bytes] = {}
    strange: list[str] = []
    for name in sorted(os.listdir(folder)):
        try:
            content = _content(name, folder)
        except FileNotFoundError:
            continue
        if content is None:
            strange.append(name)
        else:
            files[name] = content
    return Found(files, sorted(strange))


def _content(path: str, folder: int | None) -> bytes | None:
    """Give a plain file's bytes; None for a symlink, a folder, a pipe, and what is far too large."""
    try:
        descriptor = os.open(path, _READ, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            return None
        raise
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
            return None
        return _all(descriptor, status.st_size)
    finally:
        os.close(descriptor)


def _all(descriptor: int, size: int) -> bytes:
    """Read to the end; in one go, unless the file grows under us."""
    content = os.read(descriptor, size + 1)
    while len(content) > size and (more := os.read(descriptor, 1 << 20)):
        content += more
    return content


def _status(path: str) -> os.stat_result | None:
    with reported(path):
        try:
            return os.lstat(path)
        except OSError as error:
            if error.errno in _NOTHING:
                return None
            raise


def _stamp(path: str) -> tuple[int, ...]:
    status = _status(path)
    if status is None:
        return ()
    return status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _chown(place: str | int, owner: str | None) -> None:
    if owner is None:
        return
    user, _, group = owner.partition(":")
    try:
        uid, gid = _uid(user), _gid(group)
    except KeyError:
        raise GmconfigError(
            f'no user or group named "{owner}" on this host', hint="owner: user:group"
        ) from None
    os.chown(place, uid, gid)


def _uid(user: str) -> int:
    from pwd import getpwnam

    return int(user) if _is_id(user) else getpwnam(user).pw_uid if user else -1


def _gid(group: str) -> int:
    from grp import getgrnam

    return int(group) if _is_id(group) else getgrnam(group).gr_gid if group else -1


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(2**32))
