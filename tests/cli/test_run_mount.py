"""`run --mount`: values as files in memory, gone when the command ends, however it ends."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.waiting import LIMIT, until

pytestmark = pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="no memory-backed storage")

SHOW = "import os, pathlib, sys; path = pathlib.Path(os.environ['CONFIG'])\n"


def python(script):
    return [sys.executable, "-c", SHOW + script]


@pytest.fixture
def begun(sealed_trading, tmp_path):
    """Start `run --mount` with a command that waits; give the process and the mounted path."""
    running = []

    def begin(script="import time; time.sleep(600)", mount="CONFIG"):
        note = tmp_path / "path"
        command = python(
            f"pathlib.Path({str(note)!r}).write_text(str(path) + chr(10) + str(os.getpid()))\n{script}"
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "gmconfig", "run", "-e", "testing", "--mount", mount, "--", *command],
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        running.append(process)
        until(lambda: note.exists() and note.read_text().count("\n") == 1)
        path, child = note.read_text().split("\n")
        return process, Path(path), int(child)

    yield begin
    for process in running:
        process.kill(), process.wait(), process.stdout.close()


def test_a_folder_with_one_file_a_value(cli, sealed_trading, capfd):
    script = """
for file in sorted(path.iterdir()):
    print(file.name, oct(file.stat().st_mode & 0o777))
print(oct(path.stat().st_mode & 0o777), path)
print((path / "DATABASE_PASSWORD").read_text())
print("DATABASE_PASSWORD" in os.environ)
"""
    answer = cli("run", "-e", "testing", "--mount", "CONFIG", "--", *python(script))
    assert answer.code == 0
    assert "DATABASE_PASSWORD 0o600" in answer.out and "0o700 /dev/shm/gmconfig-" in answer.out
    assert "correct-horse-battery\nFalse\n" in answer.out
    path = answer.out.split("0o700 ")[1].split("\n")[0]
    assert not Path(path).parent.exists()


@pytest.mark.parametrize("name", ["settings.json", "app.yaml", "app.yml", "app.toml", "app.env"])
def test_the_whole_document_as_one_file(cli, sealed_trading, name):
    answer = cli(
        "run", "-e", "testing", "--mount", f"CONFIG={name}", "--", *python("print(path.read_text())")
    )
    assert answer.code == 0
    assert "correct-horse-battery" in answer.out
    if name.endswith("json"):
        assert json.loads(answer.out)["database"]["password"] == "correct-horse-battery"


def test_only_limits_the_folder_and_pristine_the_rest(cli, sealed_trading, monkeypatch):
    monkeypatch.setenv("SURPLUS", "1")
    script = "print(sorted(p.name for p in path.iterdir()), 'SURPLUS' in os.environ)"
    arguments = ("--only", "DATABASE_POOL", "--pristine", "--mount", "CONFIG")
    answer = cli("run", "-e", "testing", *arguments, "--", *python(script))
    assert answer.out == "['DATABASE_POOL'] False\n"


@pytest.fixture
def own_memory(monkeypatch):
    """A memory-backed folder of this test's own: others run beside it."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


def test_the_exit_code_is_the_commands(cli, sealed_trading, own_memory):
    assert cli("run", "--mount", "CONFIG", "-e", "testing", "--", "sh", "-c", "exit 7").code == 7
    assert cli("run", "--mount", "CONFIG", "-e", "testing", "--", "sh", "-c", "kill -TERM $$").code == 143
    answer = cli("run", "--mount", "CONFIG", "-e", "testing", "--", "no-such-command")
    assert answer.code == 3 and 'there is no command "no-such-command"' in answer.err
    assert not list(own_memory.rglob("DATABASE_POOL"))


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_reaches_the_command_and_the_files_go(begun, name):
    process, path, _ = begun()
    assert (path / "DATABASE_PASSWORD").exists()
    process.send_signal(name)
    assert process.wait(LIMIT) in (128 + name, 1)  # Python makes exit code 1 of its KeyboardInterrupt
    assert not path.parent.exists()


def test_a_command_that_takes_a_signal_in_its_own_way(begun):
    script = """
import signal, time
signal.signal(signal.SIGUSR1, lambda *_: (print("heard", flush=True), sys.exit(5)))
print("ready", flush=True)
time.sleep(600)
"""
    process, path, _ = begun(script)
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGUSR1)
    assert process.stdout.read() == b"heard\n"
    assert process.wait(LIMIT) == 5
    assert not path.parent.exists()


def test_killed_itself_the_files_live_as_long_as_the_command(begun):
    process, path, child = begun()
    process.kill(), process.wait()
    time.sleep(0.3)
    assert path.exists()
    os.kill(child, signal.SIGKILL)
    until(lambda: not path.parent.exists())


def test_the_command_killed_the_files_go(begun):
    process, path, child = begun()
    os.kill(child, signal.SIGKILL)
    assert process.wait(LIMIT) == 137
    assert not path.parent.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--mount", "1x"),
        ("--mount", "CONFIG=a/b.json"),
        ("--mount", "CONFIG=settings.exe"),
        ("--mount", "CONFIG", "--mount", "CONFIG=a.json"),
        ("--mount", "CONFIG=a.json", "--only", "DATABASE_POOL"),
    ],
)
def test_what_cannot_be_mounted(cli, sealed_trading, arguments):
    assert cli("run", "-e", "testing", *arguments, "--", "true").code == 2
