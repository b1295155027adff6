"""Watching: each change as it happens, a command, a signal; a broken file keeps the last good values."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gmconfig import ConfigManager, SecretsManager
from tests.waiting import LIMIT, until

PRODUCTION = "config/environments/production.yaml"


@pytest.fixture
def watching(trading):
    """Start `config watch` on production and wait until it watches."""
    running = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gmconfig",
                "config",
                "watch",
                "settings",
                "-e",
                "production",
                "--interval",
                "0.05",
                *arguments,
            ],
            cwd=trading,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        assert process.stderr.readline().startswith("gmconfig: watching settings in production")
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def put(file: Path, text: str) -> None:
    """Put another file in its place, as an editor does: nobody reads half of one."""
    file.with_suffix(".new").write_text(text)
    file.with_suffix(".new").replace(file)


def change(folder: Path, new: str) -> None:
    put(folder / PRODUCTION, (folder / PRODUCTION).read_text().replace("pool: 40", new))


def readable(descriptor: int) -> str:
    """Give what can be read at once."""
    try:
        return os.read(descriptor, 10_000).decode()
    except BlockingIOError:
        return ""


@pytest.fixture
def without_secrets(trading):
    """The example's secrets are not there: watch what does not need them."""
    base = trading / "config/settings.yaml"
    base.write_text("database:\n  pool: 10\n")
    return trading


def test_a_change_is_printed_as_json(watching, without_secrets):
    process = watching("--count", "1", "-o", "json")
    change(without_secrets, "pool: 77")
    out, err = process.communicate(timeout=LIMIT)
    told = json.loads(out.splitlines()[0])
    assert process.returncode == 0, err
    assert (told["path"], told["before"], told["after"]) == ("database.pool", 40, 77)


def test_a_command_runs_after_a_change(watching, without_secrets, tmp_path):
    process = watching("--count", "1", "--exec", f"touch {tmp_path}/ran")
    change(without_secrets, "pool: 77")
    process.communicate(timeout=LIMIT)
    assert (tmp_path / "ran").exists()


def test_a_process_is_signalled(watching, without_secrets):
    waiting = subprocess.Popen(["sleep", "60"])
    process = watching("--count", "1", "--signal", str(waiting.pid))
    change(without_secrets, "pool: 77")
    process.communicate(timeout=LIMIT)
    assert waiting.wait(LIMIT) == -signal.SIGHUP


def test_a_broken_file_is_reported_and_watching_goes_on(watching, without_secrets):
    process = watching("--count", "1")
    os.set_blocking(process.stderr.fileno(), False)
    good, said = (without_secrets / PRODUCTION).read_text(), []
    put(without_secrets / PRODUCTION, "broken: [")
    until(lambda: said.append(readable(process.stderr.fileno())) or "last good values" in "".join(said))
    assert process.poll() is None
    put(without_secrets / PRODUCTION, good)
    change(without_secrets, "pool: 78")
    assert process.wait(LIMIT) == 0


def test_an_interrupt_ends_it_with_130(watching, without_secrets):
    process = watching()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 130, err
    assert "Traceback" not in err


def test_a_process_that_has_ended_is_named(cli, trading):
    with subprocess.Popen(["true"]) as ended:
        ended.wait(LIMIT)
    answer = cli("config", "watch", "settings", "-e", "production", "--signal", str(ended.pid))
    assert (answer.code, f"process {ended.pid} does not run" in answer.err) == (3, True)


def test_exec_and_signal_exclude_each_other(cli, trading):
    assert cli("config", "watch", "settings", "--exec", "true", "--signal", "1").code == 2


@pytest.mark.parametrize("output", ["text", "json"])
def test_a_secret_that_changed_is_told_and_not_shown(sealed_trading, output):
    command = [
        sys.executable,
        "-m",
        "gmconfig",
        "config",
        "watch",
        "settings",
        "--interval",
        "0.05",
        "--count",
        "1",
    ]
    watcher = subprocess.Popen(
        [*command, "-o", output],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=sealed_trading,
    )
    assert watcher.stderr.readline().startswith("gmconfig: watching settings")
    SecretsManager().update_secret("db_password", "another-horse-battery")
    out, err = watcher.communicate(timeout=LIMIT)
    assert "database.password" in out
    assert "horse-battery" not in out + err
    if output == "json":
        told = [json.loads(line) for line in out.splitlines()]
        assert {"path": "database.password", "secret": "changed"}.items() <= told[0].items()


def test_a_program_hears_of_a_changed_secret_and_asks_for_it(sealed_trading):
    heard = []
    with ConfigManager().live("settings", interval=60) as live:
        live.on_change("database.password", heard.append)
        SecretsManager().update_secret("db_password", "another-horse-battery")
        live.reload()
        assert live.get("database.password") == "another-horse-battery"
    (change,) = heard
    assert "horse" not in repr(change)
    assert (change.before.reveal(), change.after.reveal()) == (
        "correct-horse-battery",
        "another-horse-battery",
    )
