"""Numbers as every message says them: with their noun, in one or in several."""

from __future__ import annotations


def counted(number: float, noun: str) -> str:
    """Give a number with its noun: `1 error`, `1,204 files`."""
    return f"{number:,.0f} {noun}" + ("" if number == 1 else "s")


def how_long_ago(seconds: float) -> str:
    """Say how long ago something was, as people say it."""
    for size, noun in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{counted(seconds // size, noun)} ago"
    return "just now"
