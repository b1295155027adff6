"""The commands that hooks and scripts run by the thousand, answered without building the command line.

Whatever is not plain here (an option it does not know, a mistake, an error) is left to the whole command
line, which gives the same answers and all the messages.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_GET = {
    "-e": "environment",
    "--environment": "environment",
    "-o": "output",
    "--output": "output",
    "--at": "at",
    "-C": "directory",
}
_GET_SWITCHES = {"--raw": "raw", "--reveal": "reveal"}
_HISTORY = {name: word for name, word in _GET.items() if word != "at"}
_VALIDATE = {"-o": "output", "--output": "output", "--schema": "schema", "--at": "at", "-C": "directory"}
_VALIDATE_SWITCHES = {"--staged": "staged"}
_REPEATED = {"-e": "environments", "--environment": "environments", "--report": "reports"}


def answered(arguments: list[str]) -> int | None:
    """Answer `validate`, `config get` and `config history` if nothing stands in the way; else None."""
    if arguments[:1] == ["validate"]:
        return _validate(arguments[1:])
    if arguments[:2] == ["config", "get"]:
        return _get(arguments[2:])
    if arguments[:2] == ["config", "history"]:
        return _history(arguments[2:])
    return None


def _validate(arguments: list[str]) -> int | None:
    words, options = _parsed(arguments, _VALIDATE, _VALIDATE_SWITCHES, _REPEATED)
    if words is None:
        return None
    if not words:
        from gmconfig.validate import warm

        known = warm.answer(options)
        if known is not None:
            sys.stdout.write(known[0])
            return known[1]
    from gmconfig.cli.validating import validate

    session = _session(options)
    return _unless_it_fails(lambda: validate(session, words, **options))


def _get(arguments: list[str]) -> int | None:
    words, options = _parsed(arguments, _GET, _GET_SWITCHES, {})
    if (
        words is None
        or len(words) not in (1, 2)
        or options.get("output", "text") not in ("text", "json", "yaml")
    ):
        return None
    from gmconfig.cli.get import get

    session = _session(options)
    return _unless_it_fails(lambda: get(session, *words, **options))


def _history(arguments: list[str]) -> int | None:
    words, options = _parsed(arguments, _HISTORY, {}, {})
    if words is None or len(words) not in (1, 2) or options.get("output", "text") not in ("text", "json"):
        return None
    from gmconfig.cli.history import history

    session = _session(options)
    return _unless_it_fails(lambda: history(session, *words, **options))


def _session(options: dict[str, Any]) -> Any:
    from gmconfig.cli.session import Session

    return Session(options.pop("directory", "")).begun()


def _unless_it_fails(command: Any) -> int | None:
    """Give the command's exit code; a failure is told by the boundary, as everywhere."""
    from gmconfig.errors import GmconfigError

    try:
        return command() or 0
    except (GmconfigError, OSError, KeyboardInterrupt) as error:
        from gmconfig.cli.boundary import failed

        return failed(error)


def _parsed(
    arguments: Sequence[str], valued: dict[str, str], switches: dict[str, str], repeated: dict[str, str]
) -> tuple[list[str] | None, dict[str, Any]]:
    """Split arguments into words and options; None for the words if one is not known here."""
    words: list[str] = []
    options: dict[str, Any] = {}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word in switches:
            options[switches[word]] = True
        elif word in valued and rest:
            options[valued[word]] = rest.pop(0)
        elif word in repeated and rest:
            options.setdefault(repeated[word], []).append(rest.pop(0))
        elif word.startswith("-"):
            return None, {}
        else:
            words.append(word)
    return words, options
