"""The errors that users meet: one line in their own words, a hint with the next step, an exit code."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a process says when it ends; one table for every verb."""

    OK = 0
    NO = 1
    USAGE = 2
    NO_ANSWER = 3
    REFUSED = 4
    RESTORED = 5
    FAILED = 6
    INTERRUPTED = 130


def shell_word(text: str) -> str:
    """Quote a name for a command in a hint: people paste it into a shell, and names are other people's."""
    return "'" + text.replace("'", "'\\''") + "'"


class GmconfigError(Exception):
    """An expected failure: what is wrong, where, and what to do next.

    The message is lower case, ends without a full stop and never holds a secret's value.

    Attributes:
        message: what is wrong, in one line.
        hint: the next step, often a command that works as printed; None where there is none.
        place: a `Place`, or None where no line of a file is to blame.
        exit_code: what the command line ends with.
    """

    exit_code: ExitCode = ExitCode.NO_ANSWER

    def __init__(self, message: str, *, hint: str | None = None, place: object | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.place = place

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class UsageError(GmconfigError, ValueError):
    """The call's words are off."""

    exit_code = ExitCode.USAGE


class BrokenConfiguration(GmconfigError, ValueError):
    """A file of the repository cannot be understood."""


class NotFound(GmconfigError, LookupError):
    """What was named does not exist."""


class UnknownDocument(NotFound):
    """No document has that name."""


class UnknownEnvironment(NotFound):
    """No environment has that name."""


class UnknownPath(NotFound):
    """Nothing stands at that path."""


class UnknownVersion(NotFound):
    """No commit answers to that name."""


class Unresolved(GmconfigError, ValueError):
    """A placeholder has neither a value nor a default, or refers to itself."""


class GitTrouble(GmconfigError):
    """Git could not do what was asked of it."""


class Refused(GmconfigError, PermissionError):
    """It would work, but must not: no permission, a lock, a repository in the middle of something."""

    exit_code = ExitCode.REFUSED


class Locked(Refused):
    """Somebody else is at work there."""


class AccessDenied(Refused):
    """The policy or the keys at hand do not allow it."""


class InvalidConfiguration(GmconfigError, ValueError):
    """A change was refused because the result would not pass validation; `findings` say why."""

    exit_code = ExitCode.NO

    def __init__(self, message: str, findings: tuple[object, ...] = (), *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.findings = findings

    def __str__(self) -> str:
        """Give the message with what was found first, and how much more there is: a traceback shows no more."""
        if not self.findings:
            return self.message
        first, more = self.findings[0], len(self.findings) - 1
        place, what = getattr(first, "place", None), getattr(first, "message", first)
        told = f"{self.message}: {place}: {what}" if place else f"{self.message}: {what}"
        return f"{told} (and {more:,} more)" if more else told
