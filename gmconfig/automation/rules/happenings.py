"""What happened lately that rules may wait for: the journal, commits, and what can be fetched."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from gmconfig.automation.branch import Branch
from gmconfig.automation.rules.event import Event, changed, fetched, told
from gmconfig.automation.rules.past import DAY
from gmconfig.errors import GitTrouble, GmconfigError
from gmconfig.log import logger
from gmconfig.monitor.changed import changes
from gmconfig.record import names
from gmconfig.storage.journal import Journal

if TYPE_CHECKING:
    from gmconfig.automation.rules.rule import AutomationRule
    from gmconfig.project import Project


class Happenings:
    """The events of a day until a moment, as far as some rules wait for their kind."""

    def __init__(
        self, project: Project, rules: Iterable[AutomationRule], now: datetime, *, offline: bool = False
    ) -> None:
        self.project = project
        self.rules = [rule for rule in rules if rule.enabled and rule.events]
        self.now = now
        self.offline = offline
        self._commits: list[Event] | None = None

    def events(self) -> list[Event]:
        """Give what is known by now, the oldest first; commits and the remote are looked at once."""
        if not self.rules:
            return []
        if self._commits is None:
            self._commits = [*self._changed(), *self._fetched()]
        journal = Journal(self.project.repository, names.below(self.project))
        found = [*told(journal.entries(self.now - DAY)), *self._commits]
        return sorted(found, key=lambda one: (one.time, one.id))

    def _changed(self) -> list[Event]:
        if not self._is_heard("config.changed"):
            return []
        try:
            return list(changed(reversed(changes(self.project, self.now - DAY))))
        except GmconfigError as error:
            logger("automation").warning("history: %s", error)
            return []

    def _fetched(self) -> list[Event]:
        """Get the branch that this clone's own one follows; what is there is an event, once for each commit."""
        if not self._is_heard("config.fetched"):
            return []
        try:
            branch = Branch(self.project.repository, self.project.settings.remote)
            if not self.offline:
                branch.fetch()
        except GmconfigError as error:
            if isinstance(error, GitTrouble):
                logger("automation").warning("not fetched: %s", error)
            return []
        tip = branch.tip()
        return [fetched(str(branch), tip, self.now)] if tip and branch.is_remote else []

    def _is_heard(self, kind: str) -> bool:
        return any(rule.hears(kind) for rule in self.rules)
