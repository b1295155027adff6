"""What each agent says of itself: a ref a host, written by that host alone, the latest only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from gmconfig.errors import BrokenConfiguration, GitTrouble
from gmconfig.log import logger
from gmconfig.record import names, note
from gmconfig.storage.git import refs
from gmconfig.storage.git.contents import each_blob

if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.record.entry import Record

log = logger("record")

Word = TypeVar("Word", bound=StrEnum)

HEARTBEAT = 300.0
"""After how many seconds an agent speaks at the latest, unless it looks more seldom."""

SILENT = 3.0
"""For how many times that an agent says nothing before it counts as gone."""


class TargetState(StrEnum):
    """How a target stands, as its agent sees it."""

    IN_SYNC = "in sync"
    BEHIND = "behind"
    DRIFTED = "drifted"
    ACTIVATING = "activating"
    FAILED = "failed"
    RESTORED = "restored"
    UNKNOWN = "unknown"


class Answer(StrEnum):
    """What became of a deployment's order on one target; empty where it is not carried out yet."""

    NONE = ""
    HEALTHY = "healthy"
    FAILED = "failed"
    RESTORED = "restored"
    RESTORE_FAILED = "restore_failed"


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """One target as its agent sees it; to the agent itself also what it must not forget.

    Attributes:
        state: how it stands.
        release, record, commit, wanted: of what is live, as its marker says.
        drift: how many paths are not what was put there.
        error: what is wrong, in one line.
        order: the deployment's order that came last, as `order_of` names it.
        answer: what became of it.
        changed: the release that was made live last, where `before` tells what it replaced.
        before: what named the live release until then; None for nothing.
        refused: the digest of content that failed here, or the commit that was taken back; neither is tried
            again without being asked.
        corrections: when drift was put back within the last hour, ISO 8601.
        fencing: the highest number of a lock that was ever at work there.
    """

    state: TargetState = TargetState.UNKNOWN
    release: str = ""
    record: str = ""
    commit: str = ""
    wanted: str = ""
    drift: int = 0
    error: str | None = None
    order: str = ""
    answer: Answer = Answer.NONE
    changed: str = ""
    before: str | None = None
    refused: str = ""
    corrections: tuple[str, ...] = ()
    fencing: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """An agent's word on one host: what it follows, since when, and what troubles it.

    Attributes:
        host: the machine.
        environment: of the targets that it looks after.
        commit: the configuration's commit that it follows (the last good one where `problem` says why).
        record: the deployment that it carried out last.
        targets: by name.
        time: when it said so, ISO 8601.
        problem: why it does not follow the newest commit, or cannot tell which that is, in one line.
        version: of its gmconfig.
        interval: how many seconds pass between two looks; 0 for one that looks when it is called.
    """

    host: str
    environment: str
    commit: str = ""
    record: str = ""
    targets: Mapping[str, TargetStatus] = field(default_factory=dict)
    time: str = ""
    problem: str | None = None
    version: str = ""
    interval: float = 0.0

    def is_silent(self, now: datetime, intervals: float = SILENT) -> bool:
        """Whether it has said nothing for so long that nobody should wait for it."""
        try:
            silence = (now - datetime.fromisoformat(self.time).astimezone(UTC)).total_seconds()
        except (ValueError, OverflowError):
            return True
        return self.interval > 0 and silence > intervals * max(HEARTBEAT, self.interval)


def order_of(record: Record) -> str:
    """Name what a deployment asks of agents; whoever takes it up again asks anew."""
    return f"{record.id}/{record.fencing}"


def write(project: Project, status: Status) -> str:
    """Put an agent's status in the place of its last one and give the ref; the ref has no history."""
    from dataclasses import asdict

    repository = project.repository
    ref = names.status(project, status.environment, status.host)
    tree = refs.flat_tree(repository, {"note.json": note.as_bytes(asdict(status))})
    commit = refs.chained(repository, (), tree, f"status: {status.environment} on {status.host}")
    refs.swap(repository, ref, commit, refs.read(repository, ref), "status")
    return ref


def read(project: Project, environment: str, host: str) -> Status | None:
    """Give what an agent said last, None if it never said anything."""
    found = note.read(project.repository, names.status(project, environment, host))
    return _status(found.content) if found.commit else None


def read_all(project: Project, environment: str) -> list[Status]:
    """Give what all agents of an environment said last, by host; what makes no sense is passed over."""
    found = sorted(refs.listed(project.repository, names.status(project, environment)).items())
    said = []
    for (ref, _), raw in zip(found, _notes(project, [commit for _, commit in found]), strict=True):
        try:
            said.append(_status(note.parsed(raw, ref)))
        except BrokenConfiguration as error:
            log.warning("%s", error.message)
    return said


def _notes(project: Project, commits: list[str]) -> list[bytes]:
    """Give what stands on status refs, through one git process unless one of them holds something else."""
    wanted = [f"{commit}:{note.FILE}" for commit in commits]
    try:
        return [raw for _, raw in each_blob(project.repository, wanted)]
    except GitTrouble:
        return [project.repository.run("cat-file", "blob", name, check=False) for name in wanted]


def _status(content: Mapping[str, object]) -> Status:
    targets, problem, interval = content.get("targets"), content.get("problem"), content.get("interval")
    return Status(
        **{name: str(content.get(name, "")) for name in _TEXTS},
        targets={name: _target(one) for name, one in targets.items()} if isinstance(targets, dict) else {},
        problem=str(problem) if problem else None,
        interval=float(interval) if isinstance(interval, int | float) else 0.0,
    )


_TEXTS = ("host", "environment", "commit", "record", "time", "version")
_TARGET_TEXTS = ("release", "record", "commit", "wanted", "order", "changed", "refused")


def _target(content: object) -> TargetStatus:
    said = content if isinstance(content, dict) else {}
    drift, error, before, times = (said.get(key) for key in ("drift", "error", "before", "corrections"))
    fencing = said.get("fencing")
    return TargetStatus(
        **{name: str(said.get(name, "")) for name in _TARGET_TEXTS},
        state=_known(TargetState, said.get("state"), TargetState.UNKNOWN),
        answer=_known(Answer, said.get("answer"), Answer.NONE),
        drift=drift if isinstance(drift, int) else 0,
        error=str(error) if error else None,
        before=str(before) if isinstance(before, str) else None,
        corrections=tuple(map(str, times)) if isinstance(times, list) else (),
        fencing=fencing if isinstance(fencing, int) else 0,
    )


def _known(kind: type[Word], said: object, otherwise: Word) -> Word:
    """Read a word; one of a newer gmconfig counts as none."""
    try:
        return kind(str(said))
    except ValueError:
        return otherwise
