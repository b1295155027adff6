"""Who is at work in an environment: a lock on a ref, with an owner, an expiry and a fencing number."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from gmconfig.errors import Locked, Refused
from gmconfig.log import debug
from gmconfig.record import names, note
from gmconfig.record.holder import Holder, holder_of, run_address
from gmconfig.record.process import age_mark, machine

if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.project import Project

LASTS = timedelta(minutes=10)
"""How long a lock keeps others out after its holder was last heard of."""


class DeployLock:
    """The lock of one environment; taken before anything is changed there, given back at the end.

    A holder that died keeps others out until it expires; then its fencing number is too low for every target.
    """

    def __init__(
        self, project: Project, environment: str, user: str | Callable[[], str] = "", lasts: timedelta = LASTS
    ) -> None:
        self.environment = environment
        self.repository = project.repository
        self.ref = names.lock(project, environment)
        self._user = user
        self.lasts = lasts
        self.held: Holder | None = None

    def holder(self) -> Holder | None:
        """Give who holds or held it last."""
        return holder_of(note.read(self.repository, self.ref).content)

    def acquire(self, above: int = 0) -> int:
        """Take the lock and give its fencing number: above the last holder's, and above the one given.

        Raises:
            Locked: somebody else is at work.
        """
        before = note.read(self.repository, self.ref)
        last, now = holder_of(before.content), datetime.now(UTC)
        if last and last.is_active(now):
            raise self._taken(last)
        mine = self._holder_from(now, max(last.fencing if last else 0, above) + 1, os.urandom(8).hex())
        if not self._write(mine, before, "acquire"):
            raise self._taken(self.holder())
        self.held = mine
        debug("record", "lock of %s: taken, fencing %d", self.environment, mine.fencing)
        return mine.fencing

    def renew(self) -> None:
        """Push the expiry on, if it is not far away any more.

        Raises:
            Refused: the lock went to somebody else; nothing more may be changed.
        """
        before, mine, now = self._mine()
        if mine.until - now < self.lasts / 2:
            longer = mine.replaced(until=now + self.lasts)
            if not self._write(longer, before, "renew"):
                raise self._lost_to()

    def release(self) -> None:
        """Give it back; the fencing number stays on record."""
        if self.held is None:
            return
        before = note.read(self.repository, self.ref)
        last = holder_of(before.content)
        if last and last.token == self.held.token:
            self._write(last.replaced(released=True), before, "release")
        debug("record", "lock of %s: given back", self.environment)
        self.held = None

    def break_(self) -> Holder | None:
        """Take it away from whoever holds it; give who that was, None if nobody did."""
        before = note.read(self.repository, self.ref)
        last = holder_of(before.content)
        if last is None or not last.is_active(datetime.now(UTC)):
            return None
        if not self._write(last.replaced(released=True), before, "break"):
            raise self._taken(self.holder())
        return last

    def _mine(self) -> tuple[note.Note, Holder, datetime]:
        before = note.read(self.repository, self.ref)
        last = holder_of(before.content)
        if self.held is None or last is None or last.token != self.held.token:
            raise self._lost_to()
        return before, last, datetime.now(UTC)

    def _write(self, holder: Holder, before: note.Note, what: str) -> bool:
        message = f"lock: {what} {self.environment}"
        return note.write(self.repository, self.ref, holder.as_json(), message, after=before) is not None

    def _holder_from(self, now: datetime, fencing: int, token: str) -> Holder:
        import socket

        pid, run = os.getpid(), run_address(os.environ)
        until, mark = now + self.lasts, age_mark(pid)
        user = self._user if isinstance(self._user, str) else self._user()
        return Holder(user, socket.gethostname(), pid, run, token, fencing, until, machine(), mark)

    def _taken(self, by: Holder | None) -> Locked:
        return Locked(
            f"{self.environment} is being deployed by {by or 'somebody else'}",
            hint=f"wait, or if nobody is at work any more: gmconfig deploy abort {self.environment}",
        )

    def _lost_to(self) -> Refused:
        return Refused(
            f"the lock of {self.environment} went to {self.holder() or 'somebody else'}",
            hint=f"gmconfig deploy status {self.environment}",
        )
