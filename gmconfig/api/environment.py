"""The usual environments as an enumeration; any declared name works as a string too."""

from enum import StrEnum


class Environment(StrEnum):
    """The four environments of a project that declares none."""

    PRODUCTION = "production"
    STAGING = "staging"
    DEVELOPMENT = "development"
    TESTING = "testing"
