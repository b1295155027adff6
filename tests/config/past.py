"""A repository whose versions a test writes one after the other."""

import subprocess
from pathlib import Path

from gmconfig.project import Project

GMCONFIG = "environments: {production: {}, staging: {}}\n"


class Past:
    """Commits {file: text} and gives their ids; None deletes a file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(exist_ok=True)
        if not (root / ".git").exists():
            self.git("init", "-q", "-b", "main")

    def git(self, *args: str) -> str:
        done = subprocess.run(["git", *args], cwd=self.root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, files: dict[str, str | None], message: str = "change") -> str:
        for name, text in files.items():
            path = self.root / name
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    @property
    def project(self) -> Project:
        return Project.find(str(self.root))
