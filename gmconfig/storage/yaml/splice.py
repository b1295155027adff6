"""Changes of text: spans and what takes their place."""

from __future__ import annotations

from typing import NamedTuple


class Splice(NamedTuple):
    """Put `text` in place of what stands from `start` to `end`."""

    start: int
    end: int
    text: str

    @property
    def is_insertion(self) -> bool:
        """Whether nothing is taken away."""
        return self.start == self.end

    def after(self, other: Splice) -> Splice:
        """Give the insertion of this text behind that of another at the same spot."""
        return Splice(self.start, self.end, other.text + self.text)


def spliced(text: str, splices: list[Splice]) -> str:
    """Apply splices that do not overlap, from the end so that earlier offsets stay right."""
    for start, end, new in sorted(splices, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def joined(splices: list[Splice]) -> list[Splice]:
    """Give the splices, those that insert at the same spot as one, in their order."""
    found: dict[object, Splice] = {}
    for number, one in enumerate(splices):
        spot = one.start if one.is_insertion else ("instead", number)
        before = found.get(spot)
        found[spot] = one.after(before) if before else one
    return list(found.values())


def overlap(splices: list[Splice]) -> bool:
    """Whether two splices touch the same text, or the same spot."""
    ordered = sorted(splices)
    return any(before.end >= after.start for before, after in zip(ordered, ordered[1:], strict=False))
