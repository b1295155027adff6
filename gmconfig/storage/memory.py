"""Private folders on memory-backed storage, for plaintext that a program must find as a file.

A small process of its own waits beside each: whatever ends us, a `kill -9` too, it removes the folder. Where
both were killed, the next folder's maker does.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator

from gmconfig.errors import Refused
from gmconfig.storage.files import PRIVATE, reported
from gmconfig.storage.scratch import held_scratch

_KINDS = ("tmpfs", "ramfs")
# It outlives us, so it hears no signal that is meant for us, and waits until nobody holds the pipe any more.
_CLEANER = 'trap "" HUP INT QUIT TERM; cat >/dev/null; rm -rf -- "$1"'


class MemoryFolder:
    """A folder that only its owner may enter; `pipe` keeps it alive in whoever inherits it."""

    def __init__(self, path: str, pipe: int) -> None:
        self.path = path
        self.pipe = pipe

    def below(self, name: str) -> MemoryFolder:
        """Make a folder in it."""
        path = os.path.join(self.path, name)
        with reported(path):
            os.mkdir(path, 0o700)
        return MemoryFolder(path, self.pipe)

    def write(self, name: str, content: bytes) -> str:
        """Write a file that only its owner may read; give its path."""
        path = os.path.join(self.path, name)
        with reported(path):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
        return path


@contextlib.contextmanager
def memory_folder(instead: str) -> Iterator[MemoryFolder]:
    """Make a folder in memory and remove it on every way out; `instead` is the hint where there is none.

    Raises:
        Refused: this machine has no memory-backed storage.
        GmconfigError: there is no room in it.
    """
    place = _place(instead)
    with contextlib.ExitStack() as stack:
        with reported(place):
            path, held = stack.enter_context(held_scratch("plain", place))
        read_end, write_end = os.pipe()
        cleaner = _cleaner(path, read_end, held)
        try:
            yield MemoryFolder(path, write_end)
        finally:
            shutil.rmtree(path, ignore_errors=True)
            os.close(write_end)
            if not os.path.exists(path):
                cleaner.kill()
            cleaner.wait()


def _place(instead: str) -> str:
    for place in (os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm"):  # noqa: S108  # memory-backed on purpose
        if place and os.access(place, os.W_OK | os.X_OK) and _in_memory(place):
            return place
    raise Refused("this machine has no memory-backed storage for secrets in plain", hint=instead)


def _in_memory(folder: str) -> bool:
    """Whether a folder lies on tmpfs or ramfs, by the mount table."""
    try:
        with open("/proc/mounts", encoding="utf-8", errors="surrogateescape") as mounts:
            entries = [line.split()[1:3] for line in mounts]
    except OSError:
        return False
    real = os.path.realpath(folder)
    above = [(point, kind) for point, kind in entries if os.path.commonpath([real, point]) == point]
    return bool(above) and max(above, key=lambda entry: len(entry[0]))[1] in _KINDS


def _cleaner(path: str, read_end: int, held: int | None) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # our own words, the folder as an argument
            ["/bin/sh", "-c", _CLEANER, "gmconfig-cleaner", path],
            stdin=read_end,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": "/usr/bin:/bin"},
            pass_fds=() if held is None else (held,),
            start_new_session=True,
        )
    finally:
        os.close(read_end)
