"""The one place where an exception becomes a line, a hint and an exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer

from gmconfig.cli import terminal
from gmconfig.errors import ExitCode, GmconfigError, InvalidConfiguration

if TYPE_CHECKING:
    from collections.abc import Callable

# Typer brings a click of its own in some versions and the public one in others; both are reached through it.
WrongUsage: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "UsageError")


class ReaderIsGone(Exception):
    """Whoever reads what this process says has closed the pipe."""


class Interrupted(Exception):
    """Somebody pressed Ctrl-C; newer Typers would end in silence."""

    def __init__(self, what: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


def guarded(command: Callable[[], object], *, debug: Callable[[], bool]) -> int:
    """Run a command to its exit code; every expected failure becomes a message on stderr."""
    try:
        return _code(command())
    except (
        WrongUsage,
        GmconfigError,
        OSError,
        MemoryError,
        ReaderIsGone,
        typer.Abort,
        KeyboardInterrupt,
        Interrupted,
    ) as error:
        if debug() and isinstance(error, GmconfigError | OSError):
            import traceback

            terminal.told("".join(traceback.format_exception(error)))
        return failed(error)


def failed(error: BaseException) -> int:
    """Say what an expected failure is, whatever it was raised by; give the exit code."""
    if isinstance(error, GmconfigError):
        return told(error)
    if isinstance(error, BrokenPipeError | ReaderIsGone):
        return _reader_is_gone()
    if isinstance(error, OSError):
        return told(_system(error))
    if isinstance(error, MemoryError):
        return told(GmconfigError("there is not enough memory for what is to be read"))
    if isinstance(error, WrongUsage):
        return _usage(error)
    return _interrupted(error)


def _interrupted(error: BaseException) -> int:
    what, hint = (str(error), error.hint) if isinstance(error, Interrupted) else ("", "")
    terminal.error(f"interrupted: {what}" if what else "interrupted")
    if hint:
        terminal.hint(hint)
    return ExitCode.INTERRUPTED


def told(error: GmconfigError) -> int:
    """Say what went wrong and what to do next; give the exit code."""
    if isinstance(error, InvalidConfiguration) and error.findings:
        from gmconfig.cli.findings import show_findings

        terminal.error(error.message)
        show_findings(error.findings)
    else:
        terminal.error(str(error))
    if error.hint:
        terminal.hint(error.hint)
    return error.exit_code


def _code(result: object) -> int:
    return result if isinstance(result, int) else ExitCode.OK


def _usage(error: Exception) -> int:
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    if message.startswith("Usage:"):  # a group without a verb: its help is the message
        terminal.told(message)
        return ExitCode.USAGE
    context = getattr(error, "ctx", None)
    if context is not None and hasattr(error, "option_name") and hasattr(error, "possibilities"):
        from gmconfig.cli.meant import unknown_option

        return told(unknown_option(context, str(error.option_name)))
    if context is not None:
        from gmconfig.cli.misplaced import misplaced

        return told(misplaced(context, message))
    from gmconfig.cli.misplaced import in_words

    terminal.error(in_words(message))
    return ExitCode.USAGE


def _system(error: OSError) -> GmconfigError:
    from gmconfig.storage.files import trouble

    return trouble(error, os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "")


def _reader_is_gone() -> int:
    # What follows must not fail again when Python flushes stdout at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + 13
