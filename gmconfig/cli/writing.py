"""The options that every verb which changes something has, and what it does with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gmconfig.cli import options, outcome
from gmconfig.errors import UsageError

if TYPE_CHECKING:
    from gmconfig.api import How, Outcome


class Writing:
    """Who changes, why, how far, and how the result is shown."""

    PARAMETERS: dict[str, tuple[Any, Any]] = {
        "reason": (options.Reason, None),
        "user": (options.User, None),
        "dry_run": (options.DryRun, False),
        "no_commit": (options.NoCommit, False),
        "output": (options.TextOrJson, "text"),
    }
    """Each option with its default, in the order of `--help`."""

    def __init__(
        self, *, reason: str | None, user: str | None, dry_run: bool, no_commit: bool, output: str
    ) -> None:
        if reason is not None and not reason.strip():  # most likely a variable of a script that is empty
            raise UsageError("the reason is empty", hint="say why, or leave -m out")
        self.output = output
        self.dry_run = dry_run
        self.how: dict[str, Any] = {
            "user": user,
            "reason": reason,
            "dry_run": dry_run,
            "commit": not no_commit,
        }

    def as_value(self) -> How:
        """Give it as the library's value."""
        from gmconfig.api import How

        return How(**self.how)

    def show(self, result: Outcome) -> None:
        """Print what was changed, or would be."""
        outcome.show(result, self.output)
