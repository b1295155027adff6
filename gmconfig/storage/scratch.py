"""Folders for files that nobody needs afterwards; what a process that was killed left goes with the next one."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence

from gmconfig.storage.files import TEMPORARY, remove_if_dead

_PREFIX = "gmconfig-scratch-"
_MAKING = ".new"
"""What a folder's name ends with until its maker holds it: nobody else looks at it before."""


@contextlib.contextmanager
def scratch(word: str, folder: str | None = None) -> Iterator[str]:
    """Make a private folder and remove it on every way out; `folder` None is the system's for temporary files."""
    import tempfile

    with held_scratch(word, folder or tempfile.gettempdir()) as (path, _):
        yield path


@contextlib.contextmanager
def held_scratch(word: str, place: str) -> Iterator[tuple[str, int | None]]:
    """Do so; who inherits the descriptor that comes with the folder keeps others from removing it."""
    import shutil
    import tempfile

    _sweep(place)
    made = tempfile.mkdtemp(prefix=f"{_PREFIX}{word}-", suffix=_MAKING, dir=place)
    path, held = made.removesuffix(_MAKING), _held(made)
    try:
        os.rename(made, path)
        yield path, held
    finally:
        for left in (path, made):
            shutil.rmtree(left, ignore_errors=True)
        if held is not None:
            os.close(held)


def sweep(place: str, names: Sequence[str]) -> None:
    """Remove what dead processes left of such folders, and of files half-written, in a folder of our own."""
    for path in [os.path.join(place, name) for name in names if name.endswith(TEMPORARY)]:
        remove_if_dead(path)
    for path in [os.path.join(place, name) for name in names if _is_scratch(name)]:
        _remove_if_dead(path)


def _sweep(place: str) -> None:
    """Remove such folders of the dead; nothing in the way of whoever works is a reason not to."""
    with contextlib.suppress(OSError):
        sweep(place, list(filter(_is_scratch, os.listdir(place))))


def _is_scratch(name: str) -> bool:
    return name.startswith(_PREFIX) and not name.endswith(_MAKING)


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
