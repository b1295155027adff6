"""`--since` and `--until` of what happened: days as the answer shows them, the first and the last one counted."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from gmconfig.errors import UsageError


def _day(context: typer.Context, text: str | None) -> str | None:
    """Read a day, whatever of the forms of ISO 8601 it has."""
    if text is None or context.resilient_parsing:
        return text
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f'"{text}" is not a day', hint="a day is written 2026-07-01") from None


Since = Annotated[
    str | None,
    typer.Option("--since", metavar="DAY", help="From this day on, such as 2026-07-01.", callback=_day),
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="DAY", help="Up to the end of this day.", callback=_day)
]


def within(moment: str, since: str | None, until: str | None) -> bool:
    """Whether a moment (ISO 8601) lies in the days that are asked for."""
    day = moment[:10]
    return (since is None or day >= since) and (until is None or day <= until)
