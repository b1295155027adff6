"""How often an agent puts drift back by itself, so that it does not fight with whoever changes it again; pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

CORRECTIONS = 5
"""How often in an hour where a target's `budget:` says nothing."""

_HOUR = timedelta(hours=1)


def within_the_hour(times: Iterable[str], now: datetime) -> tuple[str, ...]:
    """Give the moments of the last hour; what a wrong clock has put further away, into the future too, is none."""
    return tuple(time for time in times if _is_within(time, now))


def _is_within(time: str, now: datetime) -> bool:
    try:
        return abs(now - datetime.fromisoformat(time).astimezone(UTC)) < _HOUR
    except (ValueError, OverflowError):  # a note may hold anything
        return False
