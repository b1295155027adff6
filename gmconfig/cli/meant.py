"""What is meant by a word or an option that does not exist: a slip, a verb without its group, another tool's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gmconfig.errors import UsageError
from gmconfig.path.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

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
_SHOWN = 4


def unknown_word(commands: Mapping[str, Any], path: str, word: str) -> UsageError:
    """Say that a word does not exist, and give the commands that it may stand for."""
    meant = [f'"{path} {one}"' for one in _told(commands, word)]
    whole = [f'"gmconfig {one}"' for one in _ANYWHERE.get(word, ())]
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
    return UsageError(f'"{context.command_path}" has no option "{option}"', hint=hint)


def with_option(context: Any, message: str) -> str | None:
    """Give the command that was meant by an environment that stands where there is no argument for it."""
    extra = re.search(r"unexpected extra argument\S* \((\S+)\)$", message)
    takes = any("-e" in one.opts for one in context.command.get_params(context))
    if not extra or not takes:
        return None
    from gmconfig.cli.complete import environments

    return f"an environment is named with -e {extra[1]}" if extra[1] in environments(extra[1]) else None


def _told(commands: Mapping[str, Any], word: str) -> list[str]:
    """Give what a word means that is spelt as it should be: another tool's, or a verb without its group."""
    seen, below = _seen(commands), _below(commands)
    synonyms = _ELSEWHERE.get(word, ())
    return (
        [name for name in seen if name in synonyms]
        or [path for path, verb in below.items() if verb == word]
        or ([] if word in _ANYWHERE else [path for path, verb in below.items() if verb in synonyms])
    )


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
