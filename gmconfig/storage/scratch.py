"""Folders for files that nobody needs afterwards; what a process that was killed left goes with the next one."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence

from gmconfig.errors import GmconfigError
from gmconfig.storage.files import TEMPORARY, remove_if_dead

_PREFIX = "gmconfig-scratch-"


@contextlib.contextmanager
def scratch(word: str, folder: str | None = None) -> Iterator[str]:
    """Make a private folder and remove it on every way out; `folder` None is the system's for temporary files."""
    with held_scratch(word, folder or _temporary()) as (path, _):
        yield path


@contextlib.contextmanager
def held_scratch(word: str, place: str) -> Iterator[tuple[str, int | None]]:
    """Do so; who inherits the descriptor that comes with the folder keeps others from removing it."""
    _sweep(place)
    with _alive(place, f"{_PREFIX}{word}-") as folder:
        yield folder


@contextlib.contextmanager
def beside(folder: str) -> Iterator[str]:
    """Make a folder that is to take another's name once it is whole; what the dead left of such ones goes first."""
    place, name = os.path.split(folder)
    for left in os.listdir(place):
        if left.startswith(f"{name}.") and left.endswith(TEMPORARY):
            _remove_if_dead(os.path.join(place, left))
    with _alive(place, f"{name}.", TEMPORARY) as (path, _):
        yield path


@contextlib.contextmanager
def _alive(place: str, begins: str, ends: str = "") -> Iterator[tuple[str, int | None]]:
    import shutil

    path, held = _begun(place, begins, ends)
    try:
        yield path, held
    finally:
        shutil.rmtree(path, ignore_errors=True)
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


def _temporary() -> str:
    import tempfile

    try:
        return tempfile.gettempdir()
    except FileNotFoundError as error:
        raise GmconfigError(
            "no folder for temporary files can be written",
            hint="make room on the disk, or name another folder and run the command again: export TMPDIR=/a/folder",
        ) from error


def _begun(place: str, begins: str, ends: str) -> tuple[str, int | None]:
    """Make a folder, locked as long as its owner lives; one that was removed before that is made again."""
    import tempfile

    while True:
        path = tempfile.mkdtemp(prefix=begins, suffix=ends, dir=place)
        held = _held(path, wait=True)
        if os.path.isdir(path):
            return path, held
        if held is not None:
            os.close(held)


def _is_scratch(name: str) -> bool:
    return name.startswith(_PREFIX)


def _remove_if_dead(path: str) -> None:
    import shutil

    held = _held(path)
    if held is not None:
        shutil.rmtree(path, ignore_errors=True)
        os.close(held)


def _held(path: str, *, wait: bool = False) -> int | None:
    """Open a folder of our own and lock it until it is closed or we die; None where it cannot be, or is another's."""
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        status = os.fstat(descriptor)
        if status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) == 0o700:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            return descriptor
    except OSError:
        pass
    os.close(descriptor)
    return None
