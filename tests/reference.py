"""The command line reference: what `--help` prints, of every verb."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from unittest.mock import patch

import typer
from typer import testing

from gmconfig.cli.app import assembled

_PLAIN = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "TERMINAL_WIDTH": "100"}


def verbs() -> list[tuple[str, ...]]:
    """Give every verb as its words, such as `("config", "set")`."""
    return list(_below(_program(), ()))


@cache
def _program() -> Any:
    """Build the whole command line once: the runner would build it anew for each verb."""
    return typer.main.get_command(assembled())


def help_of(words: tuple[str, ...]) -> str:
    """Give what `--help` of a verb prints."""
    with patch.object(testing, "_get_command", lambda _: _program()):
        result = testing.CliRunner().invoke(assembled(), [*words, "--help"], prog_name="gmconfig", env=_PLAIN)
    assert result.exit_code == 0, result.output
    return "\n".join(line.rstrip() for line in result.output.strip().splitlines())


def reference() -> str:
    """Give the reference as Markdown."""
    parts = [f"### `gmconfig {' '.join(words)}`\n\n```text\n{help_of(words)}\n```\n" for words in verbs()]
    return "\n" + "\n".join(parts) + "\n"


def _below(command, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield words
        return
    for name in sorted(inner):
        yield from _below(inner[name], (*words, name))
