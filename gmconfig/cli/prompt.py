"""What a person or a pipe gives: values, secrets, answers, edited text."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gmconfig.cli import terminal
from gmconfig.errors import BrokenConfiguration, Refused, UsageError

if TYPE_CHECKING:
    from pathlib import Path

AS_IT_IS = "--string takes it as it is"
_NOT_PLAIN = "\"'|>&!*"  # what begins a quoted text, a block, an anchor, a tag, an alias


def given_value(text: str | None, *, string: bool = False, secret: bool = False, what: str) -> object:
    """Give the value of an argument: YAML unless `string`, stdin for `-`, a prompt for a secret.

    Raises:
        UsageError: a secret stands on the command line, where every process of the machine can read it.
    """
    if secret:
        if text not in (None, "-"):
            raise UsageError(
                "a secret does not belong on the command line", hint="leave it out, or give - and pipe it in"
            )
        if text is None:
            return asked_secret(what, confirm=True, hint="pipe it in and give -")
        return piped_secret(what)
    given = given_text(text, string=string)
    return given if string else as_yaml(given, AS_IT_IS)


def given_text(text: str | None, *, string: bool = False) -> str:
    """Give the text of an argument, or stdin's for `-`.

    Raises:
        UsageError: there is none.
    """
    if text is None or (text == "" and not string):
        raise UsageError("missing argument 'VALUE'", hint="an empty text is given as '\"\"'")
    found = from_stdin() if text == "-" else text
    if text == "-" and not found.strip() and not string:  # of a pipe most likely one whose program failed
        raise UsageError(
            "no value: nothing came in on stdin", hint="null is given as null, an empty text with --string"
        )
    return found


def as_yaml(text: str, hint: str = "in quotes it is a text: '\"…\"'") -> object:
    """Read a value that was given as YAML; nobody comments on a value of one line, so that `#fff` is a text."""
    from gmconfig.storage.yaml import load

    try:
        value = load(text.encode("utf-8", "surrogateescape"))
    except BrokenConfiguration as error:
        raise UsageError(f"the value is not YAML: {error.message}", hint=hint) from None
    return text.strip() if _has_lost_its_end(text, value) else value


def _has_lost_its_end(text: str, value: object) -> bool:
    """Whether YAML took a part of a plain text for a comment."""
    plain = text.strip()
    if "#" not in plain or "\n" in plain or isinstance(value, dict | list):
        return False
    return plain[0] not in _NOT_PLAIN and (plain[0] == "#" or " #" in plain or "\t#" in plain)


def from_stdin() -> str:
    """Read all of stdin, without the line end that `echo` adds."""
    from gmconfig.storage.given import read_stream

    text = read_stream(sys.stdin.buffer).decode("utf-8", "surrogateescape")
    return text.removesuffix("\n").removesuffix("\r")


def piped_secret(what: str) -> str:
    """Read a secret from stdin.

    Raises:
        UsageError: nothing came in: a variable that was never set is not a secret; or it is no text.
    """
    text = from_stdin()
    if not text:
        raise UsageError(f"no value for {what}: nothing came in on stdin")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise UsageError(
            f"the value for {what} is not UTF-8 text",
            hint="pipe it through base64, or as a named secret: gmconfig secret create NAME --file FILE",
        )
    return text


def asked_secret(what: str, *, confirm: bool = False, hint: str = "pipe it in and give --stdin") -> str:
    """Ask on the terminal for a secret.

    Raises:
        UsageError: there is no terminal, or the two entries differ.
    """
    if not terminal.interactive():
        raise UsageError(f"no value for {what}, and no terminal to ask on", hint=hint)
    entered = _entered(f"{what}: ")
    if confirm and _entered(f"{what} again: ") != entered:
        raise UsageError("the two entries differ")
    return entered


def _entered(question: str) -> str:
    """Ask without showing the answer; an end of input is an interruption, as in every prompt."""
    import getpass

    try:
        with terminal.cleared():
            return getpass.getpass(question)
    except EOFError:
        raise KeyboardInterrupt from None


def confirmed(question: str, *, yes: bool) -> None:
    """Ask before something that is hard to undo.

    Raises:
        Refused: the answer was no, or nobody could be asked.
    """
    if yes:
        return
    if not terminal.interactive():
        raise Refused(
            f"{question} needs an answer, and there is no terminal to ask on", hint="-y answers yes"
        )
    if not agreed(question):
        raise Refused("not confirmed; nothing was changed")


def agreed(question: str) -> bool:
    """Ask on the terminal; anything but yes is no."""
    with terminal.cleared():
        sys.stderr.write(f"{question} [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")


def edited(text: str, *, suffix: str) -> str:
    """Give the text as the user's editor left it.

    Raises:
        Refused: the editor failed, so nothing is taken over.
    """
    from pathlib import Path

    from gmconfig.storage.scratch import scratch

    with scratch("edit") as folder:
        return _left_by_the_editor(Path(folder, f"edit{suffix}"), text)


def edited_in_memory(text: str, *, suffix: str) -> str:
    """Give a text with secrets in it as the user's editor left it; it never touches a disk.

    Raises:
        Refused: this machine has no memory-backed storage, or the editor failed.
    """
    from gmconfig.cli import editor

    return editor.edited_in_memory(text, suffix=suffix)


def _left_by_the_editor(file: Path, text: str) -> str:
    from gmconfig.cli import editor

    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    editor.run_editor(editor.editor(), str(file))
    return file.read_bytes().decode("utf-8", "surrogateescape")
