"""Work that is not committed: changed and new files of the working tree, and which ones were deleted."""

from __future__ import annotations

import io
import os
import tarfile
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.backup.stream import copied
from gmconfig.errors import BrokenConfiguration, Refused, UsageError
from gmconfig.storage.files import check_paths, make_folders, remove_folders, reported, unlink
from gmconfig.storage.git.uncommitted import uncommitted_files

if TYPE_CHECKING:
    from gmconfig.storage.git import Repository


class Uncommitted(NamedTuple):
    """An archive of files as they lie there, and the names of those that are gone."""

    archive: bytes
    removed: tuple[str, ...]


def uncommitted(repository: Repository) -> Uncommitted | None:
    """Collect it; None where everything is committed. What git ignores is left out."""
    changed = uncommitted_files(repository)
    present = sorted(name for name in changed if _is_there(os.path.join(repository.top, name)))
    if not changed:
        return None
    return Uncommitted(_archive(repository.top, present), tuple(sorted(changed - set(present))))


def lay_out(folder: str, archive: bytes, removed: tuple[str, ...]) -> None:
    """Bring uncommitted work back into a working tree; nothing leaves its folder, or gets into `.git`.

    Raises:
        BrokenConfiguration: the archive is damaged, or wants to write elsewhere.
    """
    try:
        with reported(folder), tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as tar:
            for name in removed:  # first, since a new file may have the name of a folder that is gone
                _remove(folder, name)
            for member in tar:
                _lay(folder, tar, member)
    except (tarfile.TarError, ValueError, UsageError, Refused):  # a map of holes that is none is a ValueError
        raise BrokenConfiguration("the uncommitted work in this backup cannot be read") from None


def _remove(folder: str, name: str) -> None:
    for parts in check_paths([name]):
        unlink(_beside(folder, name))
        above = [os.path.join(folder, *parts[:depth]) for depth in range(1, len(parts))]
        remove_folders(above)


def _lay(folder: str, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
    """Write one file or symlink; no other kind was ever put into the archive."""
    for _ in check_paths([member.name]):
        pass
    place = _beside(folder, member.name)
    make_folders(os.path.dirname(place))
    unlink(place)
    if member.issym():
        os.symlink(member.linkname, place)
        return
    content = tar.extractfile(member) if member.type == tarfile.REGTYPE and not member.issparse() else None
    if content is None:
        raise tarfile.TarError("neither a file nor a symlink")
    with open(place, "xb") as file:
        copied(content, file.write)
    os.chmod(place, member.mode & 0o755 | 0o600)


def _beside(folder: str, name: str) -> str:
    """Give where a file lies; a folder on the way that is a symlink is refused, wherever it leads."""
    above, last = os.path.split(name)
    where = os.path.join(os.path.realpath(folder), above) if above else os.path.realpath(folder)
    if os.path.realpath(where) != where.rstrip("/"):
        raise Refused(f'"{above}" is a symlink')
    return os.path.join(where, last)


def _archive(top: str, names: list[str]) -> bytes:
    content = io.BytesIO()
    with reported(top), tarfile.open(fileobj=content, mode="w") as tar:
        for name in names:
            tar.add(os.path.join(top, name), name, recursive=False)
    return content.getvalue()


def _is_there(path: str) -> bool:
    """Whether a name has content of its own: a folder that replaced a file has none."""
    return os.path.islink(path) or os.path.isfile(path)


def _names(repository: Repository, *arguments: str) -> list[str]:
    return [os.fsdecode(name) for name in repository.run(*arguments).split(b"\0") if name]
