"""A command of the project, run without a shell, with a time limit, its output kept for the case that it fails."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress

_SHOWN = 300


def run(command: Sequence[str], *, cwd: str, env: Mapping[str, str], timeout: float) -> str | None:
    """Run it to its end and give what went wrong, in words; None if nothing did.

    Args:
        command: the program and its arguments.
        cwd: where it runs.
        env: what it finds in its environment besides this process's own.
        timeout: after how many seconds it is ended, and whatever it started with it.
    """
    try:
        process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno or 0).lower() if isinstance(error, OSError) else str(error)
        return f'"{command[0]}" cannot be run: {reason}'
    return _ended(process, command[0], timeout)


def _ended(process: subprocess.Popen[bytes], name: str, timeout: float) -> str | None:
    with process:
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            _end_all(process)
            return f'"{name}" did not end within {timeout:g} s'
        except BaseException:
            _end_all(process)
            raise
    if process.returncode == 0:
        return None
    said = _last_line(output)
    return f'"{name}" ended with {process.returncode}' + (f": {said}" if said else "")


def _end_all(process: subprocess.Popen[bytes]) -> None:
    """End it and what it started; they have a session of their own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last_line(output: bytes) -> str:
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    return "".join(char if char.isprintable() else "?" for char in lines[-1])[:_SHOWN] if lines else ""
