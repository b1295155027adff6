"""What a person or a pipe gives: values, secrets, answers, edited text."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from gmconfig.cli import terminal
from gmconfig.errors import BrokenConfiguration, Refused, UsageError

if TYPE_CHECKING:
    from pathlib import Path


def given_value(text: str, *, string: bool = False, secret: bool = False, what: str) -> object:
    """Give the value of an argument: YAML unless `string`, stdin for `-`, a prompt for a secret.

    Raises:
        UsageError: a secret stands on the command line, where every process of the machine can read it.
    """
    if secret:
        if text not in ("", "-"):
            raise UsageError(
                "a secret does not belong on the command line", hint="leave it out, or give - and pipe it in"
            )
        return from_stdin() if text == "-" else asked_secret(what, confirm=True)
    if text == "":
        raise UsageError("missing argument 'VALUE'", hint="an empty text is given as '\"\"'")
    text = from_stdin() if text == "-" else text
    return text if string else as_yaml(text)


def as_yaml(text: str) -> object:
    """Read a value that was given as YAML."""
    from gmconfig.storage.yaml import load

    try:
        return load(text.encode("utf-8", "surrogateescape"))
    except BrokenConfiguration as error:
        raise UsageError(
            f"the value is not YAML: {error.message}", hint="--string takes it as it is"
        ) from None


def from_stdin() -> str:
    """Read all of stdin, without the line end that `echo` adds."""
    text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    return text.removesuffix("\n").removesuffix("\r")


def asked_secret(what: str, *, confirm: bool = False) -> str:
    """Ask on the terminal for a secret.

    Raises:
        UsageError: there is no terminal, or the two entries differ.
    """
    if not terminal.interactive():
        raise UsageError(f"no value for {what}, and no terminal to ask on", hint="pipe it in and give -")
    import getpass

    entered = getpass.getpass(f"{what}: ")
    if confirm and getpass.getpass(f"{what} again: ") != entered:
        raise UsageError("the two entries differ")
    return entered


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
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Refused("not confirmed; nothing was changed")


def edited(text: str, *, suffix: str) -> str:
    """Give the text as the user's editor left it.

    Raises:
        Refused: the editor failed, so nothing is taken over.
    """
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory(prefix="gmconfig-") as folder:
        return _left_by_the_editor(Path(folder, f"edit{suffix}"), text)


def edited_in_memory(text: str, *, suffix: str) -> str:
    """Give a text with secrets in it as the user's editor left it; it never touches a disk.

    Raises:
        Refused: this machine has no memory-backed storage, or the editor failed.
    """
    import tempfile
    from pathlib import Path

    for place in (os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm"):  # noqa: S108  # memory-backed on purpose
        if place and _in_memory(place):
            with tempfile.TemporaryDirectory(prefix="gmconfig-", dir=place) as folder:
                file = Path(folder, f"edit{suffix}")
                file.touch(mode=0o600)
                return _left_by_the_editor(file, text)
    raise Refused(
        "this machine has no memory-backed storage to edit secrets in",
        hint="gmconfig secret set NAME --stdin",
    )


def _in_memory(folder: str) -> bool:
    """Whether a folder lies on tmpfs or ramfs, by the mount table."""
    from pathlib import Path

    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    above = [m for m in mounts if Path(folder).resolve().is_relative_to(m[1])]
    return bool(above) and max(above, key=lambda m: len(m[1]))[2] in ("tmpfs", "ramfs")


def _left_by_the_editor(file: Path, text: str) -> str:
    import subprocess

    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    # The editor is a command line of the user's own, as git runs it.
    done = subprocess.run(["/bin/sh", "-c", f'{editor} "$1"', "editor", str(file)], check=False)
    if done.returncode:
        raise Refused(f'the editor "{editor}" ended with exit code {done.returncode}; nothing was changed')
    return file.read_bytes().decode("utf-8", "surrogateescape")
