"""Three hundred targets, years of events: a look stays one look, whatever it is at."""

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.deploy.fleet import Fleet

MANY = 300


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """Of that many targets, all drifted."""
    patch = pytest.MonkeyPatch()
    home = tmp_path_factory.mktemp("home")
    patch.setenv("HOME", str(home))
    (home / ".gitconfig").write_text("[user]\nname = Test\nemail = t@example.org\n")
    fleet = Fleet(tmp_path_factory.mktemp("fleet"), {f"host-{number:03}": {} for number in range(MANY)})
    fleet.apply()
    for folder in fleet.live.iterdir():
        if (file := folder / "settings.yaml").exists():
            file.write_text(file.read_text().replace("pool: 10", "pool: 11"))
    patch.undo()
    return fleet


def _counted(fleet: Fleet, folder: Path, *words: str) -> tuple[str, Counter[str]]:
    """Run the command line with a git that writes down what it is asked."""
    git, asked = folder / "bin/git", folder / "asked"
    git.parent.mkdir(exist_ok=True)
    git.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> {asked}\nexec {shutil.which("git")} "$@"\n')
    git.chmod(0o755)
    asked.write_text("")
    done = fleet.run(*words, env={"PATH": f"{git.parent}:{os.environ['PATH']}"})
    assert done.returncode in (0, 1), done.stderr
    return done.stdout, Counter(asked.read_text().split("\n")[:-1])


def test_no_command_starts_a_git_process_for_each_target(fleet: Fleet, tmp_path: Path):
    shown, first = _counted(fleet, tmp_path, "monitor", "status")
    assert first.total() < 60
    assert len(shown.splitlines()) < 60
    assert f"{MANY - 20} more targets are not well: gmconfig monitor status -o json" in shown
    listed, again = _counted(fleet, tmp_path, "monitor", "alerts", "list", "--severity", "error")
    assert f"{MANY:,} open" in listed
    assert again.total() < 40
    text, asked = _counted(fleet, tmp_path, "monitor", "metrics")
    assert text.count("gmconfig_drift_keys{") == MANY
    assert asked.total() < 40
