"""Configuration changes, as git's history has them: which documents of which environments, by whom, when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.finding import Severity
from gmconfig.monitor.alert import Kind
from gmconfig.monitor.condition import Condition
from gmconfig.monitor.happened import FRESH
from gmconfig.monitor.lifecycle import one_line
from gmconfig.storage.git.history import touching

if TYPE_CHECKING:
    from gmconfig.project import Project

RULE = "configuration-changed"


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
    """Yield the last change of each document within a day."""
    last: dict[str, Changed] = {}
    for one in changed:
        if now - datetime.fromisoformat(one.time) < FRESH:
            last.setdefault(f"{one.document}/{one.environment or 'common'}", one)
    for subject, one in last.items():
        where = f" in {one.environment}" if one.environment else ""
        yield Condition(
            RULE, subject, Kind.CHANGE, Severity.INFO,
            f"{one.document} was changed{where} by {one.author}: {one.subject}",
            hint=f"git show {one.commit[:12]}",
            environment=one.environment,
            config_name=one.document,
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
