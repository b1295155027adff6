"""One at a time: locks that die with their holder."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from types import TracebackType

from gmconfig.errors import Locked
from gmconfig.storage import at_once
from gmconfig.storage.files import make_folders, trouble

_WAIT_SECONDS = 30.0
_POLL_SECONDS = 0.01


class Lock:
    """An exclusive lock on a file, held by the operating system: a dead process holds nothing.

    Args:
        path: the lock file; it stays, and says who held it last.
        timeout_seconds: how long to wait for another holder; 0 does not wait.

    A child process that inherits `descriptor` keeps the lock while it lives, even if we are killed.
    """

    def __init__(self, path: str, *, timeout_seconds: float = _WAIT_SECONDS) -> None:
        self.path = path
        self.timeout_seconds = timeout_seconds
        self.descriptor = -1

    def __enter__(self) -> Lock:
        if not self.acquire():
            raise Locked(
                f"another gmconfig is at work here{self._holder()}",
                hint="wait until it has finished and run the command again",
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def acquire(self) -> bool:
        """Take the lock; False if somebody else kept it for the whole time.

        Raises:
            GmconfigError: the folder cannot be written.
        """
        make_folders(os.path.dirname(self.path))
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise trouble(error, self.path) from error
        if not _wait_for(descriptor, time.monotonic() + self.timeout_seconds):
            os.close(descriptor)
            return False
        self.descriptor = descriptor
        self._sign()
        return True

    def release(self) -> None:
        """Let go."""
        if self.descriptor >= 0:
            _unlock(self.descriptor)
            os.close(self.descriptor)
            self.descriptor = -1

    def _sign(self) -> None:
        """Say who holds it; only for the message, so a full disk does not matter."""
        with contextlib.suppress(OSError):
            words = " ".join(os.path.basename(word) for word in sys.argv[:1])
            os.ftruncate(self.descriptor, 0)
            os.pwrite(self.descriptor, f"process {os.getpid()}, {words}\n".encode(errors="replace"), 0)

    def _holder(self) -> str:
        with contextlib.suppress(OSError), open(self.path, "rb", opener=at_once) as file:
            said = file.read(200).decode("utf-8", "replace").strip()
            return f" ({said})" if said else ""
        return ""


def _wait_for(descriptor: int, deadline: float) -> bool:
    import fcntl

    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_SECONDS)
        else:
            return True


def _unlock(descriptor: int) -> None:
    """Let go for good, whatever children inherited."""
    import fcntl

    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_UN)
