"""History of some paths: one `git log --raw` for the commits, one `cat-file --batch` for their contents."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import GitTrouble
from gmconfig.storage.git.message import split_message
from gmconfig.storage.git.objects import read_blobs
from gmconfig.storage.git.process import failed

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

__all__ = ["Listed", "Revision", "listed", "read_blobs", "require_full_history", "touching"]

_START = b"\x01"
_IN_BULK = {"GIT_FLUSH": "0"}  # git would write each commit on its own, for those who watch
UNREADABLE = datetime.fromtimestamp(0, UTC)
"""The date of a commit that has none that can be read: git tells the same."""

_FORMAT = "%x01%H%x00%an%x00%ae%x00%aI%x00%B%x00"


class Revision(NamedTuple):
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
    trailers: dict[str, str]
    blobs: dict[str, str | None]


class Listed:
    """A commit as the log lists it, and what it made of the paths that were asked for; read when asked."""

    __slots__ = ("_fields", "blobs")

    def __init__(self, fields: Sequence[bytes], blobs: dict[str, str | None]) -> None:
        self._fields = fields
        self.blobs = blobs

    @property
    def commit(self) -> str:
        """The commit's full id."""
        return self._fields[0].decode("ascii")

    def revision(self) -> Revision:
        """Give all that the log says of it."""
        commit, author, email, date, message = (part.decode("utf-8", "replace") for part in self._fields)
        subject, body, trailers = split_message(message)
        return Revision(commit, author, email, _moment(date), subject, body, trailers, self.blobs)


def _moment(date: str) -> datetime:
    """Read a commit's date; anybody can push one without, in the year 10000, or from a zone that is none."""
    try:
        found = datetime.fromisoformat(date)
        found.astimezone(UTC)
    except (ValueError, OverflowError):
        return UNREADABLE
    return found


def touching(
    repository: Repository,
    prefix: str,
    paths: Sequence[str],
    rev: str = "HEAD",
    *,
    since: datetime | None = None,
) -> list[Revision]:
    """Give the commits that changed any of the paths, newest first; a folder means all that is in it.

    A merge counts as what it brought to its first parent's line. No path at all means every file below
    the prefix. `since` leaves out what was committed before.

    Raises:
        GitTrouble: the clone is shallow, so that older commits are missing.
        UnknownVersion: no commit answers to `rev`.
    """
    return [each.revision() for each in listed(repository, prefix, paths, rev, since=since)]


def listed(
    repository: Repository,
    prefix: str,
    paths: Sequence[str],
    rev: str = "HEAD",
    *,
    since: datetime | None = None,
) -> list[Listed]:
    """Give the same for those who need to know more of a few commits only.

    Raises:
        GitTrouble: the clone is shallow, so that older commits are missing.
        UnknownVersion: no commit answers to `rev`.
    """
    if since is None:
        require_full_history(repository)
    folder = prefix.strip("/")
    below = f"{folder}/" if folder else ""
    line = ["--first-parent", "-m"]
    line += [f"--since={since.isoformat()}"] if since else []
    start = rev if rev == "HEAD" else repository.resolve(rev)
    asked = ("log", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-show-signature", *line)
    chosen = [below + path for path in paths] or ([folder] if folder else [])
    command = (*asked, "--encoding=UTF-8", f"--format={_FORMAT}", start, "--", *chosen)
    done = repository.attempt(*command, env=_IN_BULK)
    if not done.returncode:
        return _read(done.stdout, below)
    if rev == "HEAD" and repository.head() is None:
        return []
    raise failed(command, done.stderr, repository.top)


def require_full_history(repository: Repository) -> None:
    """Refuse to count versions where a shallow clone lacks the older ones.

    Raises:
        GitTrouble: it does; the hint is the command that fetches them.
    """
    if repository.is_shallow():
        raise GitTrouble("this clone is shallow: its older history is missing", hint="git fetch --unshallow")


def _read(out: bytes, below: str) -> list[Listed]:
    """Read `log --raw -z`: per commit five fields, then pairs of a raw line and a path."""
    tokens = out.split(b"\0")
    found: list[Listed] = []
    blobs: dict[str, str | None] = {}
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.startswith(_START):
            blobs = {}
            found.append(Listed((token[1:], *tokens[at + 1 : at + 5]), blobs))
            at += 5
        elif token.lstrip(b"\n").startswith(b":"):
            path = os.fsdecode(tokens[at + 1]).removeprefix(below)
            blobs[path] = _blob(token)
            at += 2
        else:
            at += 1
    return found


def _blob(raw: bytes) -> str | None:
    blob = raw.split(b" ", 4)[3].decode("ascii")
    return blob if blob.strip("0") else None
