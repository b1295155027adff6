"""What `doctor` says of one thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.errors import GmconfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at.

    Attributes:
        name: what, in a word or two.
        state: `ok`, `warning` or `error`.
        message: how it stands.
        hint: the next step.
        fixed: what was done about it; None where nothing was.
    """

    name: str
    state: str
    message: str
    hint: str | None = None
    fixed: str | None = None


def failed(name: str, error: GmconfigError) -> Examined:
    """Say what could not be looked at, or mended."""
    return Examined(name, "error", str(error), error.hint)


def guarded(name: str, look: Callable[[], Iterable[Examined]]) -> Iterator[Examined]:
    """Look, and say it where that fails: what comes after is looked at all the same."""
    try:
        yield from look()
    except GmconfigError as error:
        yield failed(name, error)
