"""Looking back some hours from a moment, as far as anybody can."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gmconfig.errors import UsageError

LONGEST_HOURS = 24 * 36_525.0
_OLDEST = datetime(1970, 1, 2, tzinfo=UTC)


def looked_back(now: datetime, hours: float) -> datetime:
    """Give the moment so many hours ago.

    Raises:
        UsageError: nobody can look back that far.
    """
    if not 0 <= hours <= LONGEST_HOURS:
        raise UsageError(f"{hours:g} hours cannot be looked back", hint="--hours 24")
    return max(_OLDEST, now - timedelta(hours=hours))
