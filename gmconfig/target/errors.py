"""What can be wrong with a target."""

from gmconfig.errors import GmconfigError


class Unreachable(GmconfigError):
    """What is live on a target cannot be known from here: another host, no connection, no answer."""


def in_words(error: GmconfigError) -> str:
    """Give an error as a line of a list: with what helps, where something does."""
    return f"{error.message} ({error.hint})" if error.hint else error.message


class ReloadFailed(GmconfigError):
    """A release is live, and the command that has it taken up says that it was not."""
