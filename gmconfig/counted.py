"""A number with its noun, in one or in several, as every message says it."""

from __future__ import annotations


def counted(number: float, noun: str) -> str:
    """Give a number with its noun: `1 error`, `1,204 files`."""
    return f"{number:,.0f} {noun}" + ("" if number == 1 else "s")
