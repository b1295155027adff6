"""When a secret is due: older than it may get, or past its expiry date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from gmconfig.errors import UsageError
from gmconfig.project.span import AGE


def age_days(since: str | None, now: datetime) -> int | None:
    """Give how many days ago a value was written; None where the log does not know."""
    if since is None:
        return None
    written = datetime.strptime(since, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return max(0, (now.astimezone(UTC) - written).days)


def due_on(metadata: Mapping[str, object], since: str | None) -> date | None:
    """Give the day on which a secret must have a new value; None where nothing says so.

    Raises:
        UsageError: `rotate_every` or `expires` cannot be read.
    """
    days = []
    if (every := metadata.get("rotate_every")) is not None and since is not None:
        days.append(date.fromisoformat(since[:10]) + oldest(str(every)))
    if (expires := metadata.get("expires")) is not None:
        days.append(day(str(expires)))
    return min(days, default=None)


def is_due(metadata: Mapping[str, object], since: str | None, today: date) -> bool:
    """Whether a secret should have got a new value by today."""
    due = due_on(metadata, since)
    return due is not None and due <= today


def oldest(text: str) -> timedelta:
    """Read how old a value may get: `90d`, `12w`, `6m`, `1y`.

    Raises:
        UsageError: it is none of these.
    """
    return timedelta(seconds=AGE.seconds(text))


def day(text: str) -> date:
    """Read a date.

    Raises:
        UsageError: it is not one.
    """
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise UsageError(f'"{text}" is not a date', hint="such as 2027-01-31") from None
