"""Validating the working tree again: only documents that a changed file can reach are checked anew.

What is kept per document is a verdict, never a value that was opened, nor an environment variable's.
"""

from __future__ import annotations

import os

from gmconfig.log import debug
from gmconfig.validate import exact, run, warm
from gmconfig.validate.checks.flags import looked_at
from gmconfig.validate.collector import paused
from gmconfig.validate.policy.functions import is_further
from gmconfig.validate.reading import Reading
from gmconfig.validate.since import Since
from gmconfig.validate.state import State
from gmconfig.validate.subject import Subject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gmconfig.project.project import Project
    from gmconfig.secret.vault import Vault
    from gmconfig.validate.report.report import Report


def check(
    project: Project,
    *,
    vault: Vault | None = None,
    forms: Iterable[str] = ("text",),
    today: str | None = None,
) -> Report:
    """Check the whole working tree, reusing what is known about unchanged files.

    Args:
        project: what to check.
        vault: says where tokens belong; without one that is not checked.
        forms: formats (by `warm.text_key`) that `warm.answer` gives as long as nothing changes.
        today: the day (ISO 8601) that waivers are judged by.
    """
    from time import time_ns

    started = time_ns()
    with paused():
        kept, files = warm.taken_look(project.root)
        snapshot = Reading(project.worktree(), files)
        subject = Subject(project, snapshot, vault=vault, today=today or run.current_day())
        since = Since.begun(subject, vault, kept)
        debug("validate", "changed since the last check: %s", _changed(since))
        state = State.of(since)
        before = since.kept["exact"] if since.kept and not _is_given_an_identity() else None
        found = exact.remembered(subject, vault, before, since.changed)
        report = run.composed(
            subject,
            state.verdicts.results(),
            [*state.findings, *found.findings],
            state.lines,
            scope=state.verdicts.scope().with_flags(looked_at(subject), project.environments),
            whole=True,
            found=found,
            due=state.due,
        )
        unchanged = max(0, report.files - len(since.changed)) if since.kept else 0
        _keep(since, state, report, found, forms, started)
    return report.replaced(unchanged=unchanged)


def _changed(since: Since) -> str:
    if not since.kept:
        return "all, for there was none"
    return ", ".join(sorted(since.changed)[:20]) or "nothing"


def _is_given_an_identity() -> bool:
    """Whether the environment decides which secrets open; what is kept is of this machine's own identity."""
    return any(name.startswith(warm.IDENTITIES) for name in os.environ)


def rendered(report: Report, form: str) -> str:
    """Write a report in a format, by its name in the cache."""
    if form == warm.text_key("text", True):
        from gmconfig.validate.report.text import render

        return render(report, colour=True)
    from gmconfig.validate.report.formats import FORMATS

    return FORMATS[form](report)


def _keep(
    since: Since, state: State, report: Report, found: exact.Matches, forms: Iterable[str], started: int
) -> None:
    """Keep the results, and the texts to answer with while nothing changes."""
    root, files, kept = since.subject.project.root, since.subject.files, since.kept
    if warm.cache_of(root) is None or _is_given_an_identity():
        return
    suspects = files if kept is None else since.changed  # of the others that is known
    if any(".local." in file for file in suspects):  # whether git ignores them is not written in any of them
        return
    if any(is_further(rule.validation_func) for rule in since.subject.policies.rules):
        return  # what another package's check says may change with that package
    whole = report.replaced(unchanged=report.files)
    texts = kept["texts"] if kept and not since.changed and kept["until"] == report.until else {}
    among = files if kept is None else {*kept["young"], *since.changed} & files.keys()
    stamp = f"{started}.{os.getpid()}" if state.is_new or kept is None else kept["verdicts"]
    warm.store(
        root,
        {
            "config": warm.config_signature(root),
            "trusted": since.trusted,
            "files": files,
            "young": {file: since.digest(file) for file in warm.young_files(files, among, started)},
            "until": report.until,
            "due": state.due,
            "exit": 0 if report.ok else 1,
            "exact": found.kept,
            # An answer that rests on opened values is given anew each time.
            "texts": {} if found.findings else {**texts, **{form: rendered(whole, form) for form in forms}},
            "verdicts": stamp,
        },
        state.to_plain(stamp) if state.is_new else None,
    )
