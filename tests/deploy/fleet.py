"""A project with directory targets, for tests: what it deploys, what is live, and the command line on it."""

import os
import subprocess
from pathlib import Path

import yaml

from gmconfig.api.deploy.deploying import Deployer
from gmconfig.api.workspace import Workspace
from gmconfig.deploy.options import Options
from tests import starter

BASE = {"database": {"host": "db-1", "pool": 10}, "debug": False}


class Fleet:
    """A repository at `root`, its targets' folders below `live`."""

    def __init__(self, folder: Path, targets: dict[str, dict[str, object]], **settings: object) -> None:
        self.root, self.live = folder / "repo", folder / "live"
        self.live.mkdir(parents=True, exist_ok=True)
        (self.root / "config" / "environments").mkdir(parents=True)
        self.declare(targets, **settings)
        self.write("config/settings.yaml", BASE)
        self.git("init", "-q", "-b", "main")
        self.commit("begin")

    def declare(self, targets: dict[str, dict[str, object]], **settings: object) -> None:
        """Write gmconfig.yaml; a target without a place gets a folder of its name."""
        placed = {
            name: {"environment": "production", "path": str(self.live / name), **entry}
            for name, entry in targets.items()
        }
        self.write("gmconfig.yaml", {"targets": placed, **settings})

    def write(self, file: str, content: object) -> None:
        """Write a YAML file."""
        (self.root / file).write_text(yaml.safe_dump(content))

    def commit(self, message: str = "change") -> str:
        """Commit everything and give the commit."""
        self.git("add", "-A")
        self.git("commit", "-qm", message)
        return self.git("rev-parse", "HEAD")

    def change(self, pool: int) -> str:
        """Commit another size of the pool."""
        self.write("config/settings.yaml", {**BASE, "database": {"host": "db-1", "pool": pool}})
        return self.commit(f"pool {pool}")

    def git(self, *arguments: str) -> str:
        """Run git in the repository."""
        done = subprocess.run(["git", *arguments], cwd=self.root, check=True, capture_output=True)
        return done.stdout.decode("utf-8", "replace").strip()

    def pool(self, target: str) -> object:
        """Give what a reader of a target sees; None where there is nothing."""
        file = self.live / target / "settings.yaml"
        return yaml.safe_load(file.read_text())["database"]["pool"] if file.exists() else None

    def deployer(self, **settings: object) -> Deployer:
        """Open the deployments."""
        return Deployer(Workspace(root=self.root), **settings)  # type: ignore[arg-type]

    def apply(self, *words: str, **options: object):
        """Deploy into production and give what came of it."""
        [done] = self.deployer().apply(words or ("production",), None, Options(**options))  # type: ignore[arg-type]
        return done

    def run(self, *words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run the command line as a process of its own."""
        return starter.run(words, self.root, {**os.environ, **(env or {})})
