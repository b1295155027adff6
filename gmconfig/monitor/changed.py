"""Configuration changes, as git's history has them: which documents of which environments, by whom, when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.counted import counted
from gmconfig.finding import Severity
from gmconfig.monitor.alert import Kind
from gmconfig.monitor.condition import Condition
from gmconfig.monitor.happened import FRESH
from gmconfig.monitor.lifecycle import one_line
from gmconfig.storage.git.history import touching

if TYPE_CHECKING:
    from gmconfig.project import Project

RULE = "configuration-changed"
_MANY = 20
"""Of how many layers a commit's changes are told one by one."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One commit's change of one document in one environment (None: in all of them).

    `document` is what the layout calls the file; secrets, flags, policies and access go by their own names.
    """

    commit: str
    time: str
    author: str
    subject: str
    document: str
    environment: str | None


def changes(project: Project, since: datetime) -> list[Changed]:
    """Give what was committed on the current line since a moment, the newest first."""
    found = []
    for revision in touching(project.repository, project.prefix, [], since=since):
        moment = revision.date.astimezone(UTC)
        time = moment.isoformat().replace("+00:00", "Z")
        found += [
            Changed(revision.commit, time, one_line(revision.author), one_line(revision.subject), *one)
            for one in meant(project, revision.blobs)
            if moment >= since
        ]
    return found


def meant(project: Project, files: Iterable[str]) -> list[tuple[str, str | None]]:
    """Give the documents, each with its environment, that files belong to."""
    found = dict.fromkeys(_named(project, file) for file in files)
    return [one for one in found if one is not None]


def conditions(changed: Iterable[Changed], now: datetime) -> Iterator[Condition]:
    """Yield the last change of each document within a day; a commit that changed many is told once."""
    recent = [one for one in changed if now - datetime.fromisoformat(one.time) < FRESH]
    size = Counter(one.commit for one in recent)
    last: dict[str, Changed] = {}
    for one in recent:
        last.setdefault(f"{one.document}/{one.environment or 'common'}", one)
    large: dict[str, list[Changed]] = {}
    for subject, one in last.items():
        if size[one.commit] > _MANY:
            large.setdefault(one.commit, []).append(one)
        else:
            yield _one_changed(subject, one)
    for together in large.values():
        yield _many_changed(together)


def _one_changed(subject: str, one: Changed) -> Condition:
    where = f" in {one.environment}" if one.environment else ""
    what = f"{one.document} was changed{where} by {one.author}"
    return _condition(subject, one, what, one.environment, one.document)


def _many_changed(together: Sequence[Changed]) -> Condition:
    """Give one condition for what a commit changed in many documents, as when a repository is adopted."""
    first, environments = together[0], {one.environment for one in together}
    documents = counted(len({one.document for one in together}), "document")
    environment = first.environment if len(environments) == 1 else None
    return _condition(first.commit[:12], first, f"{first.author} changed {documents}", environment, None)


def _condition(
    subject: str, one: Changed, what: str, environment: str | None, document: str | None
) -> Condition:
    return Condition(
        RULE, subject, Kind.CHANGE, Severity.INFO,
        f"{what}: {one.subject}",
        hint=f"git show {one.commit[:12]}",
        environment=environment,
        config_name=document,
        occurrence=one.commit,
    )  # fmt: skip


_FOLDERS = {"flags/": "flags", "policies/": "policies", "schemas/": "schemas"}
_FILES = {"gmconfig.yaml": "gmconfig.yaml", "access.yaml": "access"}


def _named(project: Project, file: str) -> tuple[str, str | None] | None:
    """Give the document and environment that a file belongs to; None for what is not configuration."""
    layer = project.layout.read(file)
    if layer is not None:
        return layer.document, layer.environment
    if file in _FILES:
        return _FILES[file], None
    if file.startswith("secrets/"):
        return _secrets(file)
    return next(((name, None) for folder, name in _FOLDERS.items() if file.startswith(folder)), None)


def _secrets(file: str) -> tuple[str, str | None] | None:
    name, dot, _ = file.removeprefix("secrets/").partition(".")
    if not dot or "/" in name:
        return None  # keys and the log go along with every sealed change
    return "secrets", None if name == "common" else name
