"""What happened, as rules hear of it: a kind such as `drift.detected`, a subject, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gmconfig.monitor.changed import Changed, meant
from gmconfig.monitor.happened import moment_of
from gmconfig.monitor.lifecycle import QUIET

if TYPE_CHECKING:
    from gmconfig.project import Project

RULES = "rules"
"""The key of an event that names the rules which caused it, the last one last."""

_SUBJECTS = ("target", "secret", "document", "rule", "subject", "environment")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        id: the same in every clone; it is acted on once.
        kind: in words with dots between them.
        time: when.
        content: what conditions and actions see.
        because_of: the rules that caused it, one after the other.
    """

    id: str
    kind: str
    time: datetime
    content: Mapping[str, Any] = field(default_factory=dict)
    because_of: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """What it is about: the same for events that follow on each other."""
        found = [str(self.content[key]) for key in _SUBJECTS if self.content.get(key)]
        return "/".join([self.kind.partition(".")[0], *found])

    @property
    def data(self) -> dict[str, Any]:
        """What conditions and commands see."""
        return {**self.content, "kind": self.kind, "time": self.time.isoformat()}


def told(entries: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[Event]:
    """Yield the events that journal entries are, each with the name of its file."""
    for name, entry in entries:
        moment = moment_of(entry.get("time"))
        kind = kind_of(entry)
        if moment is not None and kind is not None:
            for part, content in _parts(entry):
                said = {key: value for key, value in content.items() if key not in ("kind", "time", RULES)}
                yield Event(name + part, kind, moment, said, _causes(entry))


def kind_of(entry: Mapping[str, Any]) -> str | None:
    """Give the kind of a journal entry; None for what is nobody's business."""
    word = str(entry.get("kind"))
    if word == "alert":
        return f"alert.{entry.get('to')}" if entry.get("to") not in QUIET else None
    if word == "reload-failed":
        return "config.reload-failed"
    if word in ("deployment", "agent", "automation"):
        return f"{word}.{_dashed(entry.get('state'))}"
    if word == "backup":
        return f"backup.{entry.get('action')}"
    room, dash, rest = word.partition("-")
    return f"{room}.{rest}" if dash and room in ("drift", "secret") else None


def changed(found: Iterable[Changed]) -> Iterator[Event]:
    """Yield the events that commits are: one a document and environment."""
    for one in found:
        content = {
            "commit": one.commit,
            "by": one.author,
            "message": one.subject,
            "document": one.document,
            "environment": one.environment,
        }
        name = f"{one.commit}:{one.document}:{one.environment or 'common'}"
        yield Event(name, "config.changed", datetime.fromisoformat(one.time), content)


def committed(project: Project, entry: Mapping[str, Any]) -> Iterator[Event]:
    """Yield the events that a commit of this process is."""
    time = datetime.now(UTC).isoformat()
    files, commit = entry.get("files") or (), str(entry.get("commit"))
    by, message = str(entry.get("by") or ""), str(entry.get("message"))
    return changed(Changed(commit, time, by, message, *one) for one in meant(project, files))


def fetched(branch: str, commit: str, now: datetime) -> Event:
    """Give the event that a branch is at a commit."""
    return Event(f"{branch}@{commit}", "config.fetched", now, {"commit": commit, "branch": branch})


def _parts(entry: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield drift target by target, everything else as it is."""
    detections = entry.get("detections")
    if not isinstance(detections, list):
        yield "", entry
        return
    by_target: dict[str, list[Mapping[str, Any]]] = {}
    for one in detections:
        if isinstance(one, dict):
            by_target.setdefault(str(one.get("target")), []).append(one)
    for target, found in by_target.items():
        where = {key: found[0].get(key) for key in ("environment", "document", "path")}
        whole = {key: value for key, value in entry.items() if key != "detections"}
        yield f"#{target}", {**whole, **where, "target": target, "count": len(found), "detections": found}


def _causes(entry: Mapping[str, Any]) -> tuple[str, ...]:
    named = entry.get(RULES)
    found = tuple(map(str, named)) if isinstance(named, list) else ()
    if entry.get("kind") == "alert" and entry.get("rule") == "automation-failed":
        return (*found, str(entry.get("subject")))
    return (*found, str(entry.get("rule"))) if entry.get("kind") == "automation" else found


def _dashed(word: object) -> str:
    return str(word).replace(" ", "-").replace("_", "-")
