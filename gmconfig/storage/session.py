"""Programs of others, begun by this process: in a session of their own, and without what it alone was told."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess

_OURS = ("GMCONFIG_IDENTITY", "GMCONFIG_PASSPHRASE", "GMCONFIG_NEW_PASSPHRASE", "GMCONFIG__")


def environment() -> dict[str, str]:
    """Give this process's environment without its keys, their passphrases, and what overrides values."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}


def end(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it started; it was begun with `start_new_session`."""
    with suppress(ProcessLookupError, PermissionError):  # nobody is left there; macOS calls it a permission
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
