"""A project with flags: write files, compile, ask."""

from pathlib import Path

import pytest

from gmconfig.flag.catalogue import sound
from gmconfig.flag.compiled import Compiled, compiled
from gmconfig.flag.flagd.flag_set import FlagSet
from gmconfig.flag.lint.findings import lint
from gmconfig.project import Project


class Flags:
    """One project on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "flags").mkdir()
        (root / "gmconfig.yaml").write_text(
            "environments:\n  production:\n  staging: {extends: production}\n  testing:\n"
        )

    def write(self, text: str, file: str = "flags/flags.yaml") -> "Flags":
        (self.root / file).write_text(text)
        return self

    def compiled(self, environment: str | None = None) -> Compiled:
        project = Project.find(str(self.root))
        return compiled(sound(project, project.worktree()), project.chain(environment))

    def set(self, environment: str | None = None, now: float = 0) -> FlagSet:
        return self.compiled(environment).flag_set(lambda: now)

    def lint(self, today: str = "2026-11-22"):
        project = Project.find(str(self.root))
        return lint(project, project.worktree(), today)

    def said(self, today: str = "2026-11-22") -> list[str]:
        """Every finding as a line of text."""
        return [f"{one.place} {one.severity} {one.rule}: {one.message}" for one in self.lint(today)]


@pytest.fixture
def flags(tmp_path: Path) -> Flags:
    return Flags(tmp_path)
