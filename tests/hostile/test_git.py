"""A repository that came as an archive, with a configuration of its own for git: looking at it runs nothing of it."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import cli, trading

__all__ = ["cli", "trading"]

PROGRAMS = (
    "core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "diff.external",
    "diff.evil.textconv", "diff.evil.command", "merge.evil.driver", "gpg.program", "gpg.ssh.program", "credential.helper", "sequence.editor", "pager.log",
    "interactive.diffFilter", "uploadpack.packObjectsHook", "alias.rev-parse", "alias.cat-file",
)  # fmt: skip
LOOKING = (
    "config list", "config get settings database.pool -e production", "config history settings database.pool",
    "config explain settings database.pool", "config diff HEAD~1 HEAD", "config get settings --at HEAD~1",
    "config set settings database.pool 61 --dry-run", "validate", "validate --staged", "validate --at HEAD~1",
    "doctor", "secret list", "secret verify", "secret scan", "secret scan --staged", "flag list", "flag stale",
    "deploy plan production", "deploy status", "deploy apply production --dry-run", "drift detect", "automation list",
    "backup list", "monitor alerts list --no-check",
)  # fmt: skip


@pytest.fixture
def armed(trading: Path, tmp_path: Path, git) -> Path:
    """The example with every setting of git's that names a program; gives the file that each would write.

    But for filters: what they make of a file is what git would commit, so whoever compares has to ask them.
    """
    mark = tmp_path / "mark"
    git("commit", "--allow-empty", "-qm", "another")
    for name in PROGRAMS:
        git("config", name, f"{'!' * name.startswith('alias.')}sh -c 'echo {name} >> {mark}; cat' --")
    (trading / ".git/info/attributes").write_text("* diff=evil merge=evil\n")
    (trading / ".gitattributes").write_text("* diff=evil merge=evil\n")
    os.utime(trading / "config/settings.yaml", (1, 1))
    return mark


def test_looking_runs_no_program_that_the_repository_names(cli, armed: Path):
    for line in LOOKING:
        answer = cli(*line.split())
        assert not armed.exists(), f"{line}: {armed.read_text()}"
        assert answer.code in (0, 1, 3, 4), answer
