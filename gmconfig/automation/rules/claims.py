"""Who runs which rule: claimed by compare-and-swap on a ref a rule, here and at the remote."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from gmconfig.automation.rules.past import Cause, Claim, Past, past_of
from gmconfig.errors import BrokenConfiguration, GitTrouble, GmconfigError
from gmconfig.log import logger
from gmconfig.record import names, note
from gmconfig.record.exchange import Exchange
from gmconfig.record.holder import Holder, run_address
from gmconfig.record.process import age_mark, machine
from gmconfig.record.telling import catch_up
from gmconfig.storage.git import refs

if TYPE_CHECKING:
    from gmconfig.project import Project

LEASE = timedelta(hours=1)
"""How long a runner that is not heard of any more, on another machine, keeps others from its rule; one that is at
work pushes the end on."""

FIRST = timedelta(hours=1)
"""How far back a rule looks that was never heard of before."""

_TRIES = 20  # each one that fails is a word of somebody else

Change = Callable[[Past], Past | None]


class Memory(Protocol):
    """Where what rules did is kept."""

    def refresh(self) -> None:
        """Get what others did."""

    def catch_up(self, rule: str) -> None:
        """Tell others what they could not be told of a rule when it was noted."""

    def meet(self, rule: str, now: datetime) -> None:
        """Note since when a rule is known, the first time."""

    def past(self, rule: str, now: datetime) -> Past:
        """Give what a rule did."""

    def change(self, rule: str, now: datetime, change: Change, *, must: bool = True) -> Past | None:
        """Change what a rule did; None where `change` wants nothing changed, or where somebody was faster."""

    def apart(self) -> Memory:
        """Give a memory of the same rules, for use on another thread."""


class Shared:
    """The memory of the rules that everybody runs: a ref each, told to the remote unless `offline`."""

    def __init__(self, project: Project, *, offline: bool = False) -> None:
        self.project = project
        self.repository = project.repository
        self.exchange = Exchange(project)
        self.is_shared = self.exchange.is_connected and not offline

    def refresh(self) -> None:
        """Get what others did.

        Raises:
            GitTrouble: the remote cannot be reached.
        """
        if self.is_shared:
            self.exchange.fetch()

    def catch_up(self, rule: str) -> None:
        """Tell the remote what it could not be told of a rule, such as the end of a run."""
        if self.is_shared:
            catch_up(self.exchange, names.automation(self.project, rule), "the next run of the rules")

    def meet(self, rule: str, now: datetime) -> None:
        """Note since when a rule is known, the first time: a time that just passed is not lost."""

        def change(past: Past) -> Past | None:
            return past if self._note(rule).commit is None else None

        self.change(rule, now, change)

    def past(self, rule: str, now: datetime) -> Past:
        """Give what a rule did; what stands on its ref may be anybody's."""
        return past_of(self._note(rule).content, now - FIRST)

    def change(self, rule: str, now: datetime, change: Change, *, must: bool = True) -> Past | None:
        """Change what is remembered of a rule, here and at the remote; without `must` the remote may hear later.

        Where somebody else's word came first, the change is asked again what it makes of that: an end that
        was not noted would let others begin the same once more.

        Raises:
            GitTrouble: the remote cannot be reached, though it must be; then nothing is changed.
        """
        for _ in range(_TRIES):
            before = self._note(rule)
            after = change(past_of(before.content, now - FIRST))
            if after is None or self._is_noted(rule, after, before, must=must):
                return after
        logger("automation").warning("%s: what is remembered of it keeps changing", rule)
        return None

    def apart(self) -> Shared:
        """Give the same for another thread, with a repository of its own."""
        from gmconfig.project import Project

        return Shared(Project.find(str(self.project.root)), offline=not self.is_shared)

    def _is_noted(self, rule: str, after: Past, before: note.Note, *, must: bool) -> bool:
        """Write it, here and at the remote; False where somebody was faster."""
        ref = names.automation(self.project, rule)
        written = note.write(self.repository, ref, after.as_json(), f"automation: {rule}", after=before)
        return written is not None and self._told(ref, str(written.commit), before.commit, must=must)

    def _told(self, ref: str, commit: str, before: str | None, *, must: bool) -> bool:
        """Tell the remote; where it has another's word by now, ours is taken back."""
        if not self.is_shared:
            return True
        try:
            taken = self.exchange.push({ref: commit})
        except GitTrouble as error:
            if must:
                refs.swap(self.repository, ref, before, commit)
                raise
            logger("automation").warning("%s hears of it the next time: %s", self.exchange.remote, error)
            return True
        if not taken:
            refs.swap(self.repository, ref, before, commit)
            self._learn()
        return taken

    def _learn(self) -> None:
        try:
            self.refresh()
        except GmconfigError as error:
            logger("automation").warning("not fetched: %s", error)

    def _note(self, rule: str) -> note.Note:
        ref = names.automation(self.project, rule)
        try:
            return note.read(self.repository, ref)
        except BrokenConfiguration:
            return note.Note({}, refs.read(self.repository, ref))


class Own:
    """The memory of the rules that one process has to itself."""

    def __init__(self) -> None:
        self._pasts: dict[str, Past] = {}

    def refresh(self) -> None:
        """There is nobody else."""

    def catch_up(self, rule: str) -> None:
        """There is nobody to be told."""

    def meet(self, rule: str, now: datetime) -> None:
        """Note since when a rule is known."""
        self._pasts.setdefault(rule, Past(now))

    def past(self, rule: str, now: datetime) -> Past:
        """Give what a rule did."""
        return self._pasts.get(rule, Past(now))

    def change(self, rule: str, now: datetime, change: Change, *, must: bool = True) -> Past | None:  # noqa: ARG002
        """Change that."""
        after = change(self.past(rule, now))
        if after is not None:
            self._pasts[rule] = after
        return after

    def apart(self) -> Own:
        """Give the same: who else asks waits for a turn anyway."""
        return Own()


def claim_for(cause: Cause, user: str, until: datetime, before: Claim | None = None) -> Claim:
    """Give the claim of this process until a moment, a further try where a runner before it never came back."""
    pid = os.getpid()
    holder = Holder(
        user,
        socket.gethostname(),
        pid,
        run_address(os.environ),
        os.urandom(8).hex(),
        0,
        until,
        machine(),
        age_mark(pid),
    )
    return Claim(holder, cause, (before.attempt + 1) if before else 1)


def ending(token: str, last: Mapping[str, Any], moment: datetime) -> Change:
    """Give the change that ends a claim with what came of it, if it is still the same one."""

    def change(past: Past) -> Past | None:
        mine = past.claim is not None and past.claim.holder.token == token
        return past.ended(last, moment) if mine else None

    return change
