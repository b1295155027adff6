"""What an agent says: its status on a ref, pushed when it changes and now and then; events in the journal."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble
from gmconfig.log import logger
from gmconfig.record import journal, names, status
from gmconfig.record.chain import timestamp
from gmconfig.record.exchange import Exchange
from gmconfig.record.status import Status, TargetStatus
from gmconfig.storage.git import refs

if TYPE_CHECKING:
    from gmconfig.automation.post import Post
    from gmconfig.project import Project

log = logger("automation")


class Voice:
    """Speaks for one post; `last` is what it said last, also before this process began."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.last = status.read(post.project, post.environment, post.host) or Status(
            post.host, post.environment
        )
        self._noted: Status | None = None
        """What was put on the ref to be told, as the commit `_tip`."""
        self._tip: str | None = None
        self._noted_at = 0.0
        self._heard = False
        self._trouble = ""

    def remember(self, words: Mapping[str, TargetStatus], commit: str | None) -> None:
        """Keep what is said of targets in this clone, before one is touched: a crash forgets nothing then."""
        kept = replace(self.last, targets=dict(words), commit=commit or self.last.commit, time=timestamp())
        status.write(self.post.project, kept)
        self._noted = None

    def say(
        self,
        project: Project,
        words: Mapping[str, TargetStatus],
        commit: str | None,
        record: str,
        problem: str | None,
        *,
        reached: bool,
    ) -> Status:
        """Say how the post is, if it is news or long said; without a remote within reach it is told there later."""
        post, moment = self.post, timestamp()
        self.last = Status(
            post.host,
            post.environment,
            commit or "",
            record or self.last.record,
            dict(words),
            moment,
            problem,
            post.version,
            post.interval,
        )
        if self._is_news() or time.monotonic() - self._noted_at > status.HEARTBEAT:
            self._tip = refs.read(project.repository, status.write(post.project, self.last))
            self._noted, self._noted_at, self._heard = self.last, time.monotonic(), False
        if reached and not self._heard:
            self._heard = self._pushed(project)
        return self.last

    def note(self, project: Project, target: str, word: TargetStatus) -> None:
        """Write to the journal what happened to a target."""
        told = {"target": target, "state": str(word.state), "commit": word.commit, "release": word.release}
        self._note(project, {**told, **({"error": word.error} if word.error else {})})

    def note_problem(self, project: Project, problem: str | None) -> None:
        """Write to the journal that a commit is not followed, or is followed again."""
        if problem != self.last.problem:
            self._note(project, {"state": "held back" if problem else "following", "error": problem})

    def _note(self, project: Project, told: Mapping[str, object]) -> None:
        post = self.post
        journal.noted(project, {"kind": "agent", "host": post.host, "environment": post.environment, **told})

    def _is_news(self) -> bool:
        return self._noted is None or replace(self.last, time=self._noted.time) != self._noted

    def _pushed(self, project: Project) -> bool:
        """Tell the remote; what keeps that from arriving is told here, once."""
        before, self._trouble = self._trouble, self._untold(project)
        if self._trouble not in ("", before):
            log.warning("%s", self._trouble)
        return not self._trouble

    def _untold(self, project: Project) -> str:
        """Push, and give why that did not arrive; nothing where it did."""
        ref = names.status(project, self.post.environment, self.post.host)
        exchange = Exchange(project)
        try:
            if self._tip and exchange.push({ref: self._tip}):
                return ""
        except GitTrouble as error:
            return f"{exchange.remote} was not told: {error.message}"
        self._noted = None
        return f"another agent says that it is {self.post.host}"
