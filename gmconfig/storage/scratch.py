"""Folders for files that nobody needs afterwards; what a process that was killed left goes with the next one."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator

_PREFIX = "gmconfig-scratch-"
_MAKING = ".new"
"""What a folder's name ends with until its maker holds it: nobody else looks at it before."""


@contextlib.contextmanager
def scratch(word: str, folder: str | None = None) -> Iterator[str]:
    """Make a private folder and remove it on every way out; `folder` None is the system's for temporary files."""
    import shutil
    import tempfile

    place = folder or tempfile.gettempdir()
    _sweep(place)
    made = tempfile.mkdtemp(prefix=f"{_PREFIX}{word}-", suffix=_MAKING, dir=place)
    path, held = made.removesuffix(_MAKING), _held(made)
    try:
        os.rename(made, path)
        yield path
    finally:
        for left in (path, made):
            shutil.rmtree(left, ignore_errors=True)
        if held is not None:
            os.close(held)


def _sweep(place: str) -> None:
    """Remove what a dead process left there; nothing in the way of whoever works is a reason not to."""
    with contextlib.suppress(OSError), os.scandir(place) as entries:
        for name in [entry.name for entry in entries if entry.name.startswith(_PREFIX)]:
            if not name.endswith(_MAKING):
                _remove_if_dead(os.path.join(place, name))


def _remove_if_dead(path: str) -> None:
    import shutil

    held = _held(path)
    if held is not None:
        shutil.rmtree(path, ignore_errors=True)
        os.close(held)


def _held(path: str) -> int | None:
    """Open a folder of our own and lock it until it is closed or we die; None where another holds it."""
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        status = os.fstat(descriptor)
        if status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) == 0o700:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
    except OSError:
        pass
    os.close(descriptor)
    return None
