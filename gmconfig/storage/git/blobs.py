"""Every file that git ever stored, each content once; and which files people work on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.storage.git.objects import read_blobs

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

_BATCH = 32 * 1024 * 1024


class Stored(NamedTuple):
    """One content that some commit holds: the blob's id, a path under which it was stored, its size."""

    blob: str
    path: str
    size: int


def every_blob(repository: Repository, prefix: str = "") -> list[Stored]:
    """Give each blob that any ref reaches once, at a path below the prefix (relative to it)."""
    only = ("--", f"{prefix}/") if prefix else ()
    head = ("HEAD",) if repository.head() else ()
    names = _paths(repository.run("rev-list", "--objects", "--all", *head, *only), prefix)
    feed = "".join(f"{name}\n" for name in names).encode()
    shape = "--batch-check=%(objectname) %(objecttype) %(objectsize)"
    found = []
    for line in repository.run("cat-file", shape, input=feed).decode().splitlines():
        blob, kind, *size = line.split(" ")
        if kind == "blob":
            found.append(Stored(blob, names[blob], int(size[0])))
    return found


def contents(repository: Repository, blobs: list[Stored]) -> Iterator[tuple[Stored, bytes]]:
    """Yield each blob with its content, a limited amount at a time."""
    batch: list[Stored] = []
    total = 0
    for blob in blobs:
        batch.append(blob)
        total += blob.size
        if total > _BATCH:
            yield from _read(repository, batch)
            batch, total = [], 0
    yield from _read(repository, batch)


def introduced(repository: Repository, blob: str) -> tuple[str, str] | None:
    """Give the oldest commit that holds a blob, and its day; None where only a ref of ours does."""
    out = repository.run("log", "--all", f"--find-object={blob}", "--format=%h %as", "--reverse", "-m")
    first = out.decode().split("\n", 1)[0].split(" ")
    return (first[0], first[1]) if len(first) == 2 else None


def listed_files(repository: Repository, prefix: str = "") -> list[str]:
    """Give the files below a prefix that git tracks or would, without what it ignores; relative to it."""
    folder = (f"{prefix}/",) if prefix else ()
    out = repository.run("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folder)
    below = len(prefix) + 1 if prefix else 0
    return sorted({os.fsdecode(path)[below:] for path in out.split(b"\0") if path})


def _paths(out: bytes, prefix: str) -> dict[str, str]:
    """Give a path for each object that has one."""
    below = len(prefix) + 1 if prefix else 0
    found: dict[str, str] = {}
    for line in out.split(b"\n"):
        name, _, path = line.partition(b" ")
        if path:
            found.setdefault(name.decode(), os.fsdecode(path)[below:])
    return found


def _read(repository: Repository, batch: list[Stored]) -> Iterator[tuple[Stored, bytes]]:
    found = read_blobs(repository, [blob.blob for blob in batch])
    yield from ((blob, found[blob.blob]) for blob in batch)
