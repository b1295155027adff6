"""Deployments sync every release to disk; a folder in memory saves the tests the waiting."""

from tests.target.conftest import tmp_path

__all__ = ["tmp_path"]
