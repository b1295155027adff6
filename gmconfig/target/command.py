"""Commands of the project, run without a shell, with a time limit, and without this process's keys."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from selectors import EVENT_READ, DefaultSelector
from typing import IO, cast

from gmconfig.log import debug
from gmconfig.storage import session

_SHOWN = 300
KEPT = 1 << 16
"""How many bytes are kept of what a command says last: it may say gigabytes."""

_LOOK = 0.05  # after so many silent seconds: has it ended, while something that it started lives on?


def run(
    command: Sequence[str], *, timeout: float, cwd: str | None = None, env: Mapping[str, str] | None = None
) -> str | None:
    """Run one to its end and give what went wrong, in words; None if nothing did.

    What it started and left running, such as a server, goes on.

    Args:
        command: the program and its arguments.
        timeout: after how many seconds it is ended, and whatever it started with it.
        cwd: where it runs.
        env: what it finds in its environment besides this process's own, which is given without its keys.
    """
    try:
        process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env={**session.environment(), **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno or 0).lower() if isinstance(error, OSError) else str(error)
        return f'"{command[0]}" cannot be run: {reason}'
    problem = _ended(process, command, timeout)
    debug("target", "command %s: %s", command[0], problem or "ended well")
    return problem


def failure(command: Sequence[str], code: int, output: bytes) -> str:
    """Say how a command ended, with the last line that it said."""
    said = _last_line(output)
    return f'"{" ".join(command)}" ended with {code}' + (f": {said}" if said else "")


def _ended(process: subprocess.Popen[bytes], command: Sequence[str], timeout: float) -> str | None:
    try:
        with session.watched(process):
            output = _said(process, time.monotonic() + timeout)
    except subprocess.TimeoutExpired:
        return f'"{command[0]}" did not end within {timeout:g} s'
    return failure(command, process.returncode, output) if process.returncode else None


def _said(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    """Wait for a process, and give the end of what it said; what it leaves running may hold its output open."""
    pipe, said, ended = cast("IO[bytes]", process.stdout).fileno(), b"", False
    with DefaultSelector() as selector:
        selector.register(pipe, EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if selector.select(0 if ended else min(left, _LOOK)):
                more = os.read(pipe, KEPT)
                if not more:
                    process.wait(left)
                    return said
                said = (said + more)[-KEPT:]
            elif ended:
                return said
            ended = process.poll() is not None
    raise subprocess.TimeoutExpired(process.args, 0)


def _last_line(output: bytes) -> str:
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    return "".join(char if char.isprintable() else "?" for char in lines[-1])[:_SHOWN] if lines else ""
