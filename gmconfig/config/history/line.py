"""HEAD's first-parent line: its commits, and what each changed, from one `git log --raw`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.errors import GitTrouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gmconfig.storage.git import Repository

_REASON = "Gmconfig-Reason"
_NOTHING = "0"


class Touched(NamedTuple):
    """A file that a commit changed: its blobs before and after; None where there was or is no such file."""

    path: str
    before: str | None
    after: str | None


class Commit:
    """One commit of the line; what its message says is read when it is asked for."""

    __slots__ = ("_date", "_message", "author", "author_email", "commit", "touched")

    def __init__(self, fields: list[str], touched: tuple[Touched, ...]) -> None:
        self.commit, self.author, self.author_email, self._date, self._message = fields
        self.touched = touched

    @property
    def date(self) -> datetime:
        """When it was written, in its author's time zone."""
        return datetime.fromisoformat(self._date)

    @property
    def subject(self) -> str:
        """The first paragraph of its message, on one line."""
        return self._parts()[0]

    @property
    def body(self) -> str:
        """The rest of its message, without trailers."""
        return self._parts()[1]

    @property
    def trailers(self) -> Mapping[str, str]:
        """What its last paragraph says to machines."""
        return self._parts()[2]

    @property
    def reason(self) -> str:
        """Why: the trailer that gmconfig writes, or the subject."""
        return self.trailers.get(_REASON) or self.subject

    def _parts(self) -> tuple[str, str, dict[str, str]]:
        from gmconfig.storage.git.message import split_message

        return split_message(self._message)

    def __repr__(self) -> str:
        return f"Commit({self.commit[:7]})"


def first_parent_line(repository: Repository, prefix: str, revision: str = "HEAD") -> list[Commit]:
    """Give the commits of the line, oldest first, with what each changed below `prefix`.

    Every commit counts, those that changed nothing there too. Paths are relative to `prefix`.

    Raises:
        GitTrouble: the clone is shallow, so that the line's beginning is not known.
        UnknownVersion: nothing answers to the revision.
    """
    if repository.is_shallow():
        raise GitTrouble("this clone is shallow: older versions are not here", hint="git fetch --unshallow")
    if revision == "HEAD" and repository.head() is None:
        return []
    commit = repository.resolve(revision)
    form = "--format=%H%x00%aN%x00%aE%x00%aI%x00%B"
    how = ("--first-parent", "--diff-merges=first-parent", "--raw", "-z", "--no-abbrev", "--no-renames")
    out = repository.run(
        "-c", "log.showRoot=true", "log", *how, "--reverse", "--encoding=UTF-8", form, commit, "--"
    )
    below = f"{prefix}/" if prefix else ""
    return list(_commits(out.decode("utf-8", "surrogateescape").split("\0"), below))


def _commits(fields: list[str], below: str) -> Iterator[Commit]:
    at, end = 0, len(fields)
    while at + 5 <= end:
        head = fields[at : at + 5]
        at += 5
        touched = []
        while at + 1 < end and fields[at].lstrip("\n").startswith(":"):
            if fields[at + 1].startswith(below):
                touched.append(_touched(fields[at], fields[at + 1].removeprefix(below)))
            at += 2
        yield Commit([head[0].lstrip("\n"), *head[1:]], tuple(touched))


def _touched(raw: str, path: str) -> Touched:
    _, _, before, after, _ = raw.split(" ")
    return Touched(path, before if before.strip(_NOTHING) else None, after if after.strip(_NOTHING) else None)
