"""Files that are either old or new, never half-written, and never outside their root."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError, Refused, UsageError
from gmconfig.storage import MOST_BYTES, at_once

if TYPE_CHECKING:
    from typing import IO

TEMPORARY = ".gmconfig-tmp"
"""What the names of half-written files end with; a writer that died leaves one, the next one removes it."""

PRIVATE = 0o600

_UNSEEN = dict.fromkeys((*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF))


def locate(root: str, path: str) -> str:
    """Give where a file below the root really lies, symlinks followed.

    Raises:
        Refused: the path, or a symlink on the way, leaves the root.
    """
    if not path or path.startswith("/") or "\0" in path or ".." in path.split("/"):
        raise Refused(f'"{path}" does not name a file below {root}')
    base = os.path.realpath(root)
    real = os.path.realpath(os.path.join(base, path))
    if not real.startswith(base.rstrip("/") + "/"):
        raise Refused(f'"{path}" is a symlink that leaves {base}')
    return real


def read_if_exists(path: str) -> bytes | None:
    """Give a file's bytes, or None where there is no file."""
    try:
        with open(path, "rb", opener=at_once) as file:
            check_file(file, path)
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise trouble(error, path) from error


def check_file(file: IO[bytes], path: str) -> None:
    """Refuse what stands in a file's place and is none, and what does not fit into memory."""
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise GmconfigError(f'"{path}" is not a file, but a pipe or a device')
    if status.st_size > MOST_BYTES:
        raise too_large(path)


def too_large(path: str) -> GmconfigError:
    """Say that a file is not read because nothing of a configuration is as large."""
    return GmconfigError(f'"{path}" is larger than {MOST_BYTES >> 20} MiB')


def write_atomic(path: str, content: bytes, *, mode: int | None = None) -> None:
    """Replace one file in one step; `mode` None keeps the old file's, else what umask gives.

    Raises:
        GmconfigError: the disk is full, the folder is read-only, …; nothing has changed then.
    """
    made = make_folders(os.path.dirname(path))
    try:
        _replace(path, content, mode)
    except BaseException:
        remove_folders(made)
        raise


def write_private(path: str, content: bytes) -> None:
    """Replace one file that only its owner may read."""
    write_atomic(path, content, mode=PRIVATE)


def write_quickly(path: str, content: bytes) -> None:
    """Replace one file in one step, safe from a kill but not from a power cut: for notes to ourselves."""
    _replace(path, content, None, durable=False)


def write_beside(path: str, content: bytes, *, durable: bool = True) -> str:
    """Write the new content into a temporary file of the same folder; give its name.

    It is safe on disk then, unless the caller takes care of that for many files together.
    """
    with _beside(path, content, None, durable=durable) as temporary:
        return temporary


def _replace(path: str, content: bytes, mode: int | None, *, durable: bool = True) -> None:
    """Write the new content beside the file, and give it the file's name while it is still locked as ours."""
    with _beside(path, content, mode, durable=durable) as temporary:
        os.replace(temporary, path)
        if durable:
            sync_folder(os.path.dirname(path))


@contextlib.contextmanager
def _beside(path: str, content: bytes, mode: int | None, *, durable: bool) -> Iterator[str]:
    """Write a temporary file, locked within the block; it is removed if anything goes wrong."""
    temporary = f"{path}.{os.getpid()}{os.urandom(4).hex()}{TEMPORARY}"
    try:
        remove_stale(path)
        descriptor = _begun(temporary, mode)
        try:
            _write_all(descriptor, content)
            _take_over(descriptor, path, mode)
            if durable:
                os.fsync(descriptor)
            yield temporary
        finally:
            os.close(descriptor)
    except OSError as error:
        unlink(temporary)
        raise trouble(error, path) from error
    except BaseException:
        unlink(temporary)
        raise


def sync_folder(folder: str) -> None:
    """Make the folder's names safe on disk, where the file system can."""
    descriptor = os.open(folder or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):  # some network and FUSE file systems refuse it
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folders(folder: str) -> list[str]:
    """Make a folder with its parents; give those that were made, outermost first."""
    missing: list[str] = []
    while folder and not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    made = missing[::-1]
    try:
        for name in made:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name)
    except OSError as error:
        remove_folders(made)
        raise trouble(error, made[-1]) from error
    return made


def remove_folders(folders: Sequence[str]) -> None:
    """Remove folders that are empty, innermost first; others stay."""
    for folder in reversed(folders):
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def unlink(path: str) -> None:
    """Remove a file if it is there."""
    with contextlib.suppress(OSError):
        os.unlink(path)


def check_paths(paths: Mapping[str, object] | Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield each path's parts; a path that is not a plain name below a root is a usage error."""
    for path in paths:
        parts = tuple(path.split("/"))
        if any(part in ("", ".", "..") or _is_git(part) for part in parts) or "\0" in path:
            raise UsageError(f'"{path}" does not name a file of the repository')
        yield parts


def _is_git(name: str) -> bool:
    """Whether some file system takes a name for git's own folder: a Mac's sees neither case nor invisible letters."""
    return name.translate(_UNSEEN).lower() == ".git"


def trouble(error: OSError, path: str) -> GmconfigError:
    """Say what the operating system refused, in a user's words; `path` is empty where it did not say of what."""
    look = f"check the permissions: ls -ld '{os.path.dirname(path) or '.'}' '{path}'" if path else None
    hints = {
        errno.ENOSPC: "make room on the disk and run the command again",
        errno.EDQUOT: "make room within your quota and run the command again",
        errno.EFBIG: "raise the limit on file sizes (ulimit -f) and run the command again",
        errno.EROFS: "the file system is mounted read-only",
        errno.EACCES: look,
        errno.EPERM: look,
    }
    reason = error.strerror or (os.strerror(error.errno) if error.errno else str(error))
    reason = reason[:1].lower() + reason[1:]
    return GmconfigError(f'"{path}": {reason}' if path else reason, hint=hints.get(error.errno or 0))


@contextlib.contextmanager
def reported(path: str) -> Iterator[None]:
    """Turn what the operating system refuses in the block into our error; `path` is what it was about."""
    try:
        yield
    except GmconfigError:
        raise
    except OSError as error:
        raise trouble(error, path) from error


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _take_over(descriptor: int, path: str, mode: int | None) -> None:
    """Give the new file the old one's permissions, and its owner where that is allowed."""
    try:
        old = os.stat(path)
    except FileNotFoundError:
        if mode is not None:
            os.fchmod(descriptor, mode)
        return
    new = os.fstat(descriptor)
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        with contextlib.suppress(PermissionError):
            os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode) if mode is None else mode)


def _begun(temporary: str, mode: int | None) -> int:
    """Open a new file, locked as long as its writer lives; one that was removed before that is made again."""
    import fcntl

    while True:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode or 0o666)
        with contextlib.suppress(OSError):  # a file system without locks only loses the clean-up below
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor
        os.close(descriptor)


def remove_stale(path: str) -> None:
    """Remove temporary files for this path whose writer is dead: it no longer holds their lock."""
    folder, name = os.path.split(path)
    for entry in os.listdir(folder or "."):
        if entry.startswith(name + ".") and entry.endswith(TEMPORARY):
            remove_if_dead(os.path.join(folder, entry))


def remove_if_dead(temporary: str) -> None:
    """Remove a temporary file unless a living writer holds its lock."""
    import fcntl

    with contextlib.suppress(OSError):
        descriptor = at_once(temporary, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(temporary)
        finally:
            os.close(descriptor)
