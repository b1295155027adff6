"""What is meant by a word or an option that does not exist: a slip, a verb without its group, another tool's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gmconfig.errors import UsageError
from gmconfig.path.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ELSEWHERE = {
    "add": ("create", "set"),
    "new": ("create", "init"),
    "read": ("get", "show"),
    "show": ("get", "list"),
    "view": ("show", "get"),
    "cat": ("show", "get"),
    "ls": ("list",),
    "log": ("history", "audit"),
    "get": ("show", "eval"),
    "cp": ("promote", "set"),
    "mv": ("move", "rename"),
    "rm": ("unset", "delete", "remove"),
    "remove": ("unset", "delete", "remove"),
    "delete": ("unset", "remove"),
    "update": ("set", "rollout"),
    "revert": ("rollback",),
    "undo": ("rollback", "correct"),
    "lint": ("validate",),
    "check": ("validate", "verify"),
    "start": ("apply", "create", "run"),
    "sync": ("apply",),
    "diff": ("plan",),
    "now": ("create",),
    "run": ("apply", "create"),
    "on": ("enable",),
    "off": ("disable",),
    "toggle": ("enable", "disable"),
    "exec": ("run",),
    "encrypt": ("seal",),
    "decrypt": ("unseal", "get"),
}
"""What other tools call what a verb here does."""
_ANYWHERE = {
    "help": ("--help",),
    "version": ("--version",),
    "completion": ("--install-completion",),
    "lint": ("validate",),
    "validate": ("validate",),
    "test": ("validate",),
    "install": ("init",),
    "sync": ("deploy apply",),
    "upgrade": ("deploy apply",),
    "template": ("config show", "deploy plan"),
    "render": ("config show", "deploy plan"),
    "build": ("config show", "flag compile"),
    "export": ("config show", "secret export"),
    "keys": ("config show", "secret member list"),
    "env": ("config list",),
    "envs": ("config list",),
    "environments": ("config list",),
    "user": ("secret member list",),
    "users": ("secret member list",),
    "updatekeys": ("secret rekey",),
    "blame": ("config explain",),
    "why": ("config explain",),
}
"""What stands for a whole command, of whichever word it was said."""
_OPTIONS = {
    "-v": "--version",
    "-V": "--version",
    "-?": "--help",
    "-d": "secret get",
    "--decrypt": "secret get",
    "--encrypt": "secret seal",
}
"""What is asked of the program itself elsewhere, without a verb."""
_BEHIND = {
    "-e": "config get settings -e production",
    "--environment": "config get settings --environment production",
    "-o": "config get settings -o json",
    "--output": "config get settings --output json",
}
"""Options that belong to verbs, and that other tools take before them."""
_SUBJECTS = {
    "config": ("documents", ("show",)),
    "secret": ("secrets", ("get",)),
    "flag": ("flags", ("show",)),
    "deploy": ("deployable", ("plan", "apply")),
    "drift": ("deployable", ("detect",)),
}
"""What may follow a word in place of a verb, and the verbs that are meant by it."""
_UNASKED = ("-y", "--yes", "--assume-yes", "--auto-approve")
"""What is said elsewhere so that nobody is asked."""
_SHOWN = 4


def unknown_word(commands: Mapping[str, Any], path: str, words: Sequence[str]) -> UsageError:
    """Say that the first of these words does not exist, and give the commands that it may stand for."""
    word = words[0]
    meant = [f'"{path} {one}"' for one in _told(commands, word) or _subject(path, word)]
    whole = [f'"gmconfig {one}"' for one in _ANYWHERE.get(word, ())]
    if word == "help":
        whole = [f'"{" ".join([path, *words[1:]])} --help"']
    meant = (meant or whole or [f'"{path} {one}"' for one in _near(commands, word)])[:_SHOWN]
    hint = f"did you mean {_either(meant)}?" if meant else f"{path} --help"
    return UsageError(f'there is no command "{path} {word}"', hint=hint)


def unknown_option(context: Any, option: str) -> UsageError:
    """Say that an option does not exist, and give the nearest one."""
    names = [name for one in context.command.get_params(context) for name in one.opts]
    known = {name[2:]: name for name in names if name.startswith("--")}
    near = nearest(option.lstrip("-"), tuple(known)) if option.startswith("--") else None
    meant = known[near] if near else None
    if context.parent is None and option in _OPTIONS:
        meant = f"gmconfig {_OPTIONS[option]}"
    hint = f'did you mean "{meant}"?' if meant else f"{context.command_path} --help"
    if option in _UNASKED and context.parent is not None:
        hint = f"it asks nothing: leave {option} out"
    if context.parent is None and option in _BEHIND:
        hint = f"{option} stands behind the verb: gmconfig {_BEHIND[option]}"
    return UsageError(f'"{context.command_path}" has no option "{option}"', hint=hint)


def _told(commands: Mapping[str, Any], word: str) -> list[str]:
    """Give what a word means that is spelt as it should be: another tool's, or a verb without its group."""
    seen, below = _seen(commands), _below(commands)
    synonyms = _ELSEWHERE.get(word, ())
    return (
        [name for name in seen if name in synonyms]
        or [path for path, verb in below.items() if verb == word]
        or ([] if word in _ANYWHERE else [path for path, verb in below.items() if verb in synonyms])
    )


def _subject(path: str, word: str) -> list[str]:
    """Give the commands for a thing of this repository that was named without a verb."""
    from gmconfig.cli import complete

    offer, verbs = _SUBJECTS.get(path.removeprefix("gmconfig "), (None, ()))
    known = offer is not None and word in getattr(complete, offer)(word)
    return [f"{verb} {word}" for verb in verbs] if known else []


def _near(commands: Mapping[str, Any], word: str) -> list[str]:
    """Give what a slip most likely means."""
    seen, below = _seen(commands), _below(commands)
    near = nearest(word, [*seen, *below.values()])
    return [name for name in seen if name == near] or [path for path, verb in below.items() if verb == near]


def _seen(commands: Mapping[str, Any]) -> list[str]:
    return [name for name, command in commands.items() if not command.hidden]


def _below(commands: Mapping[str, Any]) -> dict[str, str]:
    """Give the verbs of the words below, each by its path."""
    return {
        f"{group} {verb}": verb
        for group in _seen(commands)
        for verb in _seen(getattr(commands[group], "commands", {}))
    }


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
