"""Files that a user names, read whole: what a pipe or a terminal gives as well, but nothing that has no end.

A pipe is read as long as somebody writes to it (`<(…)`, `/dev/stdin`); one that nobody writes to is said to be
that, instead of waited for.
"""

from __future__ import annotations

import os
import stat
from errno import EAGAIN, EFBIG, EINVAL, EISDIR
from typing import TYPE_CHECKING

from gmconfig.storage import MOST_BYTES, at_once
from gmconfig.storage.files import too_large

if TYPE_CHECKING:
    from typing import IO

_PIECE = 1 << 20
_TOO_LARGE = f"it is larger than {MOST_BYTES >> 20} MiB"


def read_given(path: str | os.PathLike[str]) -> bytes:
    """Give all that a file, a pipe or a terminal has.

    Raises:
        OSError: it cannot be read, or not to an end; `strerror` says why.
    """
    opened = at_once(os.fspath(path), os.O_RDONLY | os.O_CLOEXEC)
    try:
        return _whole(opened, os.fspath(path))
    finally:
        os.close(opened)


def read_stream(stream: IO[bytes]) -> bytes:
    """Give all that stdin has.

    Raises:
        GmconfigError: it has no end.
    """
    found = stream.read(MOST_BYTES + 1)
    if len(found) > MOST_BYTES:
        raise too_large("stdin")
    return found


def _rest(descriptor: int) -> bytes:
    pieces, size = [], 0
    while piece := os.read(descriptor, _PIECE):
        size += len(piece)
        if size > MOST_BYTES:
            raise OSError(EFBIG, _TOO_LARGE)
        pieces.append(piece)
    return b"".join(pieces)


def _whole(opened: int, path: str) -> bytes:
    status = os.fstat(opened)
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR), path)
    if status.st_size > MOST_BYTES:
        raise OSError(EFBIG, _TOO_LARGE, path)
    first = _first(opened, status, path)
    os.set_blocking(opened, True)
    return first + _rest(opened)


def _first(opened: int, status: os.stat_result, path: str) -> bytes:
    """Give what is there already; refuse what will never end, or never begin."""
    if (
        stat.S_ISREG(status.st_mode)
        or os.isatty(opened)
        or status.st_rdev == os.stat(os.devnull).st_rdev != 0
    ):
        return b""
    if not stat.S_ISFIFO(status.st_mode):
        raise OSError(EINVAL, "it is a device", path)
    try:
        found = os.read(opened, _PIECE)
    except BlockingIOError as error:
        if error.errno != EAGAIN:
            raise
        return b""
    if not found and not os.path.realpath(path).startswith("/proc/"):
        raise OSError(EINVAL, "it is a pipe that nobody writes to", path)
    return found
