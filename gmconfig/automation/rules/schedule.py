"""The times of a rule: the last one until a moment, and the next. Pure.

As Debian's cron has it where clocks change: what has a fixed hour runs once on such a day, what runs every so
many minutes keeps doing so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from gmconfig.validate.automation_rules import NICKNAMES

_OVERLAP = timedelta(hours=3)  # clocks go back by less: what is later by the clock may be past already


class Schedule:
    """The times that a line of cron means in a time zone."""

    def __init__(self, text: str, timezone: str | None = None) -> None:
        self.fields = NICKNAMES.get(text, text)
        self.zone = UTC if timezone in (None, "UTC") else ZoneInfo(str(timezone))

    def last(self, now: datetime) -> datetime | None:
        """Give the last time until a moment, that moment included; None where there was none for decades."""
        for slot in self._times(now + _OVERLAP, reverse=True):
            if slot <= now:
                return slot
        return None

    def next(self, now: datetime) -> datetime | None:
        """Give the first time after a moment."""
        for slot in self._times(now - _OVERLAP):
            if slot > now:
                return slot
        return None

    def _times(self, start: datetime, *, reverse: bool = False) -> Iterator[datetime]:
        local = start.astimezone(self.zone)
        return (slot.astimezone(UTC) for slot in CronSim(self.fields, local, reverse=reverse))
