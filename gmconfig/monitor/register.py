"""The alerts of a project: read from the journal, moved by what holds and by what people say."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gmconfig.errors import GmconfigError, NotFound, Refused
from gmconfig.log import logger
from gmconfig.monitor import lifecycle
from gmconfig.monitor.alert import Alert, State
from gmconfig.path import nearest
from gmconfig.record import names
from gmconfig.storage.journal import Journal
from gmconfig.storage.lock import Lock
from gmconfig.storage.state import state_folder

if TYPE_CHECKING:
    from gmconfig.monitor.condition import Condition
    from gmconfig.project import Project

log = logger("monitor")


class Register:
    """Reads and moves alerts."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.journal = Journal(project.repository, names.below(project))

    def events(self, since: datetime | None = None) -> list[dict[str, Any]]:
        """Give what the journal tells of, the oldest first."""
        return self.journal.read(since)

    def known(self, events: Iterable[Mapping[str, Any]] | None = None) -> dict[str, Alert]:
        """Give every alert in its last state, by id."""
        return lifecycle.told_by(self.events() if events is None else events)

    def settle(
        self, holding: Iterable[Condition], looked: Collection[str]
    ) -> tuple[dict[str, Alert], list[Alert]]:
        """Bring the alerts to what holds now; give all of them, and those that moved.

        One process of a machine at a time, so that the same thing is not raised twice.
        """
        with self._turn():
            events = self.events()
            known = self.known(events)
            new = self._noted(list(lifecycle.moves(known, holding, looked)))
        log.debug("looked at %s: %d alerts known, %d moved", ", ".join(sorted(looked)), len(known), len(new))
        if not new:
            return known, []
        after = self.known([*events, *new])
        return after, [after[event["id"]] for event in new if event["to"] not in lifecycle.QUIET]

    def acknowledge(self, name: str, by: str, reason: str = "") -> Alert:
        """Note that somebody knows of an alert.

        Raises:
            NotFound: there is no such alert.
            Refused: it is over.
        """
        alert = self.find(name)
        if alert.resolved:
            raise Refused(f"alert {alert.id} is resolved", hint="gmconfig monitor alerts list")
        return self._moved(lifecycle.moved(alert.id, State.ACKNOWLEDGED, by, reason))

    def resolve(self, name: str, by: str, reason: str = "", *, holds: bool) -> Alert:
        """Put an alert aside; `holds` mutes it until what it is about clears, or happens anew.

        Raises:
            NotFound: there is no such alert.
            Refused: it is over already.
        """
        alert = self.find(name)
        if alert.resolved:
            raise Refused(f"alert {alert.id} is resolved already", hint="gmconfig monitor alerts list --all")
        return self._moved(lifecycle.moved(alert.id, State.RESOLVED, by, reason, muted=holds))

    def find(self, name: str) -> Alert:
        """Give an alert by its id, or by the beginning of it.

        Raises:
            NotFound: no alert, or more than one, begins so.
        """
        known = self.known()
        found = [alert for alert in known.values() if alert.id.startswith(name)] if name else []
        if len(found) == 1:
            return found[0]
        near = nearest(name, list(known))
        hint = f'did you mean "{near}"?' if near and not found else "gmconfig monitor alerts list --all"
        count = "several alerts begin with" if found else "there is no alert"
        raise NotFound(f'{count} "{name}"', hint=hint)

    def _moved(self, event: dict[str, Any]) -> Alert:
        self.journal.append(event)
        return self.known()[event["id"]]

    def _noted(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Write events at once; where the journal cannot be written, this process alone knows of them."""
        now = datetime.now(UTC)
        try:
            self.journal.append_all(events, now=now)
        except GmconfigError as error:
            log.warning("not written to the journal: %s", error.message)
        time = now.isoformat().replace("+00:00", "Z")
        return [{**event, "time": time} for event in events]

    def _turn(self) -> Lock:
        return Lock(os.path.join(state_folder(self.project.repository.common_dir), "alerts.lock"))
