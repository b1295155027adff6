"""What is seen now against what the journal tells: drift that is new is noted, drift that is gone is closed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from gmconfig.drift.detection import (
    ACKNOWLEDGED,
    DETECTED,
    KINDS,
    RESOLVED,
    DriftDetection,
    detections,
    told_by,
)
from gmconfig.record import names
from gmconfig.storage.journal import Event, Journal
from gmconfig.storage.lock import Lock
from gmconfig.storage.recalled import Recalled

if TYPE_CHECKING:
    from gmconfig.drift.standing import Standing
    from gmconfig.project import Project


class Watch:
    """The journal's drifts of one project."""

    def __init__(self, project: Project) -> None:
        self.journal = Journal(project.repository, names.below(project))

    def known(self) -> dict[str, DriftDetection]:
        """Give every drift that was ever noted, by id, in its last state."""
        return told_by(self._events())

    def _events(self) -> list[Event]:
        return Recalled(self.journal, KINDS).read()

    def seen(self, standings: Iterable[Standing]) -> list[DriftDetection]:
        """Note what is new and what is gone on the targets that were looked at; give what has drifted now.

        A target that could not be looked at keeps what was noted of it.
        """
        looked = [one for one in standings if one.live is not None and one.error is None]
        now = {found.id: found for one in looked for found in detections(one)}
        targets, known = {one.target.name for one in looked}, self.known()
        if any(_news(now, known, targets)):
            with self._turn():  # so that what others note meanwhile is not noted again
                self._note_news(*_news(now, self.known(), targets))
            known = self.known()
        return _with_past(now, known)

    def acknowledge(self, ids: Sequence[str], by: str, reason: str, until: str | None) -> None:
        """Note that drifts are known to somebody."""
        self._note(ACKNOWLEDGED, ids=list(ids), by=by, reason=reason, until=until)

    def _note_news(self, fresh: Sequence[DriftDetection], gone: Sequence[str]) -> None:
        if fresh:
            self._note(DETECTED, detections=[_noted(one) for one in fresh])
        if gone:
            self._note(RESOLVED, ids=gone)

    def _turn(self) -> Lock:
        return Lock(f"{self.journal.repository.common_dir}/gmconfig/drift.lock")

    def _note(self, kind: str, **content: object) -> None:
        self.journal.append({"kind": kind, **content}, now=self._moment())

    def _moment(self) -> datetime:
        """Give a moment after all that was noted, even by a clock that is ahead, since the last word counts."""
        now, events = datetime.now(UTC), self._events()
        with suppress(ValueError, OverflowError):
            last = datetime.fromisoformat(str(events[-1].get("time"))) if events else now
            return max(now, last.astimezone(UTC) + timedelta(microseconds=1))
        return now


def _news(
    now: Mapping[str, DriftDetection], known: Mapping[str, DriftDetection], targets: Collection[str]
) -> tuple[list[DriftDetection], list[str]]:
    """Give what is new, came again or to another value, and the ids of what is gone."""
    fresh = [one for one in now.values() if one.id not in known or not one.is_as(known[one.id])]
    there = (one.id for one in known.values() if one.target in targets and not one.resolved)
    return fresh, [name for name in there if name not in now]


def _noted(one: DriftDetection) -> dict[str, Any]:
    said = asdict(one)
    return {key: said[key] for key in said if key not in ("detected_at", "resolved_at", "acknowledged")}


def _with_past(
    now: Mapping[str, DriftDetection], known: Mapping[str, DriftDetection]
) -> list[DriftDetection]:
    return [
        replace(one, detected_at=known[name].detected_at, acknowledged=known[name].acknowledged)
        if name in known
        else one
        for name, one in now.items()
    ]
