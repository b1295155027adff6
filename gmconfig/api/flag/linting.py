"""Flags that are checked, and flags as they would be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gmconfig.api.flag import changes as flag_changes
from gmconfig.errors import GitTrouble, UnknownVersion
from gmconfig.flag.catalogue import is_flag_file, read, sound
from gmconfig.flag.code.calls import calls
from gmconfig.flag.code.files import sources
from gmconfig.flag.compiled import compiled
from gmconfig.flag.lint.demand import unmet
from gmconfig.flag.lint.findings import lint as linted
from gmconfig.flag.rebucketing import REBUCKET
from gmconfig.storage.change import YamlEdit
from gmconfig.storage.snapshot import Proposed
from gmconfig.storage.yaml.edit import Set
from gmconfig.validate.files import note_lines
from gmconfig.validate.report.report import Report, merged
from gmconfig.validate.run import current_day
from gmconfig.validate.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gmconfig.api.workspace import Workspace
    from gmconfig.finding import Finding
    from gmconfig.flag.flagd.flag_set import FlagSet
    from gmconfig.project import Project
    from gmconfig.storage.snapshot import Snapshot


def lint(project: Project, *, rebucket: bool = False, code: Sequence[str] = ()) -> Report:
    """Check the flags of the working tree in every environment, and what programs ask of them.

    `rebucket` lets users be dealt out anew; `code` names the folders of the programs.

    Raises:
        NotFound: there is no such folder.
    """
    snapshot = project.worktree()
    before = None if rebucket or os.environ.get(REBUCKET) else _last(project)
    findings = list(linted(project, snapshot, current_day(), before))
    lines: dict[tuple[str, int], str] = {}
    for finding in findings:
        if finding.place is not None:
            note_lines(Source(finding.place.file, snapshot.read(finding.place.file)), finding, lines)
    findings.extend(_unmet(project, snapshot, code, lines))
    files = sum(map(is_flag_file, snapshot.files()))
    return Report(merged(findings), tuple(project.environments), ("flags",), files=files, lines=lines)


def _unmet(
    project: Project, snapshot: Snapshot, code: Sequence[str], lines: dict[tuple[str, int], str]
) -> Iterator[Finding]:
    """Yield what programs ask for and no flag answers; an unreadable flag file leaves nothing to ask."""
    catalogue = read(project, snapshot)
    if catalogue.findings:
        return
    for folder in code:
        for file, raw in sources(folder, project.root):
            source = Source(file, raw)
            for finding in unmet(catalogue, calls(file, raw)):
                note_lines(source, finding, lines)
                yield finding


def _last(project: Project) -> Snapshot | None:
    """Give the last commit; None where there is none."""
    try:
        return project.snapshot("HEAD")
    except (GitTrouble, UnknownVersion):
        return None


def with_percentage(workspace: Workspace, name: str, percentage: float) -> FlagSet:
    """Give the flags with another percentage for one of them; nothing is written."""
    from gmconfig.path import KeyPath

    project, environment = workspace.project, workspace.environment
    worktree = project.worktree()
    file = flag_changes.known(sound(project, worktree), name).flags[name].name
    above = ("flags", name, "environments", environment) if environment else ("flags", name)
    edits = (
        Set(KeyPath((*above, "state")), "rollout"),
        Set(KeyPath((*above, "rollout", "percentage")), flag_changes.plain_number(percentage)),
    )
    proposed = Proposed(worktree, {file: YamlEdit(file, edits).apply(worktree.read(file))})
    return compiled(sound(project, proposed), project.chain(environment)).flag_set()
