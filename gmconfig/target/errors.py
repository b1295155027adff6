"""What can be wrong with a target."""

from gmconfig.errors import GmconfigError


class Unreachable(GmconfigError):
    """What is live on a target cannot be known from here: another host, no connection, no answer."""


class ReloadFailed(GmconfigError):
    """A release is live, and the command that has it taken up says that it was not."""
