"""A shell that completes behind `--environment=`: bash splits there, zsh and fish replace the whole word."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

from gmconfig.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

ZSH = ("  eval $(env", "  compset -P '--*='\n  eval $(env")
"""What Typer's script for zsh lacks: what stands before the value is left as it is."""


def two_words(environ: MutableMapping[str, str]) -> None:
    """Let an option and its value be two words, where bash has made three of them."""
    words = environ.get("COMP_WORDS", "").split("\n")
    signs = [at for at, word in enumerate(words) if word == "=" and words[at - 1].startswith("--")]
    if not signs:
        return
    before = sum(at < int(environ["COMP_CWORD"]) for at in signs)  # behind the sign nothing is typed yet
    environ["COMP_WORDS"] = "\n".join(word for at, word in enumerate(words) if at not in signs)
    environ["COMP_CWORD"] = str(int(environ["COMP_CWORD"]) - before)


def offered(command: Callable[[], int], environ: MutableMapping[str, str]) -> int:
    """Run what offers words; fish gets each with the option before it."""
    word = environ.get("_TYPER_COMPLETE_ARGS", "").rpartition(" ")[2]
    option, sign, _ = word.partition("=")
    if environ["_GMCONFIG_COMPLETE"] != "complete_fish" or not sign or not option.startswith("--"):
        return command()
    said = io.StringIO()
    try:
        with redirect_stdout(said):
            return command()
    finally:
        terminal.answer("".join(f"{option}={line}\n" for line in said.getvalue().splitlines()))
