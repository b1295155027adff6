"""The one way a change happens: make it, check the result, commit exactly that."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gmconfig.api.committed import as_committed
from gmconfig.api.outcome import Outcome
from gmconfig.api.secret.demanded_sealing import check_sealed
from gmconfig.errors import InvalidConfiguration
from gmconfig.log import debug
from gmconfig.storage.change import Agreed
from gmconfig.storage.snapshot import Proposed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.api.outcome import Deed, How
    from gmconfig.finding import Finding
    from gmconfig.project import Project
    from gmconfig.storage.change import FileEdit
    from gmconfig.storage.snapshot import Snapshot

Files = dict[str, tuple[bytes | None, bytes | None]]


def carry_out(
    project: Project,
    edits: Mapping[str, FileEdit],
    how: How,
    deed: Deed,
    *,
    checked: bool = True,
) -> Outcome:
    """Carry a change out as far as `how` says.

    Raises:
        InvalidConfiguration: the result would fail a check that passes now.
        Refused: the repository is in the middle of something, or somebody's own change is in the way.
    """
    files = changed_files(project.worktree(), edits)
    outcome = Outcome(
        deed.message(how.reason),
        deed.document,
        deed.environment,
        deed.changes,
        files,
        dry_run=how.dry_run,
        still_overridden=deed.still_overridden,
    )
    if not files:
        return outcome
    if checked:
        check(project, files)
        before = project.worktree()
        after = Proposed(before, {file: content for file, (_, content) in files.items()})
        check_sealed(project, before, after, files)
    if how.dry_run:
        return outcome
    return _kept(project, {file: edits[file] for file in files}, how, deed, outcome)


def changed_files(snapshot: Snapshot, edits: Mapping[str, FileEdit]) -> Files:
    """Give each file that the edits really change, before and after."""
    files: Files = {}
    for file, edit in edits.items():
        before = snapshot.read(file) if snapshot.exists(file) else None
        after = edit.apply(before)
        if after != before or isinstance(edit, Agreed):
            files[file] = (before, after)
    return files


def check(project: Project, files: Files) -> None:
    """Refuse a change whose result fails a check that passes without it.

    Raises:
        InvalidConfiguration: with the findings.
    """
    from gmconfig.validate.run import check as validated

    proposed = Proposed(project.worktree(), {file: after for file, (_, after) in files.items()})
    found = [f for f in validated(project.at(proposed), proposed, files=tuple(files)).findings if f.fails]
    if not found:
        return
    known = {
        _identity(f) for f in validated(project, project.worktree(), files=tuple(files)).findings if f.fails
    }
    new = tuple(
        finding.replaced(hint=None) if _is_plain(finding) else finding  # its hint is about what stands there
        for finding in found
        if _identity(finding) not in known
    )
    if new:
        raise InvalidConfiguration(
            "the change was refused, the result would not be valid", new, hint=_allowed(new[0])
        )


def _allowed(finding: Finding) -> str:
    """Say that nothing was changed, and which command leads on."""
    from shlex import quote

    if not finding.document or not finding.path:
        return "nothing was changed"
    where = f" -e {finding.environments[0]}" if finding.environments else ""
    value = f"{finding.document} {quote(finding.path)}{where}"
    if finding.check == "schema":
        return f"nothing was changed; what may stand there: gmconfig config explain {value}"
    if _is_plain(finding):
        return (
            f"nothing was changed; sealed it may stand there: gmconfig config set {value} --secret --create"
        )
    return "nothing was changed"


def _is_plain(finding: Finding) -> bool:
    """Whether it says that plain text would stand where the policy wants it sealed."""
    return (finding.check, finding.rule) == ("secret", "plaintext")


def _identity(finding: Finding) -> tuple[object, ...]:
    """What makes a finding the same one although lines moved."""
    return finding.check, finding.rule, finding.document, finding.path, finding.message, finding.environments


def _kept(
    project: Project,
    edits: Mapping[str, FileEdit],
    how: How,
    deed: Deed,
    outcome: Outcome,
) -> Outcome:
    if not how.commit:
        from gmconfig.storage.git import write_working

        write_working(project.root, edits)
        return outcome
    from gmconfig.storage.git import commit

    trailers = deed.commit_trailers(how.reason)
    result = commit(
        project.repository, project.prefix, edits, outcome.message, author=how.user, trailers=trailers
    )
    debug("api", "committed %s: %s (%s)", result.commit, outcome.message, ", ".join(sorted(outcome.files)))
    if any(file.startswith("secrets/log/") for file in edits):
        from gmconfig.secret.log.past import Past

        Past(project.repository, project.prefix).remember(result.commit, result.parent)
    _tell(project, result.commit, how, outcome)
    return as_committed(outcome, result)


def _tell(project: Project, commit: str | None, how: How, outcome: Outcome) -> None:
    """Tell whoever listens in this process; where nothing has loaded the listening, nobody does."""
    if hearing := sys.modules.get("gmconfig.storage.hearing"):
        event = {"kind": "commit", "commit": commit, "files": list(outcome.files)}
        hearing.tell(project.repository.common_dir, "", {**event, "by": how.user, "message": outcome.message})
