"""One connection to one host: made when it is first needed, its failures in our words."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from gmconfig.errors import BrokenConfiguration, GmconfigError
from gmconfig.target.errors import Unreachable
from gmconfig.target.kinds.ssh.loop import wait_for
from gmconfig.target.kinds.ssh.shell import Shell

if TYPE_CHECKING:
    import asyncssh

    from gmconfig.target.declared import Target

T = TypeVar("T")


class Address(NamedTuple):
    """Where to connect: `user@host:port`."""

    host: str
    port: int | None
    user: str | None

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read it; `[::1]:22` is an address of IPv6.

        Raises:
            BrokenConfiguration: it is not one.
        """
        user, _, place = text.rpartition("@")
        host, colon, port = place.rpartition(":")
        if not colon or not _is_port(port) or (":" in host and not host.startswith("[")):
            host, port = place, ""
        host = host.strip("[]")
        if not host or host.startswith("-") or any(char <= " " for char in text):
            raise BrokenConfiguration(f'"{text}" is not a host to connect to', hint="host: user@host:port")
        return cls(host, int(port) if port else None, user or None)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len("65535")


class Connection:
    """A connection with its SFTP session."""

    def __init__(self, target: Target, root: str) -> None:
        self.target = target
        self.address = Address.parse(target.host or "")
        self._root = root
        self._connection: asyncssh.SSHClientConnection | None = None
        self._sftp: asyncssh.SFTPClient | None = None
        self._shell: Shell | None = None

    def sftp(self, path: str, work: Callable[[asyncssh.SFTPClient], Coroutine[Any, Any, T]]) -> T:
        """Do something with files; `path` is what it is about.

        Raises:
            Unreachable: the host does not answer, or is not who it should be.
            GmconfigError: the host refused.
        """
        with self._reported(path):
            return wait_for(self._with_sftp(work), self.target.timeout)

    def shell(
        self, work: Callable[[asyncssh.SSHClientConnection], Coroutine[Any, Any, T]], seconds: float
    ) -> T:
        """Do something that needs a command; one that takes too long raises TimeoutError."""
        with self._reported("", passes_timeouts=True):
            return wait_for(self._with_connection(work), seconds)

    def command(self, work: Callable[[Shell], Coroutine[Any, Any, T]], seconds: float) -> T:
        """Do something with the shell there."""
        with self._reported(""):
            return wait_for(self._with_shell(work), seconds)

    def close(self) -> None:
        """Hang up."""
        connection, self._connection, self._sftp, self._shell = self._connection, None, None, None
        if connection is not None:
            with contextlib.suppress(TimeoutError, OSError):
                wait_for(_closed(connection), 5)

    async def _with_sftp(self, work: Callable[[asyncssh.SFTPClient], Coroutine[Any, Any, T]]) -> T:
        if self._sftp is None:
            self._sftp = await (await self._connected()).start_sftp_client()
        return await work(self._sftp)

    async def _with_shell(self, work: Callable[[Shell], Coroutine[Any, Any, T]]) -> T:
        if self._shell is None:
            self._shell = await Shell.start(await self._connected())
        return await work(self._shell)

    async def _with_connection(
        self, work: Callable[[asyncssh.SSHClientConnection], Coroutine[Any, Any, T]]
    ) -> T:
        return await work(await self._connected())

    async def _connected(self) -> asyncssh.SSHClientConnection:
        if self._connection is None:
            import asyncssh

            identity = self.target.settings.get("identity")
            further: dict[str, Any] = {}
            if self.address.port is not None:
                further["port"] = self.address.port
            if self.address.user is not None:
                further["username"] = self.address.user
            if identity is not None:
                further.update(client_keys=[self._file(identity)], agent_path=None)
            self._connection = await asyncssh.connect(
                self.address.host,
                known_hosts=self._known_hosts(),
                connect_timeout=self.target.timeout,
                login_timeout=self.target.timeout,
                keepalive_interval=10,
                password_auth=False,
                kbdint_auth=False,
                **further,
            )
        return self._connection

    def _known_hosts(self) -> str:
        path = self._file(self.target.settings.get("known_hosts") or "~/.ssh/known_hosts")
        if not os.path.isfile(path):
            host = self.address.host
            hint = f"look at its key and keep it: ssh {f'-p {self.address.port} ' if self.address.port else ''}{host}"
            raise BrokenConfiguration(f'target "{self.target.name}": there is no "{path}"', hint=hint)
        return path

    def _file(self, path: str) -> str:
        return os.path.join(self._root, os.path.expanduser(path))

    @contextlib.contextmanager
    def _reported(self, path: str, *, passes_timeouts: bool = False) -> Iterator[None]:
        try:
            import asyncssh
        except ImportError as error:
            hint = "pip install 'gmconfig[ssh]'"
            raise BrokenConfiguration(f'target "{self.target.name}" needs asyncssh', hint=hint) from error
        try:
            yield
        except GmconfigError:
            raise
        except TimeoutError:
            if passes_timeouts:
                raise
            self.close()
            raise self._unreachable(f"no answer within {self.target.timeout:g} seconds") from None
        except (asyncssh.SFTPNoConnection, asyncssh.SFTPConnectionLost) as error:
            self.close()
            raise self._unreachable("the connection was lost") from error
        except asyncssh.SFTPError as error:
            raise self._refused(error, path) from error
        except (asyncssh.Error, OSError) as error:
            self.close()
            raise self._unreachable(_reason(error), _hint(error)) from error

    def _unreachable(self, reason: str, hint: str | None = None) -> Unreachable:
        return Unreachable(f'target "{self.target.name}": {self.address.host}: {reason}', hint=hint)

    def _refused(self, error: asyncssh.SFTPError, path: str) -> GmconfigError:
        reason = error.reason.lower().rstrip(".") or "refused"
        hint = "look for a full disk, or a file system that is read-only" if reason == "failure" else None
        return GmconfigError(f'{self.address.host}: "{path}": {reason}', hint=hint)


async def _closed(connection: asyncssh.SSHClientConnection) -> None:
    connection.close()
    await connection.wait_closed()


def _reason(error: Exception) -> str:
    import asyncssh

    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return "its host key is not the one in known_hosts"
    if isinstance(error, asyncssh.PermissionDenied):
        return "no key of ours is accepted there"
    if isinstance(error, asyncssh.ConnectionLost):
        return "the connection was lost"
    text = error.reason if isinstance(error, asyncssh.DisconnectError) else getattr(error, "strerror", None)
    return (text or str(error) or type(error).__name__).lower().rstrip(".")


def _hint(error: Exception) -> str | None:
    import asyncssh

    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return "compare its fingerprint with the host's own: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"
    if isinstance(error, asyncssh.PermissionDenied):
        return "identity: names the key, and the host's authorized_keys has to hold its public half"
    return None
