"""A git process's answer, up to a limit: a few bytes that somebody pushed can stand for billions of files."""

from __future__ import annotations

import os
import time
from select import PIPE_BUF
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from subprocess import TimeoutExpired
from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble
from gmconfig.storage import MOST_BYTES
from gmconfig.storage.git.calling_off import GLANCE_SECONDS, CalledOff, is_called_off, may_be_called_off

if TYPE_CHECKING:
    from subprocess import Popen
    from typing import IO

MOST_MEMORY = 1 << 30
"""What a git may take that looks through trees and contents: a tree whose branches are all the same has no end."""

LIMITS = {
    "cat-file": 8 * MOST_BYTES,  # many contents
    "rev-list": 8 * MOST_BYTES,  # every object there is
    **dict.fromkeys(("diff", "diff-index", "diff-tree", "log", "ls-tree", "read-tree"), 8 * MOST_BYTES),
}
"""How much a git may say that looks through what others wrote."""

ONE_CONTENT = (
    {"GIT_ALLOC_LIMIT": str(MOST_BYTES + (1 << 16))},
    ("-c", "core.bigFileThreshold=3g"),  # what it passes on in pieces has no such limit
)
"""Environment and options by which `git cat-file` gives no content that would not be read as a file either."""

_AT_ONCE = 1 << 16
_INPUT = PIPE_BUF
"""What a pipe that takes anything takes without a wait: 4096 bytes, on macOS 512."""


class TooMuch(Exception):
    """Git says more than can be meant."""

    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most >> 20} MiB")


def restrain(git: Popen[bytes]) -> None:
    """Limit the memory of a git that has begun; where the system cannot, what it may say is limited still."""
    import resource

    limit = getattr(resource, "prlimit", None)  # Linux has it
    if limit is None:
        return
    try:
        soft, hard = limit(git.pid, resource.RLIMIT_DATA)
        if not 0 <= soft <= MOST_MEMORY:
            limit(git.pid, resource.RLIMIT_DATA, (MOST_MEMORY, hard))
    except OSError:  # it has ended
        return


def heard(
    git: Popen[bytes], given: bytes | None, most: int | None = None, seconds: float | None = None
) -> tuple[bytes, bytes]:
    """Give a git its input, wait for its end, and give its answer and its complaints.

    Raises:
        TooMuch: they are longer than `most`.
        TimeoutExpired: it did not end within so many seconds, or was called off.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    with DefaultSelector() as selector:
        exchange = _Exchange(git, given, selector)
        while selector.get_map():
            for key, _ in selector.select(_glance(git, deadline)):
                exchange.turn(key.fileobj, key.fd)
            if most is not None and exchange.size > most:
                raise TooMuch(most)
    git.wait(_left(git, deadline))
    return exchange.said(git.stdout), exchange.said(git.stderr)


def _glance(git: Popen[bytes], deadline: float | None) -> float | None:
    """Give for how long to wait before the next look at whether the wait is called off."""
    left = _left(git, deadline)
    if left is None or not may_be_called_off():
        return left
    if is_called_off():
        raise CalledOff(git.args, 0)
    return min(left, GLANCE_SECONDS)


def _left(git: Popen[bytes], deadline: float | None) -> float | None:
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutExpired(git.args, 0)
    return left


class _Exchange:
    """What git was not given yet, and what it has said."""

    def __init__(self, git: Popen[bytes], given: bytes | None, selector: DefaultSelector) -> None:
        self.size = 0
        self._input = memoryview(given or b"")
        self._stdin, self._selector = git.stdin, selector
        self._pieces: dict[object, list[bytes]] = {git.stdout: [], git.stderr: []}
        for pipe in (git.stdout, git.stderr):
            selector.register(end_of(pipe), EVENT_READ)
        if git.stdin is not None:
            selector.register(git.stdin, EVENT_WRITE)

    def turn(self, pipe: object, descriptor: int) -> None:
        """Do what a pipe is ready for."""
        if pipe is self._stdin:
            self._feed(descriptor)
            return
        piece = os.read(descriptor, _AT_ONCE)
        self._pieces[pipe].append(piece)
        self.size += len(piece)
        if not piece:
            self._selector.unregister(descriptor)

    def said(self, pipe: object) -> bytes:
        """Give all that came through a pipe."""
        return b"".join(self._pieces[pipe])

    def _feed(self, descriptor: int) -> None:
        try:
            self._input = self._input[os.write(descriptor, self._input[:_INPUT]) :]
        except BrokenPipeError:  # it wants no more
            self._input = memoryview(b"")
        if not self._input:
            self._selector.unregister(descriptor)
            end_of(self._stdin).close()


def end_of(pipe: IO[bytes] | None) -> IO[bytes]:
    """Give our end of a pipe to a git process, which has one if it was asked for."""
    if pipe is None:
        raise GitTrouble("git gave no pipe")
    return pipe
