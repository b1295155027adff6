"""Where programs mention flags: the source files of a folder, searched for whole names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence

from gmconfig.errors import GitTrouble, NotFound, Refused
from gmconfig.finding import Place
from gmconfig.flag.catalogue import FOLDER
from gmconfig.flag.code.offsets import Offsets

LARGEST = 4_000_000
"""Larger files are not source code."""

_BINARY = 8_192


def references(names: Sequence[str], folders: Iterable[str], root: str) -> dict[str, list[Place]]:
    """Give the places that mention each of the flags, by file and line; the files are those of `sources`.

    Raises:
        NotFound: there is no such folder.
    """
    found: dict[str, list[Place]] = {name: [] for name in names}
    patterns = {name: _whole(name) for name in names}
    for folder in folders:
        for file, raw in sources(folder, root):
            for name, pattern in patterns.items():
                if name.encode() in raw:
                    found[name].extend(_places(pattern, file, raw))
    return found


def _whole(name: str) -> re.Pattern[bytes]:
    """Match a name that is not a part of another: `pay` is neither in `payment` nor in `pay-later`."""
    return re.compile(rb"(?<![\w-])" + re.escape(name.encode()) + rb"(?![\w-])")


def _places(pattern: re.Pattern[bytes], file: str, raw: bytes) -> Iterator[Place]:
    """Yield the first mention of each line."""
    offsets, last = Offsets(file, raw), 0
    for match in pattern.finditer(raw):
        place = offsets.place(match.start())
        if place.line != last:
            yield place
        last = place.line


def sources(folder: str, root: str) -> Iterator[tuple[str, bytes]]:
    """Yield the text files below a folder, named as they are found from here, and what is in them.

    A git repository's ignored files are left out, and so are binary ones and the flag files of the project
    at `root`.

    Raises:
        NotFound: there is no such folder.
    """
    from gmconfig.storage.snapshot import WorkingTree

    if not os.path.isdir(folder):
        raise NotFound(f'"{folder}" is not a folder', hint="--code src")
    tree, top = WorkingTree(folder), os.path.realpath(folder)
    flags = os.path.join(os.path.realpath(root), FOLDER)
    for file in _tracked(folder) or sorted(tree.files()):
        try:
            raw = tree.read(file)
        except (FileNotFoundError, Refused):
            continue
        if (
            not os.path.join(top, file).startswith(flags)
            and len(raw) <= LARGEST
            and b"\0" not in raw[:_BINARY]
        ):
            yield (file if folder in ("", ".") else f"{folder.rstrip('/')}/{file}"), raw


def _tracked(folder: str) -> list[str]:
    """Give the files that git knows or would take; none outside of a repository."""
    from gmconfig.storage.git import Repository

    try:
        repository = Repository.plain(folder)
        below = repository.prefix(folder)
    except GitTrouble:
        return []
    asked = (
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
        *([below] if below else []),
    )
    listed = os.fsdecode(repository.run(*asked)).split("\0")
    return sorted({file[len(below) + 1 if below else 0 :] for file in listed if file})
