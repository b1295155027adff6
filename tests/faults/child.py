"""A command line in a forked child, which may be killed at its n-th step.

A step is the moment before a call that reaches outside of the process, as Python's own audit tells it: a file
opened for writing, renamed, linked or removed, a folder made or removed, a lock taken, a program started.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import importlib
import io
import os
import pkgutil
import shlex
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

import gmconfig
from gmconfig.__main__ import main
from tests.faults.calls import watched
from tests.faults.tracer import Fault, Watch

OUTSIDE = frozenset(
    {
        f"os.{name}"
        for name in ("rename", "link", "symlink", "remove", "mkdir", "rmdir", "chmod", "truncate", "exec")
    }
    | {"fcntl.flock", "fcntl.lockf", "subprocess.Popen", "os.posix_spawn"}
)
WRITES = os.O_WRONLY | os.O_RDWR
LIMIT_SECONDS = 180
"""No command takes as long, on no machine; who waits for a remote in vain gives up earlier."""


@dataclass(frozen=True)
class Called:
    """How a command line ended; `steps` is how far it came."""

    code: int
    said: str
    steps: int = 0

    @property
    def killed(self) -> bool:
        """Whether it was killed."""
        return self.code == -signal.SIGKILL


def is_step(event: str, arguments: tuple[object, ...]) -> bool:
    """Whether what Python is about to do reaches outside."""
    if event == "open":
        return isinstance(arguments[2], int) and bool(arguments[2] & WRITES)
    return event in OUTSIDE


def kill() -> None:
    """End as `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def interrupt() -> None:
    """End as Ctrl-C does."""
    raise KeyboardInterrupt


def full() -> None:
    """Be told that the disk is full."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a file")


def denied() -> None:
    """Be told that the permission was lost."""
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "a file")


FAILING = (full, denied)
"""What happens to files alone."""
AUDITED = {
    "all_die": kill,
    "one_dies": kill,
    "interrupted": interrupt,
    "full": full,
    "denied": denied,
    "failing": full,
}
"""What comes nearest to the faults of `injected.py` at Python's own steps, where no process may be watched."""
UNTOUCHED = frozenset({"subprocess.Popen", "os.posix_spawn", "os.exec", "os.remove", "os.rmdir"})
"""What these stop not: programs, and removals, which need no room; without leave for them all stays as it is."""


def counting(at: int, stop: Callable[[], None], count: int) -> None:
    """Count this process's steps into a file, and stop before the n-th."""
    taken, itself = 0, os.getpid()

    def heard(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal taken
        if (
            is_step(event, arguments)
            and os.getpid() == itself
            and not (stop in FAILING and event in UNTOUCHED)
        ):
            taken += 1
            os.pwrite(count, b"%d" % taken, 0)
            if taken == at:
                stop()

    sys.addaudithook(heard)


@dataclass(frozen=True)
class Running:
    """A command line on its way, with the files that it tells by."""

    process: int
    said: IO[bytes]
    count: IO[bytes]


def called(line: str, stdin: str = "", at: int = 0, stop: Callable[[], None] = kill) -> Called:
    """Run a command line in the current folder and wait for its end and that of all it left behind."""
    found = ended(begun(line, stdin, at, stop))
    _buried()
    return found


def begun(line: str, stdin: str = "", at: int = 0, stop: Callable[[], None] = kill) -> Running:
    """Start a command line in the current folder."""
    said, count = (os.fdopen(os.memfd_create(name), "r+b") for name in ("said", "count"))
    child = os.fork()
    if child == 0:
        _become(line, stdin, said.fileno(), lambda: counting(at, stop, count.fileno()))
    return Running(child, said, count)


def called_watched(line: str, stdin: str, below: str, fault: Fault) -> tuple[Called, Watch]:
    """Run a command line in the current folder, each step of it and of its git offered to a fault."""
    ready, go = os.pipe()
    said = os.memfd_create("said")
    child = os.fork()
    if child == 0:
        os.close(go)
        _become(line, stdin, said, lambda: (os.read(ready, 1), os.close(ready), watched()))
    os.close(ready)
    watch = Watch(child, below, fault)
    code = watch.to_the_end(lambda: os.close(go))
    with os.fdopen(said, "r+b") as told:
        text = os.pread(told.fileno(), 1 << 20, 0).decode("utf-8", "replace")
    return Called(code, text, len(watch.steps)), watch


def ended(run: Running) -> Called:
    """Wait for its end."""
    status = os.waitpid(run.process, 0)[1]
    with run.said, run.count:
        text = os.pread(run.said.fileno(), 1 << 20, 0).decode("utf-8", "replace")
        steps = int(os.pread(run.count.fileno(), 20, 0) or b"0")
    return Called(os.waitstatus_to_exitcode(status), text, steps)


def adopting() -> None:
    """Become the parent of what a command leaves behind: a git that outlives it, who delivers alerts."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)


def _buried() -> None:
    """Wait for the end of everything that was left behind."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def _become(line: str, stdin: str, said: int, begin: Callable[[], object]) -> None:
    """Be that command; never returns."""
    code = 1
    try:
        os.dup2(said, 1), os.dup2(said, 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
        sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()))
        signal.alarm(LIMIT_SECONDS)
        begin()
        code = main(shlex.split(line)) or 0
    except BaseException as error:  # a child must never return into the parent's work
        print(f"Traceback: {error!r}", file=sys.stderr)
    finally:
        sys.stdout.flush(), sys.stderr.flush()
        os._exit(code)


def warmed() -> None:
    """Import all of gmconfig, so that no child needs to."""
    for found in pkgutil.walk_packages(gmconfig.__path__, "gmconfig."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
