"""Programs of others, begun by this process: in a session of their own, and without what it alone was told."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import contextmanager, suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_OURS = ("GMCONFIG_IDENTITY", "GMCONFIG_PASSPHRASE", "GMCONFIG_NEW_PASSPHRASE", "GMCONFIG__")


_FAREWELL_SECONDS = 30.0
"""How long a program that was killed has until it counts as one that nobody can end: it waits for a disk."""


def environment() -> dict[str, str]:
    """Give this process's environment without its keys, their passphrases, and what overrides values."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}


@contextmanager
def watched(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Look after a program within a block: if anything goes wrong there, end it and all that it started.

    It was begun with `start_new_session`. Unlike `with process`, which waits without a limit where something
    failed, this does not wait for a program that cannot be ended, such as one with another user's rights.
    """
    try:
        yield
    except BaseException:
        _end(process)
        raise
    finally:
        for pipe in (process.stdin, process.stdout, process.stderr):
            with suppress(OSError):  # the program reads its input no more
                if pipe is not None:
                    pipe.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program with all that it started, which may still run when the program itself has ended."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    except PermissionError:
        return
    with suppress(subprocess.TimeoutExpired):
        process.wait(_FAREWELL_SECONDS)
