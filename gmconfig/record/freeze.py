"""What stops deployments into an environment: a freeze by command, or a window that is declared."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.errors import NotFound, Refused
from gmconfig.immutable import Data
from gmconfig.record import names, note
from gmconfig.spoken import without_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gmconfig.project import Project

_FOREVER = datetime.max.replace(tzinfo=UTC)


class Freeze(Data):
    """Why nothing may be deployed now.

    Attributes:
        environment: where.
        reason, by, since: why, on whose word, and since when (ISO 8601; empty for a declared window).
        until: when it ends by itself; None if it does not.
        declared: whether gmconfig.yaml says so, and not a command.
    """

    environment: str
    reason: str
    by: str = ""
    since: str = ""
    until: datetime | None = None
    declared: bool = False

    def __str__(self) -> str:
        until = f" until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else ""
        who = f", by {without_address(self.by)}" if self.by else ""
        why = f": {self.reason}" if self.reason else ""
        return note.on_one_line(f"{self.environment} is frozen{until}{who}{why}")


class Freezes:
    """The freezes of one environment."""

    def __init__(self, project: Project, environment: str) -> None:
        self.project = project
        self.environment = environment
        self.repository = project.repository
        self.ref = names.freezes(project, environment)

    def active(self, now: datetime | None = None) -> Freeze | None:
        """Give what stops deployments at a moment (default: this one), None where nothing does."""
        moment = now or datetime.now(UTC)
        commanded = self._read(note.read(self.repository, self.ref).content)
        if commanded and (commanded.until is None or moment < commanded.until):
            return commanded
        return self._declared(moment)

    def begin(self, freeze: Freeze) -> None:
        """Freeze the environment."""
        until = freeze.until.isoformat() if freeze.until else None
        said = {"reason": freeze.reason, "by": freeze.by, "since": freeze.since, "until": until}
        self._write({**said, "active": True}, f"freeze: {self.environment}")

    def end(self, by: str = "", reason: str = "") -> Freeze:
        """Take the freeze away and give it; who did it, and why, stays in the ref's history.

        Raises:
            NotFound: nothing was frozen by command; a declared window ends in gmconfig.yaml.
        """
        freeze = self.endable()
        self._write({"active": False, "by": by, "reason": reason}, f"unfreeze: {self.environment}")
        return freeze

    def endable(self) -> Freeze:
        """Give the freeze that `end` would take away.

        Raises:
            NotFound: there is none that a command began.
        """
        freeze = self.active()
        if freeze is None or freeze.declared:
            hint = "its window is declared under freezes: in gmconfig.yaml" if freeze else None
            raise NotFound(f"{self.environment} was not frozen by command", hint=hint)
        return freeze

    def _write(self, content: Mapping[str, object], message: str) -> None:
        before = note.read(self.repository, self.ref)
        if note.write(self.repository, self.ref, content, message, after=before) is None:
            raise Refused(
                f"somebody else froze or thawed {self.environment} at this moment", hint="look again"
            )

    def _read(self, content: Mapping[str, object]) -> Freeze | None:
        if content.get("active") is not True:
            return None
        return Freeze(
            self.environment,
            reason=str(content.get("reason", "")),
            by=str(content.get("by", "")),
            since=str(content.get("since", "")),
            until=self._moment(content.get("until")),
        )

    def _moment(self, text: object) -> datetime | None:
        """Read when a freeze ends; one whose end makes no sense is not taken for over."""
        if not text:
            return None
        try:
            return in_utc(datetime.fromisoformat(str(text)))
        except (ValueError, OverflowError):
            return None

    def _declared(self, now: datetime) -> Freeze | None:
        declared = self.project.settings.freezes
        if not declared:
            return None
        from gmconfig.project.window import windows

        for window in windows(declared):
            end = window.ends(self.environment, now)
            if end:
                until = None if end == _FOREVER else end.astimezone(UTC)
                return Freeze(self.environment, window.reason, until=until, declared=True)
        return None


def in_utc(moment: datetime) -> datetime:
    """Give a moment in UTC, which is meant where none says its zone."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
