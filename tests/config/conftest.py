"""The same project in a folder as the tests of projects have."""

from tests.project.conftest import project

__all__ = ["project"]
