"""The times in which nothing is deployed, as gmconfig.yaml declares them under `freezes:`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gmconfig.errors import BrokenConfiguration

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOMENT = re.compile(r"(mon|tue|wed|thu|fri|sat|sun) ([01]\d|2[0-3]):([0-5]\d)")
_WEEK = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Window:
    """A declared freeze: once (`from`, `until`), every week (`weekly: fri 16:00 - mon 08:00`), or both.

    Attributes:
        environments: where it holds; empty for everywhere.
        start, end: its moments, where it is a freeze that comes once, or weekly between them; None is open-ended.
        weekly: the minutes of the week (from Monday 0:00, in its timezone) at which it begins and ends.
        timezone: in which the week is counted.
        reason: why.
    """

    environments: tuple[str, ...]
    start: datetime | None
    end: datetime | None
    weekly: tuple[int, int] | None
    timezone: tzinfo
    reason: str

    def ends(self, environment: str, now: datetime) -> datetime | None:
        """Give when it ends if it holds now (`datetime.max` if never), else None."""
        if self.environments and environment not in self.environments:
            return None
        once = self._once(now)
        if once is None or self.weekly is None:
            return once
        week = self._this_week(now)
        return min(week.astimezone(UTC), once) if week else None

    def _once(self, now: datetime) -> datetime | None:
        if (self.start and now < self.start) or (self.end and now >= self.end):
            return None
        return self.end or datetime.max.replace(tzinfo=UTC)

    def _this_week(self, now: datetime) -> datetime | None:
        begins, ends = self.weekly or (0, 0)
        local = now.astimezone(self.timezone)
        minute = local.weekday() * 1440 + local.hour * 60 + local.minute
        if (minute - begins) % _WEEK >= (ends - begins) % _WEEK:
            return None
        return local.replace(second=0, microsecond=0) + timedelta(minutes=(ends - minute) % _WEEK)


def windows(declared: Sequence[object]) -> Iterator[Window]:
    """Read `freezes:` of gmconfig.yaml.

    Raises:
        BrokenConfiguration: an entry makes no sense; an entry that is not understood must not let through.
    """
    for number, entry in enumerate(declared):
        try:
            yield window(entry)
        except ValueError as error:
            raise BrokenConfiguration(f"freezes[{number}] in gmconfig.yaml: {error}", hint=HINT) from error


HINT = 'a freeze has "from" and "until" (2026-12-20 or 2026-12-20T16:00Z), or "weekly: fri 16:00 - mon 08:00"'


def window(entry: object) -> Window:
    """Read one entry of `freezes:`.

    Raises:
        ValueError: it makes no sense.
    """
    if not isinstance(entry, dict):
        raise ValueError("it is not a map")
    given = {key: value for key, value in entry.items() if value is not None}
    if not {"from", "until", "weekly"} & given.keys():
        raise ValueError("it has neither a beginning nor an end")
    zone = _zone(str(given.get("timezone", "UTC")))
    start, end = _moment(given.get("from"), zone), _moment(given.get("until"), zone)
    if start and end and end <= start:
        raise ValueError("it ends before it begins")
    environments = given.get("environments", [])
    return Window(
        environments=tuple(map(str, environments if isinstance(environments, list) else [environments])),
        start=start,
        end=end,
        weekly=_weekly(str(given["weekly"])) if "weekly" in given else None,
        timezone=zone,
        reason=str(given.get("reason", "")),
    )


def _zone(name: str) -> tzinfo:
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, RecursionError):
        raise ValueError(f'there is no timezone "{name}"') from None


def _moment(text: object, zone: tzinfo) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f'"{text}" is not a time') from None


def _weekly(text: str) -> tuple[int, int]:
    begins, _, ends = text.lower().partition(" - ")
    found = [_MOMENT.fullmatch(part.strip()) for part in (begins, ends)]
    if not all(found):
        raise ValueError(f'"{text}" is not a time of the week')
    first, last = (_minute(match) for match in found if match)
    if first == last:
        raise ValueError(f'"{text}" ends when it begins')
    return first, last


def _minute(match: re.Match[str]) -> int:
    day, hour, minute = match.groups()
    return _DAYS.index(day) * 1440 + int(hour) * 60 + int(minute)
