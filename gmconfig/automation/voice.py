"""What an agent says: its status on a ref, pushed when it changes and now and then; events in the journal."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble
from gmconfig.log import logger
from gmconfig.record import journal, status
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
        self._heard: Status | None = None
        self._said_at = 0.0

    def remember(self, words: Mapping[str, TargetStatus], commit: str | None) -> None:
        """Keep what is said of targets in this clone, before one is touched: a crash forgets nothing then."""
        kept = replace(self.last, targets=dict(words), commit=commit or self.last.commit, time=timestamp())
        status.write(self.post.project, kept)

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
        """Say how the post is; without a remote within reach it is said at the next look."""
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
        if self._heard is None or self._is_news() or time.monotonic() - self._said_at > status.HEARTBEAT:
            ref = status.write(post.project, self.last)
            if reached and self._pushed(project, ref):
                self._heard, self._said_at = self.last, time.monotonic()
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
        return self._heard is None or replace(self.last, time=self._heard.time) != self._heard

    def _pushed(self, project: Project, ref: str) -> bool:
        exchange, tip = Exchange(project), refs.read(project.repository, ref)
        try:
            if tip and exchange.push({ref: tip}):
                return True
            log.warning("another agent says that it is %s", self.post.host)
        except GitTrouble as error:
            log.warning("%s was not told: %s", exchange.remote, error.message)
        return False
