"""What is meant by a word or an option that does not exist: a slip, a verb without its group, another tool's."""

from __future__ import annotations

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
    "rm": ("unset", "delete", "remove"),
    "remove": ("unset", "delete", "remove"),
    "delete": ("unset", "remove"),
    "update": ("set", "rollout"),
    "revert": ("rollback",),
    "undo": ("rollback", "correct"),
    "lint": ("validate",),
    "check": ("validate", "verify"),
    "exec": ("run",),
    "encrypt": ("seal",),
    "decrypt": ("unseal", "get"),
}
"""What other tools call what a verb here does."""
_SHOWN = 4


def unknown_word(commands: Mapping[str, Any], path: str, word: str) -> UsageError:
    """Say that a word does not exist, and give the commands that it may stand for."""
    meant = [f'"{path} {one}"' for one in _meant(commands, word)[:_SHOWN]]
    hint = f"did you mean {_either(meant)}?" if meant else f"{path} --help"
    return UsageError(f'there is no command "{path} {word}"', hint=hint)


def unknown_option(context: Any, option: str) -> UsageError:
    """Say that an option does not exist, and give the nearest one."""
    names = [name for one in context.command.get_params(context) for name in one.opts]
    known = {name[2:]: name for name in names if name.startswith("--")}
    near = nearest(option.lstrip("-"), tuple(known)) if option.startswith("--") else None
    hint = f'did you mean "{known[near]}"?' if near else f"{context.command_path} --help"
    return UsageError(f'"{context.command_path}" has no option "{option}"', hint=hint)


def _meant(commands: Mapping[str, Any], word: str) -> list[str]:
    """Give what a word may mean: a verb without its group, a slip, another tool's word; the likeliest alone."""
    seen = [name for name, command in commands.items() if not command.hidden]
    below = {
        f"{group} {verb}": verb
        for group in seen
        for verb, command in getattr(commands[group], "commands", {}).items()
        if not command.hidden
    }
    synonyms = _ELSEWHERE.get(word, ())
    near = nearest(word, [*seen, *below.values()])
    return (
        [name for name in seen if name in synonyms]
        or [path for path, verb in below.items() if verb == word]
        or [name for name in seen if name == near]
        or [path for path, verb in below.items() if verb == near]
        or [path for path, verb in below.items() if verb in synonyms]
    )


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
