"""Commands on this machine that an application's owner wrote into gmconfig.yaml: no shell, and an end."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from gmconfig.errors import GmconfigError


def run(command: Sequence[str], timeout: float) -> None:
    """Run a command to its end.

    Raises:
        GmconfigError: it failed or took too long.
    """
    try:
        done = subprocess.run(
            list(command), stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=timeout
        )
    except subprocess.TimeoutExpired:
        raise GmconfigError(f'"{command[0]}" took longer than {timeout:g} seconds') from None
    except OSError as error:
        raise GmconfigError(f'"{command[0]}" cannot be run: {(error.strerror or "").lower()}') from error
    if done.returncode:
        raise failed(command, done.returncode, done.stderr)


def failed(command: Sequence[str], code: int, stderr: bytes) -> GmconfigError:
    """Say how a command ended, with the last line that it complained in."""
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    reason = f": {lines[-1].strip()[:200]}" if lines else ""
    return GmconfigError(f'"{" ".join(command)}" ended with {code}{reason}')
