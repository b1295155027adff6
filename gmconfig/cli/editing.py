"""A text in the user's editor until it can be taken: on a terminal nobody has to write it twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from gmconfig.cli import prompt, terminal
from gmconfig.cli.boundary import told
from gmconfig.errors import BrokenConfiguration, InvalidConfiguration, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

_Taken = TypeVar("_Taken")


def until_taken(text: str, edited: Callable[..., str], take: Callable[[str], _Taken]) -> _Taken:
    """Have a text edited and take it over; one that makes no sense may be opened again as it was left.

    Raises:
        GmconfigError: it cannot be taken, and nobody is there to mend it.
    """
    while True:
        text = edited(text, suffix=".yaml")
        try:
            return take(text)
        except (BrokenConfiguration, InvalidConfiguration) as error:
            if not terminal.interactive():
                raise
            told(error)
        if not prompt.agreed("open it again, as you left it?"):
            raise Refused("nothing was changed")
