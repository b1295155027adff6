"""What a command may load: start-up is a feature, and imports decide it."""

import subprocess
import sys

import pytest

from tests.deploy.fleet import Fleet
from tests.trading import make

HEAVY = {"typer", "rich", "git", "jsonschema", "jsonschema_rs", "cryptography", "pyrage", "referencing"}
SLOW = {"dataclasses", "typing", "subprocess", "pathlib", "json", "inspect"}


@pytest.fixture
def trading(tmp_path):
    return make(tmp_path / "repo")


def loaded(*arguments: str, cwd) -> set[str]:
    """Give the modules that a fresh process has loaded when the command ends."""
    code = (
        "import sys; from gmconfig.__main__ import main\n"
        f"code = main({list(arguments)!r})\n"
        "sys.stderr.write(' '.join(sys.modules)); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}"],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return set(done.stderr.split())


def test_the_version_loads_nothing(trading):
    assert not loaded("--version", cwd=trading) & (HEAVY | SLOW | {"ruamel", "re", "enum"})


def test_an_unchanged_repository_is_answered_from_the_cache(trading):
    import os
    import time

    old = time.time() - 60
    for folder, _, files in os.walk(trading):
        for name in (*files, "."):
            os.utime(
                os.path.join(folder, name), (old, old)
            )  # as young as the cache they are not trusted unread
    loaded("validate", cwd=trading)
    assert not loaded("validate", cwd=trading) & (HEAVY | SLOW | {"_ruamel_yaml"})


def test_config_get_builds_no_command_line(trading):
    modules = loaded("config", "get", "settings", "database.pool", "-e", "production", cwd=trading)
    assert not modules & HEAVY


@pytest.mark.parametrize("arguments", [("--help",), ("config", "--help"), ("config", "set", "--help")])
def test_help_loads_no_engine(trading, arguments):
    assert not loaded(*arguments, cwd=trading) & (HEAVY - {"typer"})


@pytest.mark.parametrize("arguments", [("deploy", "plan"), ("drift", "detect", "-e", "production")])
def test_what_runs_on_a_schedule_builds_no_command_line(tmp_path, arguments):
    fleet = Fleet(tmp_path, {"web": {}})
    assert not loaded(*arguments, cwd=fleet.root) & HEAVY
