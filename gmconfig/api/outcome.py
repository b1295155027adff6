"""What a change is, how it is asked for, and what it did or would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gmconfig.finding import Place
from gmconfig.immutable import Immutable


class How(Immutable):
    """Who changes, why, and how far.

    Args:
        user: the commit's author, `Name <address>` or a name; git's identity by default.
        reason: why; becomes part of the commit message.
        dry_run: say what would be done, and change nothing.
        commit: False leaves the change in the working tree.
    """

    __slots__ = ("user", "reason", "dry_run", "commit")

    def __init__(
        self,
        user: str | None = None,
        reason: str | None = None,
        dry_run: bool = False,
        commit: bool = True,
    ) -> None:
        self.user = user
        self.reason = reason
        self.dry_run = dry_run
        self.commit = commit


class Edited(Immutable):
    """One value that a change touched; secrets are masked.

    Attributes:
        place: where it stands now, or stood.
        path: its path in the document.
        kind: `+` for a new value, `-` for a removed one, `~` for a changed one.
        before, after: both values; None where there is none.
    """

    __slots__ = ("place", "path", "kind", "before", "after")

    def __init__(
        self,
        place: Place,
        path: str,
        kind: str,
        before: object,
        after: object,
    ) -> None:
        self.place = place
        self.path = path
        self.kind = kind
        self.before = before
        self.after = after


class Deed(Immutable):
    """What is done: what its commit says of it, and what is told besides.

    Args:
        operation: its name, in the trailer `Gmconfig-Operation`.
        subject: the commit message's first line; the reason is put behind it.
        document, environment: what is changed, as far as it is one.
        trailers: more of the commit's, without `Gmconfig-` in front.
        changes: each value that is touched.
        still_overridden: the environments that keep a value of their own.
    """

    __slots__ = (
        "operation",
        "subject",
        "document",
        "environment",
        "trailers",
        "changes",
        "still_overridden",
    )

    def __init__(
        self,
        operation: str,
        subject: str,
        document: str | None = None,
        environment: str | None = None,
        trailers: Mapping[str, str] | None = None,
        changes: Sequence[Edited] = (),
        still_overridden: Sequence[str] = (),
    ) -> None:
        self.operation = operation
        self.subject = subject
        self.document = document
        self.environment = environment
        self.trailers = trailers or {}
        self.changes = tuple(changes)
        self.still_overridden = tuple(still_overridden)

    def message(self, reason: str | None) -> str:
        """Give the commit message's first line, with why it is done."""
        return f"{self.subject}: {reason}" if reason else self.subject

    def commit_trailers(self, reason: str | None) -> dict[str, str]:
        """Give what machines read off the commit: what was done, to what, and why."""
        named = {
            "Operation": self.operation,
            "Document": self.document,
            "Environment": self.environment,
            **self.trailers,
            "Reason": reason,
        }
        return {f"Gmconfig-{name}": value for name, value in named.items() if value}


class Outcome(Immutable):
    """What a change did, or would do if it was a dry run.

    Attributes:
        message: the commit message's first line.
        document, environment: what was changed, as far as it was one.
        changes: each value that was touched.
        files: each changed file's content before and after; None for no file.
        commit: the full id; None where nothing was committed.
        branch: where it was committed.
        dry_run: whether it only would be done.
        still_overridden: the environments that keep a value of their own.
    """

    __slots__ = (
        "message",
        "document",
        "environment",
        "changes",
        "files",
        "commit",
        "branch",
        "dry_run",
        "still_overridden",
    )

    def __init__(
        self,
        message: str,
        document: str | None = None,
        environment: str | None = None,
        changes: tuple[Edited, ...] = (),
        files: Mapping[str, tuple[bytes | None, bytes | None]] | None = None,
        commit: str | None = None,
        branch: str | None = None,
        dry_run: bool = False,
        still_overridden: tuple[str, ...] = (),
    ) -> None:
        self.message = message
        self.document = document
        self.environment = environment
        self.changes = changes
        self.files = files or {}
        self.commit = commit
        self.branch = branch
        self.dry_run = dry_run
        self.still_overridden = still_overridden

    @property
    def changed(self) -> bool:
        """Whether there was anything to change."""
        return bool(self.files)

    def __repr__(self) -> str:
        return f"Outcome({self.message!r}, commit={self.commit!r}, files={sorted(self.files)})"
