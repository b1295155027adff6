"""A word of a few that are known; without typer, for the commands that are answered without it."""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from collections.abc import Iterable


def one_of(word: str, known: Iterable[str], what: str = "an output format") -> str:
    """Give the word if it is known.

    Raises:
        UsageError: it is not; the message lists what is.
    """
    from gmconfig.errors import UsageError

    known = list(known)
    if word not in known:
        raise UsageError(f'"{word}" is not {what}', hint=f"one of: {', '.join(known)}")
    return word
