"""Two clones of a project that share a bare remote."""

import subprocess
from pathlib import Path

import pytest

from gmconfig.project import Project


def _git(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def alone(tmp_path: Path) -> Project:
    """A project without a remote."""
    return _project(tmp_path / "alone")


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Project, Project]:
    """Two clones of one bare repository."""
    first = _project(tmp_path / "first")
    _git("clone", "-q", "--bare", str(tmp_path / "first"), str(tmp_path / "remote.git"), cwd=tmp_path)
    _git("remote", "add", "origin", str(tmp_path / "remote.git"), cwd=tmp_path / "first")
    _git("clone", "-q", str(tmp_path / "remote.git"), str(tmp_path / "second"), cwd=tmp_path)
    return first, Project.find(str(tmp_path / "second"))


def _project(root: Path) -> Project:
    (root / "config").mkdir(parents=True)
    (root / "gmconfig.yaml").write_text("environments:\n  production: {}\n  vault: {protected: true}\n")
    (root / "config/settings.yaml").write_text("a: 1\n")
    _git("init", "-q", "-b", "main", cwd=root)
    _git("add", "-A", cwd=root)
    _git("commit", "-qm", "begin", cwd=root)
    return Project.find(str(root))
