"""What a commit says of itself, and what points at it: read through GitPython, off the hot paths."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble
from gmconfig.storage.git.environment import QUIET
from gmconfig.storage.git.history import UNREADABLE, Revision
from gmconfig.storage.git.message import split_message

if TYPE_CHECKING:
    import git

    from gmconfig.storage.git.repository import Repository


def describe(repository: Repository, rev: str) -> Revision:
    """Give the author, date, reason and changed files of one commit, against its first parent.

    Raises:
        UnknownVersion: no commit answers to `rev`.
    """
    commit = repository.resolve(rev)
    with _opened(repository) as opened:
        return _revision(opened.commit(commit))


def remotes(repository: Repository) -> dict[str, list[str]]:
    """Give the remotes with their addresses."""
    with _opened(repository) as opened:
        return {remote.name: list(remote.urls) for remote in opened.remotes}


@contextmanager
def _opened(repository: Repository) -> Iterator[git.Repo]:
    import git  # costs 85 ms

    try:
        with git.Repo(repository.top, odbt=git.GitCmdObjectDB) as opened:
            opened.git.update_environment(**{**repository.environ, **QUIET})
            yield opened
    except (git.GitError, ValueError, OSError) as error:
        raise GitTrouble(f"GitPython cannot read the repository: {type(error).__name__}") from error


def _revision(commit: git.Commit) -> Revision:
    message = commit.message if isinstance(commit.message, str) else commit.message.decode("utf-8", "replace")
    subject, body, trailers = split_message(message)
    return Revision(
        commit.hexsha,
        commit.author.name or "",
        commit.author.email or "",
        _moment(commit),
        subject,
        body,
        trailers,
        _blobs(commit),
    )


def _moment(commit: git.Commit) -> datetime:
    try:
        found = commit.authored_datetime
        found.astimezone(UTC)
    except (ValueError, OverflowError):
        return UNREADABLE
    return found


def _blobs(commit: git.Commit) -> dict[str, str | None]:
    import git

    if not commit.parents:
        return {str(blob.path): blob.hexsha for blob in commit.tree.traverse() if isinstance(blob, git.Blob)}
    changes = commit.parents[0].diff(commit, no_renames=True)
    return {str(one.b_path or one.a_path): one.b_blob.hexsha if one.b_blob else None for one in changes}
