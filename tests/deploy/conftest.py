"""What is deployed is synced to disk: a folder in memory saves the waiting; and the command line."""

from tests.cli.conftest import cli
from tests.target.conftest import tmp_path

__all__ = ["cli", "tmp_path"]
