"""A repository with everything that a backup has to bring back: secrets, deployments, a journal, live targets."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from gmconfig.api.backup.backing_up import Backups
from gmconfig.api.deploy.deploying import Deployer
from gmconfig.api.workspace import Workspace
from gmconfig.backup.create import Asked
from tests.deploy.fleet import Fleet
from tests.trading import founded


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Where backups go."""
    return tmp_path / "store"


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """A project without secrets, deployed to one folder."""
    fleet = Fleet(tmp_path, {"web": {}})
    fleet.apply()
    return fleet


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """The trading example with its secrets, deployed to its two targets."""
    root = founded(tmp_path / "repo")
    shutil.rmtree(root)
    shutil.copytree(_deployed(), tmp_path, symlinks=True, dirs_exist_ok=True)
    git(root, "update-index", "-q", "--refresh")
    return root


@cache
def _deployed() -> Path:
    """Deploy once a process; every test works on a copy of its own."""
    folder = Path(tempfile.mkdtemp(prefix="gmconfig-tests-"))
    root = founded(folder / "repo")
    (folder / "live").mkdir()
    for _ in Deployer(Workspace(root=root)).apply(("production",)):
        pass
    return folder


@pytest.fixture
def back_up(store: Path) -> Callable[..., str]:
    """Make a backup of a repository and give its id."""

    def make(root: Path, name: str = "", place: str = "", **asked: object) -> str:
        return backups(root, place or store).create(Asked(name, **asked)).id  # type: ignore[arg-type]

    return make


def backups(root: Path | None, place: object) -> Backups:
    """Open the backups of a place, for a project or for none."""
    return Backups(Workspace(root=root) if root else None, str(place))


def git(root: Path, *arguments: str) -> str:
    """Run git."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_DIR")}
    done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, env=environ)
    return os.fsdecode(done.stdout).strip()


def refs(root: Path) -> dict[str, str]:
    """Give every ref with what it names."""
    out = git(root, "for-each-ref", "--format=%(refname) %(objectname)")
    return dict(line.split(" ") for line in out.splitlines())


def rendered(root: Path) -> dict[str, object]:
    """Give every environment's documents with their secrets opened, and the named secrets."""
    from gmconfig import ConfigManager, SecretsManager

    found: dict[str, object] = {}
    for environment in ("production", "staging", "development", "testing"):
        manager = ConfigManager(environment, root=root)
        found |= {f"{environment}/{name}": manager.get_config(name) for name in manager.list_documents()}
        secrets = SecretsManager(environment, root=root)
        found |= {f"{environment} {name}": secrets.get_secret(name) for name in ("db_password", "jwt_secret")}
    return found


def gone(root: Path) -> None:
    """Let a repository be lost."""
    shutil.rmtree(root)
