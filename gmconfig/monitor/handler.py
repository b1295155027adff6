"""A handler: who is told of which alerts, and how; declared below `alerts: handlers:` of gmconfig.yaml."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from gmconfig.finding import RANK, Severity
from gmconfig.monitor.forms import FORMS
from gmconfig.monitor.post import post
from gmconfig.project.span import WAIT
from gmconfig.storage import session
from gmconfig.target.command import KEPT, failure

if TYPE_CHECKING:
    from gmconfig.monitor.alert import Alert
    from gmconfig.project import Project

CONSENT = "gmconfig.alertCommands"
"""The switch in a clone's own git configuration without which no command of gmconfig.yaml runs there."""


@dataclass(frozen=True, slots=True)
class Handler:
    """Where alerts go.

    Attributes:
        name: its key in gmconfig.yaml.
        url: of a webhook; `url_from` names the variable of the environment that holds it.
        form: what a webhook is sent.
        command: a program that gets the alert as JSON on its input.
        severity: the least that it is told of.
        kinds: what it is told of; nothing means everything.
        timeout: seconds until it counts as failed.
    """

    name: str
    url: str | None = None
    url_from: str | None = None
    form: str = "webhook"
    command: tuple[str, ...] = ()
    severity: Severity = Severity.INFO
    kinds: tuple[str, ...] = ()
    timeout: float = 10.0

    def wants(self, alert: Alert) -> bool:
        """Whether it is to be told: nobody hears that something of mere interest is over."""
        if alert.state == "acknowledged" or (alert.resolved and alert.severity is Severity.INFO):
            return False
        return RANK[alert.severity] <= RANK[self.severity] and (not self.kinds or alert.kind in self.kinds)

    def send(self, alert: Alert, message_id: str, now: datetime, project: Project) -> str | None:
        """Tell it once; give what went wrong, in words, or None."""
        if self.command:
            return self._run(alert, message_id, project)
        return self._post(FORMS[self.form](alert, now), message_id)

    def _post(self, body: object, message_id: str) -> str | None:
        url = os.environ.get(self.url_from, "") if self.url_from else self.url or ""
        if self.url_from and not url.startswith(("http://", "https://")):
            return f"${self.url_from} holds no URL"
        return post(url, json.dumps(body).encode(), {"Idempotency-Key": message_id}, self.timeout)

    def _run(self, alert: Alert, message_id: str, project: Project) -> str | None:
        if not project.repository.switched_on(CONSENT):
            return f"commands do not run in this clone before: git config {CONSENT} true"
        given = json.dumps({**alert.as_json(), "message_id": message_id}).encode()
        return self._told(given, project.root)

    def _told(self, given: bytes, folder: str) -> str | None:
        with _words() as said:
            return self._ended(given, folder, said)

    def _ended(self, given: bytes, folder: str, said: IO[bytes]) -> str | None:
        name = self.command[0]
        try:
            process = subprocess.Popen(
                self.command,
                cwd=folder,
                env=session.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            return f'"{name}" cannot be run: {error}'
        try:
            with session.watched(process):
                process.communicate(given, timeout=self.timeout)
        except subprocess.TimeoutExpired:
            return f'"{name}" did not end within {self.timeout:g} s'
        words = os.pread(said.fileno(), KEPT, 0).rstrip(b"\0")
        return failure([name], process.returncode, words) if process.returncode else None


def handlers(project: Project) -> dict[str, Handler]:
    """Give the declared handlers by name."""
    declared = project.settings.section("alerts").get("handlers")
    entries = declared if isinstance(declared, dict) else {}
    return {name: _handler(name, entry) for name, entry in entries.items() if isinstance(entry, dict)}


def _handler(name: str, entry: Mapping[str, Any]) -> Handler:
    said = {key: value for key, value in entry.items() if value is not None}
    return Handler(
        name,
        said.get("webhook"),
        said.get("webhook_from"),
        said.get("form", "webhook"),
        tuple(said.get("command", ())),
        Severity(said.get("severity", "info")),
        tuple(said.get("kinds", ())),
        WAIT.seconds(said.get("timeout", "10s")),
    )


def _words() -> IO[bytes]:
    """Open a place in memory for what a program says; not a pipe, which what it leaves running would hold open.

    Where the system has no such place (it is Linux's), what is said is lost.
    """
    try:
        from fcntl import F_ADD_SEALS, F_SEAL_GROW, fcntl

        place = os.memfd_create("said", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except (ImportError, AttributeError, OSError):
        return open(os.devnull, "r+b")
    os.ftruncate(place, KEPT)
    fcntl(place, F_ADD_SEALS, F_SEAL_GROW)
    return open(place, "r+b")
