"""A real repository for the requirements: the trading example with its secrets, as the current folder."""

from pathlib import Path

import pytest

from tests.cli.conftest import cli, ok, sealed_trading  # noqa: F401  # fixtures
from tests.trading import founded


@pytest.fixture
def trading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = founded(tmp_path / "repo")
    monkeypatch.chdir(folder)
    return folder
