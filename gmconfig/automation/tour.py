"""One look of an agent at the targets of its host, and what it does about each."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.automation import turn
from gmconfig.automation.drifted import Drifted
from gmconfig.automation.order import Order, ordered, refusal
from gmconfig.automation.seen import knows_before, seen
from gmconfig.automation.work import Cause, Work
from gmconfig.deploy.budget import exceeded
from gmconfig.deploy.planning import wanted_of
from gmconfig.drift.made import Wanted
from gmconfig.errors import GmconfigError
from gmconfig.log import debug
from gmconfig.record.status import Answer, Status, TargetState, TargetStatus, order_of
from gmconfig.target.kind import highest_fencing

if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.drift.standing import Standing
    from gmconfig.drift.survey import Survey
    from gmconfig.record.entry import Record
    from gmconfig.record.ledger import Ledger
    from gmconfig.target.declared import Target

_KEPT = (TargetState.FAILED, TargetState.RESTORED)


@dataclass(frozen=True, slots=True)
class Scene:
    """What an agent knows when it sets out.

    Attributes:
        commit: what it follows.
        declared: every target of the environment.
        record: the newest deployment that agents carry out, None for none.
        led: whether that is being carried out right now.
        others: what the other agents say.
        still: why nothing may be changed now, in words; None where it may.
        trusts: refuses a commit that must be signed and is not.
    """

    commit: str
    declared: Mapping[str, Target]
    record: Record | None
    led: bool
    others: Sequence[Status]
    still: str | None
    trusts: Callable[[str], None]


class Tour:
    """Attends to one target after the other.

    Args:
        ledger: of the environment.
        survey: looks at targets.
        scene: what is known.
        memory: what was said of the targets so far.
        work: changes them.
        stops: whether somebody asked to stop: what has not begun yet is left for the next time then.
    """

    def __init__(
        self,
        ledger: Ledger,
        survey: Survey,
        scene: Scene,
        memory: MutableMapping[str, TargetStatus],
        work: Work,
        stops: Callable[[], bool] = lambda: False,
    ) -> None:
        self.ledger = ledger
        self.stops = stops
        self.survey = survey
        self.scene = scene
        self.memory = memory
        self.work = work
        self.drifted = Drifted(ledger.project, work)

    def attend(self, target: Target) -> TargetStatus:
        """Look at a target, do what is to be done, and say how it stands."""
        last = self.memory.get(target.name, TargetStatus())
        wanted, _ = wanted_of(self.ledger.holds.all(), target, self.scene.commit)
        [standing] = self.survey.look([(target, wanted)])
        word = self._unforgotten(standing, seen(last, standing), last)
        self.drifted.note(standing, last)
        order = ordered(self.scene.record, target.name, word, led=self.scene.led)
        debug("automation", "%s: %s", target.name, order.name.lower())
        if self.stops() or order is Order.WAIT or (standing.error is not None and order is not Order.BEGIN):
            return word
        if order is Order.RESTORE:
            return self._restored(standing, word)
        if order is Order.BEGIN:
            return self._obeyed(target, word)
        return self._followed(standing, wanted, word)

    def _unforgotten(self, standing: Standing, word: TargetStatus, last: TargetStatus) -> TargetStatus:
        """Keep in mind that what is wanted failed here, or was taken back."""
        wanted = (standing.rendering.wanted if standing.rendering else "", self.scene.commit)
        if word.state == TargetState.BEHIND and last.state in _KEPT and last.refused in wanted:
            return replace(word, state=last.state, error=last.error)
        return word

    # With a deployment that leads

    def _restored(self, standing: Standing, word: TargetStatus) -> TargetStatus:
        record = self.scene.record
        assert record is not None  # noqa: S101  # its order it is
        back = self.work.put_back(standing, word, self._fencing(standing), f"{record.id} was taken back")
        return replace(back, refused=record.commit)

    def _obeyed(self, target: Target, word: TargetStatus) -> TargetStatus:
        record = self.scene.record
        assert record is not None  # noqa: S101  # its order it is
        order = order_of(record)
        try:
            standing, wanted = self._as_recorded(target, record)
        except GmconfigError as error:
            return replace(word, order=order, answer=Answer.FAILED, error=error.message)
        return self.work.bring(standing, wanted, Cause(record.id, record.fencing, order), word)

    def _as_recorded(self, target: Target, record: Record) -> tuple[Standing, Wanted]:
        """Give what a record has for a target: the content whose digest it names, and nothing else.

        Raises:
            GmconfigError: it cannot be made, or is not signed, or the target cannot be looked at.
        """
        held, _ = wanted_of(self.ledger.holds.all(), target, record.commit)
        flags, secrets = record.flags_commit or "", record.secrets_commit or record.commit
        made = Wanted(record.commit_of(target.name), secrets, flags)
        for wanted in dict.fromkeys((held, made)):
            self._check_trusted(wanted)
            [standing] = self.survey.look([(target, wanted)])
            if standing.error is not None:
                raise standing.error
            if standing.rendering and standing.rendering.wanted == record.targets[target.name].wanted:
                return standing, wanted
        raise GmconfigError(f"what {record.id} has for it cannot be made from {record.commit[:7]}")

    # Where nobody leads

    def _followed(self, standing: Standing, wanted: Wanted, word: TargetStatus) -> TargetStatus:
        if self.scene.still is not None:
            return replace(word, error=word.error or self._reason(standing, self.scene.still))
        if word.state == TargetState.ACTIVATING:
            return self._brought(standing, wanted, word)
        beside = self._failed_beside(standing, word)
        if beside is not None:
            back = self.work.put_back(standing, word, self._fencing(standing), f"{beside} failed")
            return replace(back, refused=self.scene.commit)
        if standing.is_behind and (standing.changes or standing.drift):
            against = self._against(standing, wanted, word)
            if against is None:
                return self._brought(standing, wanted, word)
            return replace(word, error=word.error or against)
        if standing.drift:
            cause = self._own_cause(standing, corrects=True)
            return self.drifted.corrected(standing, self.scene.commit, cause, word)
        return word

    def _brought(self, standing: Standing, wanted: Wanted, word: TargetStatus) -> TargetStatus:
        try:
            self._check_trusted(wanted)
        except GmconfigError as error:
            return replace(word, error=error.message)
        return self.work.bring(standing, wanted, self._own_cause(standing), word)

    def _check_trusted(self, wanted: Wanted) -> None:
        for commit in (wanted.commit, wanted.flags):
            if commit:
                self.scene.trusts(commit)

    def _against(self, standing: Standing, wanted: Wanted, word: TargetStatus) -> str | None:
        """Say what speaks against bringing a target to what is wanted now; None if nothing does."""
        target, rendering = standing.target, standing.rendering
        assert rendering is not None  # noqa: S101  # it was compared
        records = list(self.ledger.chain.records())
        refused = refusal(records, target.name, rendering.wanted, wanted.commit, word)
        if refused:
            return refused
        other = turn.waits_for(target, self.scene.declared.values(), self._said(), self.scene.commit)
        if other:
            return f"waits for {other}"
        return next(exceeded([standing]), None) or self._lacking(standing)

    def _lacking(self, standing: Standing) -> str | None:
        rendering = standing.rendering
        try:
            size = sum(map(len, rendering.needed_files().values())) if rendering else 0
            return next(iter(self.survey.kind(standing.target).check(size)), None)
        except GmconfigError as error:
            return error.message

    def _failed_beside(self, standing: Standing, word: TargetStatus) -> str | None:
        """Name the target because of which a whole wave goes back."""
        marker = standing.live.marker if standing.live else None
        if marker is None or marker.commit != self.scene.commit or not knows_before(word, standing):
            return None
        if not turn.is_recent(marker.time, datetime.now(UTC)):
            return None
        declared = self.scene.declared.values()
        return turn.failed_beside(standing.target, declared, self._said(), self.scene.commit)

    def _said(self) -> list[Status]:
        """Give what every agent says, this one too."""
        own = Status("", self.ledger.environment, self.scene.commit, targets=dict(self.memory))
        return [*self.scene.others, own]

    def _own_cause(self, standing: Standing, *, corrects: bool = False) -> Cause:
        """Name what the agent does by itself after the commit and the moment."""
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        name = f"{self.ledger.environment}-{self.scene.commit[:10]}-{moment}"
        return Cause(name, self._fencing(standing), corrects=corrects)

    def _fencing(self, standing: Standing) -> int:
        holder = self.ledger.lock.holder()
        seen_there = highest_fencing(self.survey.kind(standing.target), standing.live)
        return max(holder.fencing if holder else 0, seen_there)

    def _reason(self, standing: Standing, why: str) -> str | None:
        return why if standing.needs_change else None
