"""Drift as an agent deals with it: noted in the journal, put back within the target's budget."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.automation.budget import CORRECTIONS, within_the_hour
from gmconfig.deploy.correction import Correction, correct, put_there
from gmconfig.drift.detection import identify
from gmconfig.drift.watching import Watch
from gmconfig.errors import GmconfigError
from gmconfig.log import logger

if TYPE_CHECKING:
    from gmconfig.automation.work import Cause, Work
    from gmconfig.drift.difference import Difference
    from gmconfig.drift.standing import Standing
    from gmconfig.project import Project
    from gmconfig.record.status import TargetStatus

log = logger("automation")


class Unacknowledged(Correction):
    """Puts back what nobody has acknowledged."""

    target: str = ""
    acknowledged: frozenset[str] = frozenset()

    def takes(self, difference: Difference) -> bool:
        """Whether it puts a difference back."""
        is_known = identify(self.target, difference) in self.acknowledged
        return not is_known and Correction.takes(self, difference)


class Drifted:
    """The drift of one project's targets."""

    def __init__(self, project: Project, work: Work) -> None:
        self.watch = Watch(project)
        self.work = work

    def note(self, standing: Standing, last: TargetStatus) -> None:
        """Note what drifted since the last look, and what is gone."""
        if standing.error is None and (standing.drift or last.drift):
            try:
                self.watch.seen([standing])
            except GmconfigError as error:
                log.warning("not written to the journal: %s", error.message)

    def corrected(self, standing: Standing, commit: str, cause: Cause, word: TargetStatus) -> TargetStatus:
        """Put drift back as far as the budget goes, and say what came of it."""
        now, target = datetime.now(UTC), standing.target
        times, limit = (
            within_the_hour(word.corrections, now),
            target.budget.get("corrections", CORRECTIONS),
        )
        acknowledged = self._acknowledged(target.name)
        correction = Unacknowledged(prune=True, target=target.name, acknowledged=acknowledged)
        try:
            planned = correct(self.work.survey, standing, correction, commit)
        except GmconfigError as error:
            return replace(word, corrections=times, error=error.message)
        if not planned.changes:
            return replace(word, corrections=times)
        if len(times) >= limit:
            return replace(word, corrections=times, error=_exhausted(limit))
        kept = replace(word, corrections=(*times, now.isoformat()))
        done = self.work.bring(planned, put_there(self.work.survey, standing, commit), cause, kept)
        if done.error and done.changed == word.changed:  # on a disk that is full, say, nothing was put back
            return replace(done, corrections=times)
        self._note_again(standing, commit, done)
        return done

    def _note_again(self, standing: Standing, commit: str, done: TargetStatus) -> None:
        """Note right away that the drift is gone."""
        if not done.error:
            survey = self.work.survey
            after = survey.look([(standing.target, put_there(survey, standing, commit))])
            self.note(after[0], replace(done, drift=1))

    def _acknowledged(self, target: str) -> frozenset[str]:
        today = datetime.now(UTC).date()
        known = (one for one in self.watch.known().values() if one.target == target and one.acknowledged)
        return frozenset(one.id for one in known if not one.resolved and not one.counts(today))


def _exhausted(limit: int) -> str:
    if not limit:
        return "its budget leaves drift to you: gmconfig drift correct"
    return f"put back {limit} times within an hour; what keeps changing it?"
