"""A target that an agent changes: the record asks for it, the agent's status answers."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import TYPE_CHECKING, ClassVar

from gmconfig.deploy.change import ChangeFailed, Unwell
from gmconfig.errors import GitTrouble
from gmconfig.log import logger
from gmconfig.record.status import Answer, TargetStatus, order_of, read_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from gmconfig.deploy.options import Options
    from gmconfig.record.entry import Record
    from gmconfig.record.ledger import Ledger
    from gmconfig.target.declared import Target

log = logger("deploy")

_PAUSES = (0.2, 0.5, 1.0, 2.0)
_NONE = TargetStatus()


class Hearing:
    """Listens to the agents of an environment while a deployment waits for them.

    Args:
        ledger: whose lock is held; it is kept meanwhile.
        patience: after how many seconds without any news agents are given up.
    """

    def __init__(self, ledger: Ledger, patience: float) -> None:
        self.ledger = ledger
        self.patience = patience
        self._words: dict[str, TargetStatus] = {}
        self._news = 0.0
        self._trouble = ""

    def told(self, options: Options) -> Options:
        """Give options that begin to count the silence anew whenever agents are asked for something."""

        def tell(record: Record) -> None:
            self._news = time.monotonic()
            options.told(record)

        return replace(options, told=tell)

    def until(self, target: str, done: Callable[[TargetStatus], bool]) -> TargetStatus:
        """Wait until an agent says what is waited for.

        Raises:
            ChangeFailed: no agent said anything new for too long.
            Refused: the lock went to somebody else.
        """
        for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
            self._listen()
            word = self._words.get(target, _NONE)
            if done(word):
                return word
            if time.monotonic() - self._news > self.patience:
                raise ChangeFailed(f"its agent said nothing for {self.patience:g} s")
            time.sleep(pause)
        raise AssertionError  # the pauses never end

    def _listen(self) -> None:
        self.ledger.renew()
        try:
            self.ledger.refresh()
        except GitTrouble as error:
            if error.message != self._trouble:  # it is heard of every two seconds, for minutes perhaps
                log.warning("%s", error.message)
            self._trouble = error.message
        else:
            self._trouble = ""
        said = read_all(self.ledger.project, self.ledger.environment)
        words = {name: word for status in said for name, word in status.targets.items()}
        if words != self._words:
            self._words, self._news = words, time.monotonic()


@dataclass(frozen=True, slots=True)
class AgentChange:
    """What the agent of one target is asked for.

    Attributes:
        target: which.
        record: the deployment that asks.
        hearing: where the answer is heard.
    """

    target: Target
    record: Record
    hearing: Hearing
    by_agent: ClassVar[bool] = True

    def stage(self) -> None:
        """Nothing: the agent does it when it is asked."""

    def activate(self) -> str | None:
        """Wait until the agent has made it live and found it well; the record has asked for it.

        Raises:
            Unwell: the agent found it not well.
            ChangeFailed: it could not be put there, or the agent is silent.
        """
        order = order_of(self.record)
        word = self.hearing.until(self.target.name, lambda said: said.order == order and bool(said.answer))
        if word.answer is not Answer.HEALTHY:
            unwell = bool(word.refused) and word.refused == self.record.targets[self.target.name].wanted
            raise (Unwell if unwell else ChangeFailed)(word.error or f"its agent says: {word.answer}")
        return word.release or None

    def verify(self) -> None:
        """Nothing: the agent has done it."""

    def revert(self, live: str | None, fencing: int) -> None:  # noqa: ARG002  # the agent knows better
        """Wait until nothing of this deployment is live there any more; the record has asked for it.

        Raises:
            ChangeFailed: the agent cannot put back what was there, or is silent.
        """
        name = self.record.id
        word = self.hearing.until(
            self.target.name,
            lambda said: said.record != name or said.answer is Answer.RESTORE_FAILED,
        )
        if word.record == name:
            raise ChangeFailed(word.error or "its agent cannot put back what was there")

    def prune(self) -> None:
        """Nothing: the agent does it."""
