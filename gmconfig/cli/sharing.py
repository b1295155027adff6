"""`--push` of what is noted in the journal: who acknowledged a drift, or put an alert aside."""

from __future__ import annotations

from typing import Annotated, Protocol

import typer

from gmconfig.cli import terminal
from gmconfig.errors import GmconfigError

Push = Annotated[
    bool, typer.Option("--push", help="Exchange the journal with the remote, so that others know.")
]
_LATER = "gmconfig monitor journal sync"


class Shared(Protocol):
    """Whoever notes something that others may want to know."""

    @property
    def is_shared(self) -> bool:
        """Whether others have a journal of their own."""

    def share(self) -> None:
        """Let them know what this one tells."""


def tell_others(noted: Shared, *, push: bool) -> None:
    """Push what was noted if asked, else say how others learn of it.

    Raises:
        GmconfigError: they cannot be told; it is noted here all the same.
    """
    if push:
        try:
            noted.share()
        except GmconfigError:
            terminal.note(f"known in this clone alone; once the remote can be reached: {_LATER}")
            raise
    elif noted.is_shared:
        terminal.note(f"known in this clone; others learn of it with: {_LATER}")
