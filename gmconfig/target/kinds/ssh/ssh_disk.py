"""A host's disk over SFTP; what SFTP has no words for (owners, locks, syncing folders) is a command there."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Coroutine, Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from gmconfig.errors import GmconfigError, Locked
from gmconfig.target.command import failure
from gmconfig.target.kinds.layout.disk import LARGEST, Found, Permissions, kind_of
from gmconfig.target.kinds.ssh.shell import ran

if TYPE_CHECKING:
    import asyncssh

    from gmconfig.target.kinds.ssh.connection import Connection
    from gmconfig.target.kinds.ssh.shell import Done, Shell

T = TypeVar("T")
_LOCK_SECONDS = 30


class SshDisk:
    """The disk of another host."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def link(self, path: str) -> str | None:
        """Give what a symlink says."""
        if self.what(path) != "link":
            return None
        found = self.connection.sftp(path, lambda sftp: sftp.readlink(path))
        return str(found)

    def what(self, path: str) -> str | None:
        """Say what is at a path."""
        attributes = self.connection.sftp(path, lambda sftp: _attributes(sftp, path))
        return None if attributes is None else kind_of(attributes.permissions or 0)

    def names(self, path: str) -> list[str]:
        """Give the names in a folder."""
        return sorted(_name(entry) for entry in self.connection.sftp(path, lambda sftp: _listed(sftp, path)))

    def files(self, path: str) -> Found:
        """Give a folder's plain files."""
        return self.connection.sftp(path, lambda sftp: _files(sftp, path))

    def read(self, path: str) -> bytes | None:
        """Give a plain file's bytes."""
        return self.connection.sftp(path, lambda sftp: _content(sftp, path))

    def signature(self, path: str) -> str:
        """Give what the host says of everything at and below a path but its content."""
        return self.connection.sftp(path, lambda sftp: _signature(sftp, path))

    def make_folders(self, path: str) -> None:
        """Make a folder with its parents."""
        self.connection.sftp(path, lambda sftp: sftp.makedirs(path, exist_ok=True))

    def make_folder(self, path: str, permissions: Permissions) -> None:
        """Make one new folder."""
        self.connection.sftp(path, lambda sftp: sftp.mkdir(path, _mode(0o700)))
        self._give(path, permissions.owner)
        self.connection.sftp(path, lambda sftp: sftp.chmod(path, permissions.folder_mode))

    def write(self, path: str, content: bytes, permissions: Permissions) -> None:
        """Write a new file."""
        self.connection.sftp(path, lambda sftp: _create(sftp, path))
        self._give(path, permissions.owner)
        self.connection.sftp(path, lambda sftp: _fill(sftp, path, content, permissions.mode))

    def symlink(self, says: str, path: str) -> None:
        """Make a new symlink."""
        self.connection.sftp(path, lambda sftp: sftp.symlink(says, path))

    def hard_link(self, path: str, other: str) -> None:
        """Give a file a second name."""
        self.connection.sftp(other, lambda sftp: sftp.link(path, other))

    def rename(self, path: str, new: str) -> None:
        """Move in one step."""
        self.connection.sftp(new, lambda sftp: sftp.posix_rename(path, new))

    def exchange(self, path: str, other: str) -> bool:  # noqa: ARG002  # as every disk
        """SFTP swaps no names."""
        return False

    def remove(self, path: str) -> None:
        """Remove what is there."""
        there = self.what(path)
        if there == "folder":
            self.connection.sftp(path, lambda sftp: sftp.rmtree(path))
        elif there is not None:
            self.connection.sftp(path, lambda sftp: sftp.remove(path))

    def sync(self, folder: str) -> None:
        """Make a folder's names safe on disk; a host without `sync` does so in its own time."""
        self._say(["sync", "--", folder])

    @contextlib.contextmanager
    def locked(self, path: str) -> Iterator[None]:
        """Hold the same lock as a process of that host; it dies with the connection.

        Raises:
            Locked: somebody else kept it.
            GmconfigError: the host has no `flock`.
        """
        done = self._shell(lambda shell: shell.lock(path, _LOCK_SECONDS), _LOCK_SECONDS + 10)
        if done.code == 1 and not done.output:
            raise Locked("another gmconfig is at work there", hint="wait until it has finished")
        if done.code:
            raise GmconfigError(failure(["flock"], done.code, done.output))
        try:
            yield
        finally:
            with contextlib.suppress(GmconfigError):
                self._shell(lambda shell: shell.unlock(), 10)

    def lacks(self, folder: str, size: int) -> list[str]:
        """Say why it could not be written there."""
        there = folder
        while self.what(there) is None and there != os.path.dirname(there):
            there = os.path.dirname(there)
        room = self.connection.sftp(there, lambda sftp: sftp.statvfs(there))
        free, lacking = room.bavail * room.frsize, []
        host = self.connection.address.host
        if self._say(["test", "-w", there]).code:
            lacking.append(f'"{there}" on {host} cannot be written')
        if free < size:
            lacking.append(f'"{there}" on {host} has {free:,} bytes left, and {size:,} are needed')
        return lacking

    def run(self, command: Sequence[str], timeout: float) -> None:
        """Run a command there, in a session of its own that ends with it."""
        try:
            done = self.connection.shell(lambda connection: ran(connection, command), timeout)
        except TimeoutError:
            raise GmconfigError(f'"{command[0]}" took longer than {timeout:g} seconds') from None
        if done.code:
            raise GmconfigError(failure(command, done.code, done.output))

    def close(self) -> None:
        """Hang up."""
        self.connection.close()

    def _say(self, command: Sequence[str]) -> Done:
        return self._shell(lambda shell: shell.run(command), self.connection.target.timeout)

    def _shell(self, work: Callable[[Shell], Coroutine[Any, Any, T]], seconds: float) -> T:
        return self.connection.command(work, seconds)

    def _give(self, path: str, owner: str | None) -> None:
        if owner is not None:
            done = self._say(["chown", "-h", "--", owner, path])
            if done.code:
                raise GmconfigError(failure(["chown", owner], done.code, done.output))


