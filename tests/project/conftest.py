"""A project in a folder, written as {file: text}."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gmconfig.project import Project

Make = Callable[..., Project]


@pytest.fixture
def project(tmp_path: Path) -> Make:
    """Write files and give the project; gmconfig.yaml is empty unless given."""

    def make(files: dict[str, str] | None = None, **more: str) -> Project:
        root = tmp_path / "project"
        for name, text in {"gmconfig.yaml": "", **(files or {}), **more}.items():
            path = root / name
            os.makedirs(path.parent, exist_ok=True)
            path.write_text(text)
        return Project.find(str(root))

    return make
