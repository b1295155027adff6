"""A word too many, too few, or in a place that is not its own: told in the user's words, with the command meant."""

from __future__ import annotations

import re
from shlex import join
from typing import Any

from gmconfig.errors import GmconfigError, UsageError

_SEALED = ("secret create", "secret set", "secret rotate")
"""Verbs behind whose NAME a hurried user writes the value itself."""
_LACKING = re.compile(r"option '(\S+)' requires an argument")
_WRONG = re.compile(r"invalid value for '(\S+)'(?: / '\S+')*: '?(.*?)'? is not (a valid|in the range) (.+)")
_RANGES = ("{}<=x<={}", "from {} to {}"), ("x>={}", "at least {}"), ("x<={}", "at most {}")


def misplaced(context: Any, message: str) -> GmconfigError:
    """Give the error that a message of click's stands for."""
    extra = re.search(r"unexpected extra arguments?\S* \((.*)\)$", message)
    if extra:
        return _too_many(context, extra[1].split())
    text = in_words(message)
    return _no_document(context, text) or UsageError(text, hint=f"{context.command_path} --help")


def in_words(message: str) -> str:
    """Say what click says of an option's value as everything here is said."""
    text = message[:1].lower() + message[1:].rstrip(".")
    if lacking := _LACKING.fullmatch(text):
        return f'"{lacking[1]}" needs a value'
    wrong = _WRONG.fullmatch(text)
    if wrong is None:
        return text
    option, value, what, kind = wrong.groups()
    if what == "a valid":
        return f'{option}: "{value}" is not a {"number" if kind == "float" else "whole number"}'
    return f"{option}: {value} is not {_limits(kind)}"


def _limits(text: str) -> str:
    for written, said in _RANGES:
        pattern = re.escape(written).replace(r"\{\}", "([^<>=]+)")
        if found := re.fullmatch(pattern, text):
            return said.format(*found.groups())
    return f"in the range {text}"


def _too_many(context: Any, extra: list[str]) -> UsageError:
    path = context.command_path
    if path.endswith(_SEALED):
        named = f"{path} {context.params.get('name')}"
        message = "a secret's value is not given on the command line, where others see it"
        return UsageError(message, hint=f"{named} asks for it; {named} --stdin reads it from a pipe")
    quoted = " ".join(f'"{word}"' for word in extra)
    message = f'"{path}" has no place for {quoted}'
    back = (
        f"{path} {context.params.get('word')} --to {extra[0]}" if path.endswith("deploy rollback") else None
    )
    return UsageError(message, hint=back or _with_environment(context, extra) or f"{path} --help")


def _with_environment(context: Any, extra: list[str]) -> str | None:
    """Give the command that was meant by an environment that stands where there is no argument for it."""
    if not any("-e" in one.opts for one in context.command.get_params(context)):
        return None
    from gmconfig.cli.complete import environments

    words = [*_words(context), *extra]
    known = [word for word in words if word in environments(word)]
    if len(known) != 1:
        return None
    words.remove(known[0])
    return join([*context.command_path.split(), *words, "-e", known[0]])


def _words(context: Any) -> list[str]:
    """Give the arguments that were understood, in their order."""
    arguments = [one for one in context.command.get_params(context) if one.param_type_name == "argument"]
    given = [context.params.get(one.name) for one in arguments]
    return [word for word in given if isinstance(word, str)]


def _no_document(context: Any, text: str) -> GmconfigError | None:
    """Say that there is no such document, where a path was given in place of one and what follows is missing."""
    document = context.params.get("document")
    if "missing argument" not in text or not isinstance(document, str):
        return None
    from gmconfig.cli.session import Session

    try:
        manager = Session.current().manager()
        manager.workspace.project.check_document(manager.snapshot(), document)
    except GmconfigError as error:
        return error
    return None
