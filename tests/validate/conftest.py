"""A project in a folder of its own, written file by file."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from gmconfig.finding import Finding
from gmconfig.project.project import Project
from gmconfig.validate.report.report import Report
from gmconfig.validate.run import check

ENVIRONMENTS = "environments: {production: {}, staging: {}, testing: {extends: staging}}\n"


class Written:
    """A project and the report about it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("gmconfig.yaml", ENVIRONMENTS)

    def write(self, file: str, text: str) -> "Written":
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
        return self

    @property
    def project(self) -> Project:
        return Project.find(str(self.root))

    def report(self, **how) -> Report:
        project = self.project
        return check(
            project, how.pop("snapshot", None) or project.worktree(), **{"today": "2026-11-22", **how}
        )

    def findings(self, check: str | None = None, **how) -> list[Finding]:
        return [finding for finding in self.report(**how).findings if check in (None, finding.check)]


@pytest.fixture
def written(repo: Path) -> Written:
    return Written(repo)


@pytest.fixture
def settings(written: Written) -> Callable[[str], Written]:
    """Write the base layer of `settings`."""
    return lambda text: written.write("config/settings.yaml", text)
