"""History of some paths: one `git log --raw` for the commits, one `cat-file --batch` for their contents."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble
from gmconfig.storage.git.message import split_message
from gmconfig.storage.git.objects import read_blobs

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

__all__ = ["Revision", "read_blobs", "require_full_history", "touching"]

_START = b"\x01"
_FORMAT = "%x01%H%x00%an%x00%ae%x00%aI%x00%B%x00"


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit, and what it made of the paths that were asked for.

    `blobs` gives the new blob's id by path below the prefix, None where the file was removed; `body` lacks
    the trailers.
    """

    commit: str
    author: str
    author_email: str
    date: datetime
    subject: str
    body: str
    trailers: dict[str, str] = field(default_factory=dict)
    blobs: dict[str, str | None] = field(default_factory=dict)


def touching(
    repository: Repository, prefix: str, paths: Sequence[str], rev: str = "HEAD", *, first_parent: bool = True
) -> list[Revision]:
    """Give the commits that changed any of the paths, newest first; a folder means all that is in it.

    A merge counts as what it brought to its first parent's line. No path at all means every file below
    the prefix.

    Raises:
        GitTrouble: the clone is shallow, so that older commits are missing.
        UnknownVersion: no commit answers to `rev`.
    """
    if rev == "HEAD" and repository.head() is None:
        return []
    require_full_history(repository)
    folder = prefix.strip("/")
    below = f"{folder}/" if folder else ""
    line = ("--first-parent", "-m") if first_parent else ()
    asked = ("log", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-show-signature", *line)
    chosen = [below + path for path in paths] or ([folder] if folder else [])
    encoded = ("--encoding=UTF-8", f"--format={_FORMAT}", repository.resolve(rev), "--")
    return list(_revisions(repository.run(*asked, *encoded, *chosen), below))


def require_full_history(repository: Repository) -> None:
    """Refuse to count versions where a shallow clone lacks the older ones.

    Raises:
        GitTrouble: it does; the hint is the command that fetches them.
    """
    if repository.is_shallow():
        raise GitTrouble("this clone is shallow: its older history is missing", hint="git fetch --unshallow")


def _revisions(out: bytes, below: str) -> Iterator[Revision]:
    """Read `log --raw -z`: per commit five fields, then pairs of a raw line and a path."""
    tokens = iter(out.split(b"\0"))
    found: list[list[bytes]] = []
    for token in tokens:
        if token.startswith(_START):
            found.append([token[1:], *islice(tokens, 4)])
        elif token.lstrip(b"\n").startswith(b":"):
            found[-1] += [token, next(tokens)]
    return (_revision(fields, below) for fields in found)


def _revision(fields: Sequence[bytes], below: str) -> Revision:
    commit, author, email, date, message = (part.decode("utf-8", "replace") for part in fields[:5])
    subject, body, trailers = split_message(message)
    blobs = _blobs(fields[5:], below)
    return Revision(commit, author, email, datetime.fromisoformat(date), subject, body, trailers, blobs)


def _blobs(raw: Sequence[bytes], below: str) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for head, path in zip(raw[0::2], raw[1::2], strict=True):
        blob = head.decode("ascii").split(" ")[3]
        found[os.fsdecode(path).removeprefix(below)] = blob if blob.strip("0") else None
    return found
