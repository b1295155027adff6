"""Work that is not committed: changed and new files of the working tree, and which ones were deleted."""

from __future__ import annotations

import io
import os
import tarfile
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import BrokenConfiguration
from gmconfig.storage.files import reported

if TYPE_CHECKING:
    from gmconfig.storage.git import Repository


class Uncommitted(NamedTuple):
    """An archive of files as they lie there, and the names of those that are gone."""

    archive: bytes
    removed: tuple[str, ...]


def uncommitted(repository: Repository) -> Uncommitted | None:
    """Collect it; None where everything is committed. What git ignores is left out."""
    changed = set(_names(repository, "ls-files", "--others", "--exclude-standard", "-z"))
    base = ("HEAD",) if repository.head() else ("--cached",)
    changed |= set(_names(repository, "diff", "--name-only", "--no-renames", "-z", *base, "--"))
    present = sorted(name for name in changed if os.path.lexists(os.path.join(repository.top, name)))
    if not changed:
        return None
    return Uncommitted(_archive(repository.top, present), tuple(sorted(changed - set(present))))


def lay_out(folder: str, archive: bytes, removed: tuple[str, ...]) -> None:
    """Bring uncommitted work back into a working tree; nothing leaves its folder.

    Raises:
        BrokenConfiguration: the archive is damaged, or wants to write elsewhere.
    """
    from gmconfig.storage.files import check_paths, locate, unlink

    try:
        with reported(folder), tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
    except tarfile.TarError:
        raise BrokenConfiguration("the uncommitted work in this backup cannot be read") from None
    for _ in check_paths(removed):
        pass
    for name in removed:
        unlink(locate(folder, name))


def _archive(top: str, names: list[str]) -> bytes:
    content = io.BytesIO()
    with reported(top), tarfile.open(fileobj=content, mode="w") as tar:
        for name in names:
            path = os.path.join(top, name)
            if os.path.islink(path) or os.path.isfile(path):
                tar.add(path, name, recursive=False)
    return content.getvalue()


def _names(repository: Repository, *arguments: str) -> list[str]:
    return [os.fsdecode(name) for name in repository.run(*arguments).split(b"\0") if name]
