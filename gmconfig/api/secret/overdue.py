"""What was found to be overdue goes to the journal, once for each day on which a secret became due."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gmconfig.api.workspace import Workspace
    from gmconfig.finding import Finding

_KEPT = 2000


def note(workspace: Workspace, findings: Iterable[Finding]) -> None:
    """Append an event for each overdue secret that this clone has not noted yet."""
    from gmconfig.api.secret.rotating import journal_event
    from gmconfig.storage.cache import Cache

    folder = workspace.project.git_folder
    if folder is None:
        return
    cache, name = Cache(f"{folder}/gmconfig"), f"overdue-{workspace.project.prefix}"
    kept = cache.load(name)
    known = [str(one) for one in kept] if isinstance(kept, list) else []
    new = {one.message: one for one in findings if one.rule == "overdue" and one.message not in known}
    told = [message for message, one in new.items() if journal_event(workspace, _event(one))]
    if told:
        cache.store(name, [*known, *told][-_KEPT:])


def _event(finding: Finding) -> dict[str, object]:
    environment = finding.environments[0] if finding.environments else "common"
    return {
        "kind": "secret-overdue",
        "secret": finding.path,
        "environment": environment,
        "message": finding.message,
    }