async def _attributes(sftp: asyncssh.SFTPClient, path: str) -> asyncssh.SFTPAttrs | None:
    import asyncssh

    try:
        return await sftp.lstat(path)
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
        return None


async def _listed(sftp: asyncssh.SFTPClient, path: str) -> list[Any]:
    import asyncssh

    try:
        entries = await sftp.readdir(path)
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
        return []
    return [entry for entry in entries if _name(entry) not in (".", "..")]


async def _files(sftp: asyncssh.SFTPClient, path: str) -> Found:
    entries = await _listed(sftp, path)
    plain = sorted(_name(one) for one in entries if kind_of(one.attrs.permissions or 0) == "file")
    contents = await asyncio.gather(*(_content(sftp, f"{path}/{name}") for name in plain))
    files = {name: content for name, content in zip(plain, contents, strict=True) if content is not None}
    return Found(files, sorted({_name(one) for one in entries} - set(files)))


async def _content(sftp: asyncssh.SFTPClient, path: str) -> bytes | None:
    attributes = await _attributes(sftp, path)
    if (
        attributes is None
        or kind_of(attributes.permissions or 0) != "file"
        or (attributes.size or 0) > LARGEST
    ):
        return None
    async with sftp.open(path, "rb") as file:
        return _bytes(await file.read())


async def _signature(sftp: asyncssh.SFTPClient, path: str) -> str:
    attributes = await _attributes(sftp, path)
    if attributes is None:
        return ""
    digest = sha256(repr(_stamp(attributes)).encode())
    if kind_of(attributes.permissions or 0) == "folder":
        for entry in sorted(await _listed(sftp, path), key=_name):
            digest.update(_name(entry).encode("utf-8", "surrogateescape"))
            digest.update((await _signature(sftp, f"{path}/{_name(entry)}")).encode())
    return digest.hexdigest()


async def _create(sftp: asyncssh.SFTPClient, path: str) -> None:
    async with sftp.open(path, "xb", _mode(0o600)):
        pass


async def _fill(sftp: asyncssh.SFTPClient, path: str, content: bytes, mode: int) -> None:
    import asyncssh

    async with sftp.open(path, "r+b") as file:
        await file.write(content)
        await file.chmod(mode)
        with contextlib.suppress(asyncssh.SFTPOpUnsupported):
            await file.fsync()


def _mode(mode: int) -> asyncssh.SFTPAttrs:
    import asyncssh

    return asyncssh.SFTPAttrs(permissions=mode)


def _name(entry: Any) -> str:
    name = entry.filename
    return name if isinstance(name, str) else bytes(name).decode("utf-8", "surrogateescape")


def _stamp(attributes: asyncssh.SFTPAttrs) -> tuple[Any, ...]:
    return attributes.permissions, attributes.size, attributes.mtime, attributes.uid, attributes.gid


def _bytes(output: Any) -> bytes:
    return output.encode() if isinstance(output, str) else bytes(output or b"")
