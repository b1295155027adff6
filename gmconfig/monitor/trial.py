"""A test alert: whether a handler can be told."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.errors import NotFound
from gmconfig.finding import Severity
from gmconfig.monitor.alert import Alert, Kind
from gmconfig.monitor.condition import fingerprint
from gmconfig.monitor.handler import handlers
from gmconfig.path import did_you_mean

if TYPE_CHECKING:
    from gmconfig.project import Project


def trial(project: Project, name: str | None = None) -> dict[str, str | None]:
    """Send a test alert to all handlers, or to one; give what went wrong by name, None if nothing.

    Raises:
        NotFound: no handler has that name.
    """
    declared = handlers(project)
    if name is not None and name not in declared:
        hint = did_you_mean(name, list(declared), f"known: {', '.join(declared) or 'none'}")
        raise NotFound(f'no handler is named "{name}"', hint=hint)
    now = datetime.now(UTC)
    alert = _test(now)
    chosen = declared.values() if name is None else [declared[name]]
    return {one.name: one.send(alert, alert.message_id, now, project) for one in chosen}


def _test(now: datetime) -> Alert:
    subject = f"test {os.urandom(4).hex()}"
    time = now.isoformat().replace("+00:00", "Z")
    return Alert(
        fingerprint("test", subject), "test", subject, Kind.CHANGE, Severity.INFO, "this is a test of gmconfig",
        started_at=time, changed_at=time,
    )  # fmt: skip
