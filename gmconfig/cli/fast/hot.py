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
_SHOW_SWITCHES = {"--reveal": "reveal"}
_SET = {
    **{name: word for name, word in _GET.items() if word != "at"},
    "-m": "reason",
    "--reason": "reason",
    "--user": "user",
}
_SET_SWITCHES = {
    "--create": "create",
    "--string": "string",
    "--secret": "secret",
    "--copy-list": "copy_list",
    "--dry-run": "dry_run",
    "--no-commit": "no_commit",
}
_SECRET_GET = {**_GET, "--identity": "identity", "--user": "user"}
_EVAL = {**_GET, "--user": "user", "--default": "default", "--type": "kind"}
_CONTEXT = {"--context": "context"}
_VARIABLES = {"--var": "variables"}
_HISTORY = {name: word for name, word in _GET.items() if word != "at"}
_VALIDATE = {"-o": "output", "--output": "output", "--schema": "schema", "--at": "at", "-C": "directory"}
_VALIDATE_SWITCHES = {"--staged": "staged"}
_PLAN = {
    "-o": "output",
    "--output": "output",
    "--at": "at",
    "--base": "base",
    "--save": "save",
    "-C": "directory",
}
_PLAN_SWITCHES = {"--retry": "retry", "--offline": "offline", "--exit-code": "exit_code"}
_DETECT = {name: word for name, word in _GET.items() if word != "at"}
_DETECT_SWITCHES = {"--offline": "offline"}
_QUIET = ("-q", "--quiet")
_REPEATED = {"-e": "environments", "--environment": "environments", "--report": "reports"}


def answered(arguments: list[str]) -> int | None:
    """Answer one of these commands if nothing stands in the way; else None."""
    before, words = _apart(arguments)
    if "-C" in before and "-C" in words:  # the second is meant from the first on
        return None
    if words[:1] == ["validate"]:
        return _validate([*before, *words[1:]])
    verb = {
        "config get": _get,
        "config show": _show,
        "config set": _set,
        "config history": _history,
        "secret get": _secret_get,
        "flag eval": _eval,
        "deploy plan": _plan,
        "drift detect": _detect,
    }.get(" ".join(words[:2]))
    return verb([*before, *words[2:]]) if verb else None


def _apart(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Split off the options before the verb, which mean the same behind it."""
    at = 0
    while at < len(arguments) and (arguments[at] in _QUIET or arguments[at] == "-C"):
        at += 2 if arguments[at] == "-C" else 1
    return arguments[:at], arguments[at:]


def _validate(arguments: list[str]) -> int | None:
    words, options = _parsed(arguments, _VALIDATE, _VALIDATE_SWITCHES, _REPEATED)
    if words is None:
        return None
    if not words:
        from gmconfig.validate import warm

        known = warm.answer({name: options[name] for name in options if name != "quiet"})
        if known is not None:
            sys.stdout.write(known[0])
            return known[1]
    from gmconfig.cli.fast.validating import validate

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
    from gmconfig.cli.fast.get import get

    session = _session(options)
    return _unless_it_fails(lambda: get(session, *words, **options))


def _show(arguments: list[str]) -> int | None:
    words, options = _parsed(arguments, _GET, _SHOW_SWITCHES, _VARIABLES)
    if words is None or len(words) != 1:
        return None
    from gmconfig.cli.fast.show import show

    session = _session(options)
    return _unless_it_fails(lambda: show(session, *words, **options))


def _set(arguments: list[str]) -> int | None:
    words, options = _parsed(arguments, _SET, _SET_SWITCHES, _VARIABLES)
    output = options.pop("output", "text")
    if words is None or len(words) not in (2, 3) or output not in ("text", "json"):
        return None
    if "reason" in options and not options["reason"].strip():
        return None
    from gmconfig.cli import outcome
    from gmconfig.cli.fast.setting import set_value

    how = {
        "user": options.pop("user", None),
        "reason": options.pop("reason", None),
        "dry_run": options.pop("dry_run", False),
        "commit": not options.pop("no_commit", False),
    }
    session = _session(options)
    return _uncollected(lambda: outcome.show(set_value(session, *words, how=how, **options), output))


def _secret_get(arguments: list[str]) -> int | None:
    words, options = _parsed(arguments, _SECRET_GET, {}, {})
    if words is None or len(words) != 1:
        return None
    from gmconfig.cli.fast.secret import get

    session = _session(options)
    return _unless_it_fails(lambda: get(session, *words, **options))


def _eval(arguments: list[str]) -> int | None:
    words, options = _parsed(arguments, _EVAL, {}, _CONTEXT)
    if words is None or len(words) != 1 or options.get("output", "text") not in ("text", "json"):
        return None
    from gmconfig.cli.fast.flag import evaluate

    session = _session(options)
    return _unless_it_fails(lambda: evaluate(session, *words, **options))


def _history(arguments: list[str]) -> int | None:
    words, options = _parsed(arguments, _HISTORY, {}, {})
    if words is None or len(words) not in (1, 2) or options.get("output", "text") not in ("text", "json"):
        return None
    from gmconfig.cli.fast.history import history

    session = _session(options)
    return _unless_it_fails(lambda: history(session, *words, **options))


def _plan(arguments: list[str]) -> int | None:
    words, options = _parsed(arguments, _PLAN, _PLAN_SWITCHES, {})
    if words is None or options.get("output", "text") not in ("text", "json", "md"):
        return None
    from gmconfig.cli.deploy.planning import plan

    session = _session(options)
    return _uncollected(lambda: plan(session, words, **options))


def _detect(arguments: list[str]) -> int | None:
    words, options = _parsed(arguments, _DETECT, _DETECT_SWITCHES, {})
    if words is None or options.get("output", "text") not in ("text", "json"):
        return None
    from gmconfig.cli.drift.detecting import detect

    session = _session(options)
    return _uncollected(lambda: detect(session, words, **options))


def _uncollected(command: Any) -> int | None:
    """Run a command that makes much and no cycles, and ends, without the garbage collector's looks at all of it."""
    from gmconfig.validate.collector import let_be, paused

    with paused():
        code = _unless_it_fails(command)
        let_be()
        return code


def _session(options: dict[str, Any]) -> Any:
    from gmconfig.cli.session import Session

    return Session(options.pop("directory", ""), options.pop("quiet", False)).begun()


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
        name, equals, value = word.partition("=")
        if equals and name.startswith("--") and (name in valued or name in repeated):
            word = name
            rest.insert(0, value)
        if word in switches:
            options[switches[word]] = True
        elif word in _QUIET:
            options["quiet"] = True
        elif word in valued and rest:
            options[valued[word]] = rest.pop(0)
        elif word in repeated and rest:
            options.setdefault(repeated[word], []).append(rest.pop(0))
        elif word.startswith("-") and word != "-":  # which alone stands for stdin
            return None, {}
        else:
            words.append(word)
    return words, options
