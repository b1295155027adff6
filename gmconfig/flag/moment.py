"""Moments as flag files write them."""

from __future__ import annotations

from datetime import UTC, date, datetime


def seconds(text: object) -> int | None:
    """Give a moment in seconds since 1970: a date is midnight UTC; None without a time zone, or for what is none.

    >>> seconds("2027-02-01"), seconds("2027-02-01T08:00:00+01:00"), seconds("2027-02-01T08:00")
    (1801440000, 1801465200, None)
    """
    try:
        if len(str(text)) == 10:
            return int(datetime.combine(date.fromisoformat(str(text)), datetime.min.time(), UTC).timestamp())
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return int(moment.timestamp()) if moment.tzinfo else None
