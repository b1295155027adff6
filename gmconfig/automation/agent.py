"""The agent of one environment on one host: follows the branch, carries deployments out, says how it is."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.automation.following import Following
from gmconfig.automation.pace import Pace
from gmconfig.automation.tour import Scene, Tour
from gmconfig.automation.voice import Voice
from gmconfig.automation.work import Work
from gmconfig.deploy.signed import check_signed
from gmconfig.drift.survey import Survey
from gmconfig.errors import GitTrouble, GmconfigError, Locked
from gmconfig.record import status
from gmconfig.record.ledger import Ledger
from gmconfig.record.status import Status, TargetState, TargetStatus
from gmconfig.storage.git.calling_off import called_off_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.automation.branch import Branch
    from gmconfig.automation.post import Post
    from gmconfig.project import Project
    from gmconfig.record.entry import Record

_FAREWELL = 5.0  # for how many seconds somebody who asks to stop waits until the remote knows what was done
_BUSY = 60.0  # how long after the last change something counts as being on its way


class Agent:
    """Looks after the targets of its host; one a clone and environment, which a lock sees to.

    `stops` says whether somebody asked it to: a change that has begun comes to its end, no other begins.
    """

    def __init__(self, post: Post, branch: Branch) -> None:
        self.post = post
        self.branch = branch
        self.pace = Pace(post.interval)
        self.voice = Voice(post)
        self.following = Following(post.project, post.environment, branch, self.voice.last.commit)
        self.trouble: str | None = None
        self.is_busy = False
        self.stops: Callable[[], bool] = lambda: False
        self._memory = dict(self.voice.last.targets)
        self._survey: tuple[str, Survey] | None = None
        self._changed_at = 0.0
        self._lock = post.lock()

    def __enter__(self) -> Agent:
        """Take the post.

        Raises:
            Locked: another agent of this clone has it.
        """
        if not self._lock.acquire():
            raise Locked(
                f"another agent looks after {self.post.environment} in this clone",
                hint="one is enough; another host has a clone of its own",
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._forget_survey()
        self._lock.release()

    def look(self) -> Status:
        """Look once, do what is to be done, and tell it; a remote that is out of reach stops nothing.

        Somebody who asks to stop while it waits for the remote hears what it said last.
        """
        with called_off_by(self.stops):
            self._fetch()
        if self.stops():
            return self.voice.last
        goal = self.following.goal()
        if goal.commit is None:
            return self._say(self.post.project, None, "", goal.problem or self.trouble)
        project = self.following.project_at(goal.commit)
        with called_off_by(self.stops):
            lost = self._refreshed(project)
        if self.stops():
            return self.voice.last
        record = ""
        try:
            record = self._attended(project, goal.commit, lost)
        except GmconfigError as error:
            lost = lost or str(error)
        return self._say(project, goal.commit, record, goal.problem or lost or self.trouble)

    # What is known

    def _fetch(self) -> None:
        """Get the branch; a remote that does not answer is asked ever more seldom."""
        if not self.pace.is_due():
            return
        try:
            self.branch.fetch()
        except GitTrouble as error:
            self._lose(error)
        else:
            self.trouble = None
            self.pace.succeeded()

    def _refreshed(self, project: Project) -> str | None:
        """Get the records; give why they cannot be trusted, None where they can."""
        if self.trouble is not None:
            return None
        try:
            self._ledger(project).refresh()
        except GitTrouble as error:
            self._lose(error)
        except GmconfigError as error:
            return str(error)
        return None

    def _lose(self, error: GitTrouble) -> None:
        self.trouble = error.message
        self.pace.failed()

    # What is done

    def _attended(self, project: Project, commit: str, lost: str | None) -> str:
        """Attend to each target, and give the deployment that was carried out for them."""
        ledger, survey = self._ledger(project), self._surveying(project, commit)
        scene = self._scene(ledger, commit, lost)
        tour = Tour(ledger, survey, scene, self._memory, Work(survey, self._remember), self.stops)
        own = self.post.own(dict(scene.declared))
        for target in own:
            before = self._memory.get(target.name, TargetStatus())
            word = self._memory[target.name] = tour.attend(target)
            if (before.state, before.release, before.error) != (word.state, word.release, word.error):
                self._changed_at = time.monotonic()
                self.voice.note(project, target.name, word)
        for gone in set(self._memory) - {one.name for one in own}:
            del self._memory[gone]
        if any(word.state == TargetState.UNKNOWN for word in self._memory.values()):
            self._forget_survey()
        self.is_busy = scene.led or self._is_waiting()
        return self._answered(scene.record)

    def _scene(self, ledger: Ledger, commit: str, lost: str | None) -> Scene:
        newest, holder, freeze = ledger.chain.latest(), ledger.lock.holder(), ledger.freezes.active()
        record = newest if newest is not None and newest.pull else None
        is_held = holder is not None and holder.is_active(datetime.now(UTC))
        said = status.read_all(ledger.project, self.post.environment)
        return Scene(
            commit,
            self.post.declared(ledger.project),
            record,
            led=record is not None and not record.state.is_over and is_held,
            others=[one for one in said if one.host != self.post.host],
            still=lost or (str(freeze) if freeze else None),
            trusts=lambda other: self._check_trusted(ledger.project, commit, other),
        )

    def _check_trusted(self, project: Project, goal: str, commit: str) -> None:
        """Refuse what is not signed where it must be; what is followed was looked at before."""
        if commit != goal and project.environment(self.post.environment).protected:
            check_signed(project.repository, commit)

    def _is_waiting(self) -> bool:
        """Whether something is on its way here, for which others wait, or which waits for others."""
        states = (TargetState.BEHIND, TargetState.ACTIVATING)
        waiting = any(word.state in states for word in self._memory.values())
        return waiting and time.monotonic() - self._changed_at < _BUSY

    # What is said

    def _remember(self, target: str, word: TargetStatus) -> None:
        self._memory[target] = word
        self.voice.remember(self._memory, self.following.good)

    def _say(self, project: Project, commit: str | None, record: str, problem: str | None) -> Status:
        self.voice.note_problem(project, problem)
        reached = self.trouble is None
        patience = time.monotonic() + _FAREWELL
        with called_off_by(lambda: self.stops() and time.monotonic() > patience):
            return self.voice.say(project, self._memory, commit, record, problem, reached=reached)

    def _answered(self, record: Record | None) -> str:
        words = self._memory.values()
        return record.id if record and any(word.order.startswith(f"{record.id}/") for word in words) else ""

    # What all of this needs

    def _ledger(self, project: Project) -> Ledger:
        return Ledger(project, self.post.environment, user=f"agent on {self.post.host}")

    def _surveying(self, project: Project, commit: str) -> Survey:
        """Give what looks at targets; renderings are kept as long as the commit is."""
        if self._survey is None or self._survey[0] != commit:
            self._forget_survey()
            self._survey = commit, Survey(project, self.post.access, self.post.sources)
        self._survey[1].today = datetime.now(UTC).date()
        return self._survey[1]

    def _forget_survey(self) -> None:
        if self._survey is not None:
            with suppress(GmconfigError):
                self._survey[1].close()
        self._survey = None
