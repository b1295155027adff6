"""Places and projects for the tests of targets."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gmconfig.project import Project
from tests.target.places import PLACES, Place, file_place, folder_place
from tests.trading import founded


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory where there is one: hundreds of flips are synced to disk, and a test need not wait."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path_factory.mktemp("target")
        return
    folder = Path(tempfile.mkdtemp(prefix="gmconfig-test-", dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=list(PLACES))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """One place of each kind."""
    return PLACES[request.param](tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Place:
    return folder_place(tmp_path)


@pytest.fixture
def single(tmp_path: Path) -> Place:
    return file_place(tmp_path)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """The trading example with its secrets."""
    return founded(tmp_path / "repo")


@pytest.fixture
def with_targets(repo: Path):
    """Declare targets in the trading example, in place of its own, and give the project."""

    def declare(text: str, **files: str) -> Project:
        settings = repo / "gmconfig.yaml"
        others = re.sub(r"^targets:.*?(?=^\S|\Z)", "", settings.read_text(), flags=re.DOTALL | re.MULTILINE)
        settings.write_text(f"{others}\ntargets:\n{text}")
        for name, content in files.items():
            (repo / name).write_text(content)
        return Project.find(str(repo))

    return declare
