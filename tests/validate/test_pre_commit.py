"""The hook under the real pre-commit: what is staged is what is checked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pre_commit", reason="pre-commit is not installed")
ROOT = Path(__file__).parents[2]
CONFIG = """
repos:
- repo: local
  hooks:
  - id: gmconfig-validate
    name: gmconfig validate
    entry: {python} -m gmconfig validate --staged
    language: system
    types_or: [yaml, json]
    require_serial: true
"""


@pytest.fixture
def hooked(written, git, tmp_path, monkeypatch):
    """A committed project in which pre-commit runs our hook."""
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "pre-commit"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    written.write(".pre-commit-config.yaml", CONFIG.format(python=sys.executable))
    written.write("config/settings.yaml", "port: 80\n")
    for number in range(9):
        written.write(f"config/doc{number}.yaml", f"number: {number}\n")
    written.write("schemas/settings.schema.json", '{"properties": {"port": {"maximum": 65535}}}')
    git("add", "-A")
    git("commit", "-qm", "start")
    return written


def run(written, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pre_commit", "run", "--color", "never", *args]
    return subprocess.run(
        command, cwd=written.root, capture_output=True, text=True, env=dict(os.environ), check=False
    )


def test_a_staged_error_is_found_although_the_working_tree_is_fine(hooked, git):
    hooked.write("config/settings.yaml", "port: 70000\n")
    git("add", "-A")
    hooked.write("config/settings.yaml", "port: 80\n")
    done = run(hooked)
    assert done.returncode == 1
    assert (
        "config/settings.yaml:1:7: error: schema: 70000 is greater than the maximum of 65535" in done.stdout
    )


def test_an_error_that_is_not_staged_stops_nobody(hooked, git):
    hooked.write("config/doc1.yaml", "number: 10\n")
    git("add", "-A")
    hooked.write("config/settings.yaml", "port: 70000\n")
    done = run(hooked)
    assert (done.returncode, "Passed" in done.stdout) == (0, True)


def test_all_files_go_to_one_process(hooked):
    done = run(hooked, "--all-files", "--verbose")
    assert done.returncode == 0
    assert done.stdout.count("no findings in") == 1
    assert "10 documents" in done.stdout


def test_the_manifest_is_one_that_pre_commit_accepts():
    from pre_commit.clientlib import load_manifest

    hooks = {hook["id"]: hook for hook in load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))}
    assert hooks["gmconfig-validate"]["require_serial"] is True
    assert hooks["gmconfig-validate"]["entry"] == "gmconfig validate --staged"
