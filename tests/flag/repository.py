"""A git repository with one flag file: write, commit, wait until somebody has seen it."""

import subprocess
from pathlib import Path

PROJECT = "environments: {production: , staging: {extends: production}}\n"


class FlagRepository:
    """A project whose flags change by commits."""

    def __init__(self, root: Path, text: str = "flags: {}\n") -> None:
        self.root = root
        (root / "flags").mkdir(parents=True)
        (root / "gmconfig.yaml").write_text(PROJECT)
        self.git("init", "-q", "-b", "main")
        self.commit(text)

    def git(self, *arguments: str) -> str:
        named = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org", *arguments]
        done = subprocess.run(named, cwd=self.root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def write(self, text: str) -> None:
        """Put another file in its place: whoever follows it reads no half of it."""
        (self.root / "flags/new").write_text(text)
        (self.root / "flags/new").replace(self.root / "flags/flags.yaml")

    def commit(self, text: str) -> str:
        self.write(text)
        self.git("add", ".")
        self.git("commit", "-qm", "change")
        return self.git("rev-parse", "HEAD")
