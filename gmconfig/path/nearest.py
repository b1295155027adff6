"""The word that a mistyped one most likely means."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def nearest(wanted: str, known: Sequence[str]) -> str | None:
    """Give the known word that a mistyped or shortened one (`prod`) most likely means, or None."""
    from difflib import get_close_matches  # costs 5 ms, and only a mistake needs it

    longer = [word for word in known if len(wanted) > 2 and word.startswith(wanted)]
    return next(iter([*get_close_matches(wanted, known, n=1, cutoff=0.6), *longer]), None)


def did_you_mean(wanted: str, known: Sequence[str], otherwise: str | None = None) -> str | None:
    """Give the hint that asks whether the nearest word was meant; where none is near, what else helps."""
    near = nearest(wanted, known)
    return f'did you mean "{near}"?' if near else otherwise
