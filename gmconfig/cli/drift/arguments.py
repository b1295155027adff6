"""The arguments of drift's verbs, each worded once."""

from __future__ import annotations

from typing import Annotated

import typer

from gmconfig.cli import complete
from gmconfig.errors import UsageError

Target = Annotated[
    str, typer.Argument(metavar="TARGET", help="One target.", autocompletion=complete.deployable)
]
Place = Annotated[
    list[str],
    typer.Argument(
        metavar="[DOC] PATH",
        help="Path, after its document where the target has several.",
        autocompletion=complete.placed,
    ),
]


def document_and_path(words: list[str]) -> tuple[str | None, str]:
    """Read `[DOC] PATH`.

    Raises:
        UsageError: there are more words.
    """
    if len(words) > 2:
        raise UsageError(f'"{words[2]}" is one word too many', hint="TARGET [DOC] PATH")
    return (words[0], words[1]) if len(words) == 2 else (None, words[0])
