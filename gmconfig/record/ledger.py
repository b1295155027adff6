"""An environment's refs as a deployment uses them: changed here, pushed at once, taken back if that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble, GmconfigError, Locked, Refused
from gmconfig.record.chain import Chain
from gmconfig.record.exchange import Exchange
from gmconfig.record.freeze import Freezes
from gmconfig.record.hold import Holds
from gmconfig.record.lock import LASTS, DeployLock
from gmconfig.record.telling import catch_up, tell
from gmconfig.storage.git import refs

if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.record.entry import Record, State

_LATER = "the next deployment"


class Ledger:
    """The records, lock, holds and freezes of one environment, shared with the remote where there is one.

    `user` is whom its lock names, or gives that: git is asked for it, and who only reads need not wait. `offline`
    leaves the remote alone; what was recorded meanwhile is pushed the next time. `lock_lasts` is how long its
    lock keeps others out after this process was last heard of.
    """

    def __init__(
        self,
        project: Project,
        environment: str,
        *,
        user: str | Callable[[], str] = "",
        offline: bool = False,
        lock_lasts: timedelta = LASTS,
    ) -> None:
        self.project = project
        self.environment = environment
        self.repository = project.repository
        self.chain = Chain(project, environment)
        self.lock = DeployLock(project, environment, user, lock_lasts)
        self.holds = Holds(project, environment)
        self.freezes = Freezes(project, environment)
        self.exchange = Exchange(project)
        self.is_shared = self.exchange.is_connected and not offline

    def refresh(self) -> None:
        """Get what others recorded.

        Raises:
            GitTrouble: the remote cannot be reached.
        """
        if self.is_shared:
            self.exchange.fetch(self.environment)

    def catch_up(self) -> None:
        """Tell the remote what was recorded here when it could not be told."""
        if self.is_shared:
            catch_up(self.exchange, self.chain.ref, _LATER)

    @contextmanager
    def locked(self, above: int = 0) -> Iterator[int]:
        """Hold the environment's lock; give its fencing number, which is above the one given.

        Raises:
            Locked: somebody else is at work.
        """
        with self._shared(self.lock.ref, self._locked_meanwhile):
            fencing = self.lock.acquire(above)
        try:
            yield fencing
        finally:
            self._give_back()

    def renew(self) -> None:
        """Keep the lock; to be called before every step that changes a target.

        Raises:
            Refused: it went to somebody else.
        """
        before = refs.read(self.repository, self.lock.ref)
        self.lock.renew()
        if refs.read(self.repository, self.lock.ref) != before:
            self._tell(self.lock.ref)

    def begin(self, record: Record, plan: Mapping[str, object]) -> Record:
        """Record an intent, here and at the remote, before its first side effect.

        Raises:
            Refused: somebody else recorded one meanwhile.
            GitTrouble: the remote does not take it; then nothing is recorded.
        """
        with self._shared(self.chain.ref, self._overtaken):
            return self.chain.begin(record, plan, sign=self._signs())

    def advance(self, record: Record, state: State | None = None) -> Record:
        """Record that a deployment moved on; a remote that cannot be told now is told the next time.

        Raises:
            Refused: a newer deployment took over.
        """
        moved = self.chain.advance(record, state, sign=self._signs())
        self._tell(self.chain.ref)
        return moved

    def change(self, ref: str, what: Callable[[], object]) -> None:
        """Change a hold or a freeze, here and at the remote or not at all."""
        with self._shared(ref, self._overtaken):
            what()

    @contextmanager
    def _shared(self, ref: str, overtaken: Callable[[], GmconfigError]) -> Iterator[None]:
        """Push what the body did to a ref; take it back if the remote has none of it."""
        before = refs.read(self.repository, ref)
        yield
        after = refs.read(self.repository, ref)
        if not self.is_shared or after is None:
            return
        try:
            taken = self.exchange.push({ref: after})
        except GitTrouble:
            refs.swap(self.repository, ref, before, after)
            raise
        if not taken:
            refs.swap(self.repository, ref, before, after)
            raise overtaken()

    def _tell(self, ref: str) -> None:
        if self.is_shared:
            tell(self.exchange, ref, _LATER)

    def _give_back(self) -> None:
        self.lock.release()
        self._tell(self.lock.ref)

    def _signs(self) -> bool:
        """Whether records are signed: where the user's own commits are."""
        return self.repository.switched_on("commit.gpgsign")

    def _locked_meanwhile(self) -> Locked:
        return Locked(
            f"somebody else began to deploy {self.environment}",
            hint=f"gmconfig deploy status {self.environment}",
        )

    def _overtaken(self) -> Refused:
        return Refused(
            f"somebody else changed {self.environment} at this moment",
            hint=f"gmconfig deploy status {self.environment}",
        )
