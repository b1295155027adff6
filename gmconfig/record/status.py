"""What each agent says of itself: a ref a host, written by that host alone, the latest only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gmconfig.record import names, note
from gmconfig.storage.git import refs

if TYPE_CHECKING:
    from gmconfig.project import Project


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """One target as its agent sees it: `state` is in sync, drifted, behind, failed or unreachable."""

    state: str
    release: str = ""
    record: str = ""
    drift: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """An agent's word on one host: what it runs, since when, and what troubles it.

    Attributes:
        host: the machine.
        environment: of the targets that it looks after.
        commit: the configuration's commit that it follows (the last good one where `problem` says why).
        record: the deployment whose releases it has activated.
        targets: by name.
        time: when it said so, ISO 8601.
        problem: why it does not follow the newest commit, in one line.
        version: of its gmconfig.
    """

    host: str
    environment: str
    commit: str = ""
    record: str = ""
    targets: Mapping[str, TargetStatus] = field(default_factory=dict)
    time: str = ""
    problem: str | None = None
    version: str = ""


def write(project: Project, status: Status) -> str:
    """Put an agent's status in the place of its last one and give the ref; the ref has no history."""
    from dataclasses import asdict

    repository = project.repository
    ref = names.status(project, status.environment, status.host)
    tree = refs.flat_tree(repository, {"note.json": note.as_bytes(asdict(status))})
    commit = refs.chained(repository, (), tree, f"status: {status.environment} on {status.host}")
    refs.swap(repository, ref, commit, refs.read(repository, ref), "status")
    return ref


def read_all(project: Project, environment: str) -> list[Status]:
    """Give what all agents of an environment said last, by host."""
    below = names.status(project, environment)
    found = refs.listed(project.repository, below)
    return [
        _status(note.content_of(project.repository, commit, ref)) for ref, commit in sorted(found.items())
    ]


def _status(content: Mapping[str, object]) -> Status:
    targets, problem = content.get("targets"), content.get("problem")
    return Status(
        **{name: str(content.get(name, "")) for name in _TEXTS},
        targets={name: _target(one) for name, one in targets.items()} if isinstance(targets, dict) else {},
        problem=str(problem) if problem else None,
    )


_TEXTS = ("host", "environment", "commit", "record", "time", "version")


def _target(content: object) -> TargetStatus:
    said = content if isinstance(content, dict) else {}
    drift, error = said.get("drift"), said.get("error")
    return TargetStatus(
        state=str(said.get("state", "")),
        release=str(said.get("release", "")),
        record=str(said.get("record", "")),
        drift=drift if isinstance(drift, int) else 0,
        error=str(error) if error else None,
    )
