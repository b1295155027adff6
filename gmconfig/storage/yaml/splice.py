"""Changes of text: spans and what takes their place."""

from __future__ import annotations

from typing import NamedTuple


class Splice(NamedTuple):
    """Put `text` in place of what stands from `start` to `end`."""

    start: int
    end: int
    text: str


def spliced(text: str, splices: list[Splice]) -> str:
    """Apply splices that do not overlap, from the end so that earlier offsets stay right."""
    for start, end, new in sorted(splices, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def overlap(splices: list[Splice]) -> bool:
    """Whether two splices touch the same text, or the same spot."""
    ordered = sorted(splices)
    return any(before.end >= after.start for before, after in zip(ordered, ordered[1:], strict=False))
