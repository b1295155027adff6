"""Taking a change of flags to the remote, where others see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.errors import UsageError

if TYPE_CHECKING:
    from gmconfig.api.flag.answers import FlagOutcome
    from gmconfig.api.outcome import How
    from gmconfig.api.workspace import Workspace


def check_pushable(how: How) -> None:
    """Refuse to push what is not committed.

    Raises:
        UsageError: the change is to be left in the working tree.
    """
    if not how.commit:
        raise UsageError("what is not committed cannot be pushed", hint="leave out --push or --no-commit")


def pushed(workspace: Workspace, outcome: FlagOutcome) -> FlagOutcome:
    """Push the change, or what is committed already where there was nothing to change.

    A remote that refuses it, or cannot be reached, is told by the outcome: the commit is made.
    """
    if outcome.dry_run:
        return outcome
    from gmconfig.storage.git.push import push

    repository = workspace.project.repository
    commit = outcome.commit or repository.resolve("HEAD")
    return outcome.replaced(pushed=push(repository, workspace.project.settings.remote, commit))
