"""Targets that tell nothing of themselves though something was put there: their marker, or all of it, is gone."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.config.diff import ABSENT, CHANGED, Change
from gmconfig.drift.difference import Difference
from gmconfig.errors import GmconfigError
from gmconfig.record.chain import Chain
from gmconfig.record.entry import THERE, Outcome, Record, Step
from gmconfig.target.declared import Target, targets
from gmconfig.target.kind import UNMANAGED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gmconfig.project import Project
    from gmconfig.target.kind import Live

_NOT_THERE = (None, UNMANAGED)
_GONE = "all that was put there is gone"
_UNMARKED = "its marker is gone or damaged: nobody can tell what was changed since"


class Lost(NamedTuple):
    """What was put there last: by which record, of which commit, with which digest, when; empty if not known."""

    record: str = ""
    commit: str = ""
    wanted: str = ""
    time: str = ""


class Deployed:
    """What the records say of each target; they are read once, and only if a target does not say it itself."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._lock = Lock()
        self._known: dict[str, dict[str, Lost]] = {}

    def last(self, target: Target) -> Lost | None:
        """Give what was put on a target last; None where nothing was, or where it was in another place."""
        with self._lock:
            if target.environment not in self._known:
                records = Chain(self.project, target.environment).records()
                self._known[target.environment] = _last_of_each(records)
        found = self._known[target.environment].get(target.name)
        return found if found and self._is_same_place(target, found.commit) else None

    def _is_same_place(self, target: Target, commit: str) -> bool:
        try:
            before = targets(self.project.at(self.project.snapshot(commit))).get(target.name)
        except GmconfigError:
            return True  # that commit is not at hand: better asked once too often
        return before is None or _place(before) == _place(target)


def lost(live: Live, deployed: Lost | None) -> Lost | None:
    """Give what was put where nothing says so any more; None where nothing was, as far as anybody knows."""
    if live.marker is not None:
        return None
    return deployed or (None if live.release in _NOT_THERE else Lost())


def without_marker(live: Live) -> Difference:
    """Tell of it as drift."""
    is_gone = live.release is None
    change = Change((), ABSENT if is_gone else "a file", "a file", CHANGED)
    return Difference("marker", change, _GONE if is_gone else _UNMARKED)


def _last_of_each(records: Iterable[Record]) -> dict[str, Lost]:
    """Give what each target has, by the records, the newest first."""
    decided: dict[str, Lost | None] = {}
    for record in records:
        for name, outcome in record.targets.items():
            if name not in decided and outcome.step in THERE:
                decided[name] = Lost(record.id, record.commit_of(name), outcome.wanted, record.changed)
            elif name not in decided and _is_taken_away(outcome):
                decided[name] = None
    return {name: found for name, found in decided.items() if found is not None}


def _is_taken_away(outcome: Outcome) -> bool:
    """Whether a record put back what was there before gmconfig."""
    return outcome.step is Step.RESTORED and outcome.before in _NOT_THERE


def _place(target: Target) -> tuple[object, ...]:
    """Give what says where a target is."""
    elsewhere = ("repository", "branch", "folder", "prefix", "endpoints", "layout", "options")
    return (
        target.kind,
        target.path,
        target.file,
        target.host,
        *(target.settings.get(name) for name in elsewhere),
    )
