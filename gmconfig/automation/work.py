"""One target of this host, changed by its agent: brought to a release and verified, or put back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.automation.seen import is_unproven, knows_before, seen
from gmconfig.deploy.change import TargetChange, is_unwell
from gmconfig.deploy.release import release_of
from gmconfig.errors import GmconfigError
from gmconfig.log import logger
from gmconfig.record.status import Answer, TargetState, TargetStatus
from gmconfig.target.kind import highest_fencing

if TYPE_CHECKING:
    from gmconfig.drift.made import Wanted
    from gmconfig.drift.standing import Standing
    from gmconfig.drift.survey import Survey
    from gmconfig.target.declared import Target

log = logger("automation")


class Cause(NamedTuple):
    """On whose behalf a target is changed: a deployment's id (or the agent's own), its fencing, its order."""

    id: str
    fencing: int
    order: str = ""
    corrects: bool = False


class Work:
    """Changes targets of one survey.

    `remember` keeps a word on a target before the target is touched, for the agent that comes after a crash.
    """

    def __init__(self, survey: Survey, remember: Callable[[str, TargetStatus], None]) -> None:
        self.survey = survey
        self.remember = remember

    def bring(self, standing: Standing, wanted: Wanted, cause: Cause, word: TargetStatus) -> TargetStatus:
        """Bring a target to what it should have, or back to what it had; say what came of it."""
        begun = replace(word, order=cause.order or word.order, answer=Answer.NONE, error=None)
        try:
            change = self._change(standing, wanted, cause, word)
            if change.release is not None:
                change.stage()
        except GmconfigError as error:
            return replace(begun, answer=Answer.FAILED, error=_lasting(error, cause))
        if change.release is not None:
            begun = replace(
                begun, state=TargetState.ACTIVATING, changed=change.name, before=change.before, refused=""
            )
            self.remember(standing.target.name, begun)
        return self._changed(change, standing, wanted, cause, begun)

    def put_back(self, standing: Standing, word: TargetStatus, fencing: int, why: str) -> TargetStatus:
        """Put back what was there before the live release; say what came of it."""
        live = standing.live
        if live is None or live.marker is None or not knows_before(word, standing):
            problem = f"{why}, but what was there before is not known"
            return replace(word, state=TargetState.FAILED, answer=Answer.RESTORE_FAILED, error=problem)
        target, marker = standing.target, live.marker
        change = self._plain(target, marker.record, marker.release, word.before)
        try:
            change.revert(live.release, fencing)
        except GmconfigError as error:
            problem = f"{why}, but it cannot be put back: {error.message}"
            return replace(word, state=TargetState.FAILED, answer=Answer.RESTORE_FAILED, error=problem)
        return self._read(
            target, replace(word, state=TargetState.RESTORED, answer=Answer.RESTORED, error=why)
        )

    def _change(self, standing: Standing, wanted: Wanted, cause: Cause, word: TargetStatus) -> TargetChange:
        """Give what is to be done; without a release there is only something to verify."""
        target, live, rendering = standing.target, standing.live, standing.rendering
        assert live is not None and rendering is not None  # noqa: S101  # it was compared
        if live.marker is not None and is_unproven(word, standing):
            return self._plain(target, live.marker.record, live.marker.release, word.before)
        if live.marker is not None and not standing.needs_change:
            return self._plain(target, live.marker.record, live.marker.release, live.release)
        release = release_of(cause, target, wanted, rendering, standing.kept)
        change = self._plain(target, cause.id, release.id, live.release)
        return replace(change, release=release)

    def _plain(self, target: Target, record: str, name: str, before: str | None) -> TargetChange:
        root = self.survey.project.root
        return TargetChange(target, self.survey.kind(target), record, name, before, root)

    def _changed(
        self, change: TargetChange, standing: Standing, wanted: Wanted, cause: Cause, begun: TargetStatus
    ) -> TargetStatus:
        live = None
        try:
            if change.release is not None:
                live = change.activate()
            change.verify()
        except GmconfigError as error:
            return self._failed(change, standing, cause, begun, error, live)
        self._prune(change)
        [after] = self.survey.look([(standing.target, wanted)])
        return seen(replace(begun, state=TargetState.UNKNOWN, answer=Answer.HEALTHY), after)

    def _failed(
        self,
        change: TargetChange,
        standing: Standing,
        cause: Cause,
        begun: TargetStatus,
        error: GmconfigError,
        live: str | None,
    ) -> TargetStatus:
        log.warning("%s: %s", change.target.name, error.message)
        answer, problem = Answer.FAILED, _lasting(error, cause)
        try:
            change.revert(live, cause.fencing)
        except GmconfigError as worse:
            answer, problem = Answer.RESTORE_FAILED, f"{problem}; it cannot be put back: {worse.message}"
        counts = is_unwell(error) and not cause.corrects
        digest = standing.rendering.wanted if standing.rendering and counts else ""
        state = TargetState.DRIFTED if cause.corrects else TargetState.FAILED
        return self._read(
            change.target, replace(begun, state=state, answer=answer, error=problem, refused=digest)
        )

    def _read(self, target: Target, word: TargetStatus) -> TargetStatus:
        """Fill in what is live now."""
        try:
            live = self.survey.kind(target).read()
        except GmconfigError:
            return word
        marker = live.marker
        return replace(
            word,
            release=live.release or "",
            record=marker.record if marker else "",
            commit=marker.commit if marker else "",
            wanted=marker.wanted if marker else "",
            fencing=max(word.fencing, highest_fencing(self.survey.kind(target), live)),
        )

    def _prune(self, change: TargetChange) -> None:
        try:
            change.kind.prune()
        except GmconfigError as error:
            log.warning("%s: old releases stay: %s", change.target.name, error)


def _lasting(error: GmconfigError, cause: Cause) -> str:
    """Say what went wrong without a name that each try has anew: what lasts is no news at every look."""
    return error.message.replace(cause.id, "…")
