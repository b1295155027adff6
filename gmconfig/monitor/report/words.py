"""Numbers and moments as a report says them. Pure."""

from __future__ import annotations

from datetime import datetime
from html import escape

from gmconfig.counted import how_long_ago
from gmconfig.monitor.happened import moment_of


def score(value: float | None) -> str:
    """Say a score."""
    return "none" if value is None else f"{value:.1f}"


def hours(number: float) -> str:
    """Say how far back: hours, then days."""
    if number < 72:
        return f"{number:g} hour{'' if number == 1 else 's'}"
    days = number / 24
    return f"{days:,.0f} days" if days == int(days) or days >= 100 else f"{days:.1f} days"


def at(moment: datetime) -> str:
    """Say a moment, with its exact value for machines."""
    exact = moment.isoformat().replace("+00:00", "Z")
    return f'<time datetime="{exact}">{moment:%Y-%m-%d %H:%M} UTC</time>'


def short(moment: datetime, span_hours: float) -> str:
    """Say a moment under a chart."""
    if span_hours <= 24:
        return f"{moment:%H:%M}"
    return f"{moment:%b} {moment.day}" if span_hours <= _YEAR else f"{moment:%b %Y}"


_YEAR = 300 * 24.0  # hours from which on a day needs its year


def command(words: str) -> str:
    """Show a command as HTML."""
    return f'<code class="command">{escape(words)}</code>'


def ago(time: str | datetime, now: datetime) -> str:
    """Say how long ago a moment was."""
    moment = time if isinstance(time, datetime) else moment_of(time)
    if moment is None:
        return "some time ago"
    return how_long_ago((now - moment).total_seconds())
