"""The journal as a whole: its months, dropping old ones, exchanging it with the remote."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.api.whose import whose
from gmconfig.errors import GitTrouble, Locked, UsageError
from gmconfig.record import names
from gmconfig.record.exchange import Exchange
from gmconfig.storage import tombstone
from gmconfig.storage.git import refs
from gmconfig.storage.journal import Journal

if TYPE_CHECKING:
    from gmconfig.api.workspace import Workspace

FEWEST_MONTHS = 2
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the journal: how many events it has, and whether the others were dropped."""

    month: str
    events: int
    pruned: bool = False


class Journals:
    """What one clone's journal holds, and how it gets on with the remote's."""

    def __init__(self, workspace: Workspace, *, user: str | None = None) -> None:
        self.project = workspace.project
        self.repository = self.project.repository
        self.journal = Journal(self.repository, names.below(self.project))
        self._user = user

    @property
    def is_shared(self) -> bool:
        """Whether others have a journal of their own, at a remote."""
        return Exchange(self.project).is_connected

    def months(self) -> list[Month]:
        """Give the months, the oldest first."""
        found = []
        for ref, tip in self._tips().items():
            pruned = tombstone.stands_for(self.repository, tip)
            found.append(Month(_month(ref), len(self.journal.names(tip)), pruned))
        return found

    def prune(self, keep_months: int, *, dry_run: bool = False) -> list[Month]:
        """Drop the events of older months but for those that still count; give these months as they are then.

        Raises:
            UsageError: what is kept would not reach back to the last month.
            Locked: somebody wrote into such a month meanwhile, again and again.
        """
        if keep_months < FEWEST_MONTHS:
            raise UsageError(f"at least {FEWEST_MONTHS} months are kept", hint="--keep-months 24")
        first, named = _first(keep_months, datetime.now(UTC)), self.journal.entries()
        from gmconfig.monitor.lasting import lasting

        kept = lasting(named)
        old = {ref: tip for ref, tip in self._tips().items() if _month(ref) < first}
        return [self._dropped(ref, tip, kept, dry_run=dry_run) for ref, tip in old.items()]

    def sync(self) -> list[str]:
        """Take over what others noted, and push what was noted here; give the months that were pushed.

        Raises:
            GitTrouble: there is no remote, or it cannot be reached.
        """
        exchange = Exchange(self.project)
        if not exchange.is_connected:
            raise GitTrouble(
                f'there is no remote "{exchange.remote}"', hint=f"git remote add {exchange.remote} URL"
            )
        for _ in range(_TRIES):
            exchange.fetch()
            new = {ref: tip for ref, tip in self._tips().items() if tip != exchange.seen(ref)}
            if exchange.push(new):
                return [_month(ref) for ref in new]
        raise Locked(f"the journal of {exchange.remote} keeps changing", hint="run the command again")

    def _dropped(self, ref: str, tip: str, kept: set[str], *, dry_run: bool) -> Month:
        inside = self.journal.names(tip)
        stays = inside & kept
        if not dry_run and not (inside == stays and tombstone.stands_for(self.repository, tip)):
            by = whose(self.repository, self._user, os.environ)
            if not tombstone.bury(self.repository, ref, tip, stays, by):
                raise Locked(f"{_month(ref)} has just changed", hint="run the command again")
        return Month(_month(ref), len(stays), True)

    def _tips(self) -> dict[str, str]:
        return dict(sorted(refs.listed(self.repository, self.journal.below).items()))


def _month(ref: str) -> str:
    return ref.rpartition("/")[2]


def _first(keep: int, today: datetime) -> str:
    """Give the first month that is kept: the current one, and so many before it."""
    year, month = divmod(today.year * 12 + today.month - 1 - keep, 12)
    return f"{year:04}-{month + 1:02}"
