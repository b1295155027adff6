"""kill -9 at any point leaves the old or the new state, and the next command works."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gmconfig.errors import Locked
from gmconfig.project import Project
from gmconfig.storage.git import Repository, write_working
from gmconfig.storage.lock import Lock
from tests.storage.git.conftest import FILE, LINES, SetKey, show, with_keys
from tests.waiting import until

ROOT = Path(__file__).parents[3]


LONG = pytest.mark.long


@pytest.mark.parametrize("how", ["kill", "interrupt"])
@pytest.mark.parametrize("first", [1, *(pytest.param(first, marks=LONG) for first in (2, 3, 4))])
def test_stopped_at_every_fourth_step_of_a_commit(committed: Path, tmp_path: Path, git, first: int, how: str):
    (committed / FILE).write_text(with_keys(key1="staged"))
    git("add", FILE)
    (committed / FILE).write_text(with_keys(key1="staged", key18="mine"))
    folders = [str(committed), str(tmp_path / "work")]
    program = [sys.executable, "-m", "tests.storage.git.killed", *folders, str(first), "4", how]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 20


LOOP = """
import sys
from gmconfig.storage.git import Repository, commit
from tests.storage.git.conftest import FILE, SetKey
print("ready", flush=True)
for round in range(1000):
    commit(Repository.discover(sys.argv[1]), "", {FILE: SetKey(f"key{round % 20}", str(round))}, "set")
"""


@pytest.mark.parametrize("milliseconds", [12, 31, 47, 66])
def test_killed_from_outside_at_any_time(committed: Path, git, set_key, milliseconds: int):
    writer = subprocess.Popen([sys.executable, "-c", LOOP, str(committed)], cwd=ROOT, stdout=subprocess.PIPE)
    writer.stdout.readline()
    time.sleep(milliseconds / 1000)
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    Repository.discover(str(committed))
    assert (committed / FILE).read_text() == show(committed, f"HEAD:{FILE}") == show(committed, f":{FILE}")
    set_key("key5", "next command")
    assert git("status", "--porcelain") == ""
    assert git("fsck", "--no-dangling") == ""


def test_what_the_user_wrote_since_the_kill_is_kept(committed: Path, git):
    record = committed / ".git/gmconfig/commit"
    program = (
        "import os, signal, sys; from gmconfig.storage.git import *;"
        "from gmconfig.storage.git.hooks import Hooks;"
        "from tests.storage.git.conftest import *;"
        "Hooks.run = lambda *a: os.kill(os.getpid(), signal.SIGKILL);"
        "commit(Repository.discover(sys.argv[1]), '', {FILE: SetKey('key1', 'new')}, 'm')"
    )
    subprocess.run([sys.executable, "-c", program, str(committed)], cwd=ROOT, check=False)
    assert record.is_dir()
    assert (committed / FILE).read_text() == with_keys(key1="new")
    (committed / FILE).write_text(with_keys(key1="new", key2="mine"))
    write_working(str(committed), {FILE: SetKey("key3", "next")})
    assert (committed / FILE).read_text() == with_keys(key1="new", key2="mine", key3="next")
    assert not record.exists()


def test_a_stale_lock_of_git_itself_is_named_not_removed(committed: Path, set_key, monkeypatch):
    monkeypatch.setattr("gmconfig.storage.git.user_index._WAIT_SECONDS", 0.05)
    lock = committed / ".git/index.lock"
    lock.write_bytes(b"")
    with pytest.raises(Locked, match="index.lock") as locked:
        set_key("key1", "new")
    assert locked.value.hint.endswith(f"rm -f '{lock}'")
    assert lock.exists()
    assert (committed / FILE).read_text() == LINES
    lock.unlink()
    set_key("key1", "new")


def test_a_stale_lock_of_the_branch_is_named_not_waited_for_without_end(
    committed: Path, set_key, monkeypatch
):
    monkeypatch.setattr("gmconfig.storage.git.publish._WAIT_SECONDS", 0.2)
    lock = committed / ".git/refs/heads/main.lock"
    lock.write_bytes(b"")
    with pytest.raises(Locked, match="main.lock") as locked:
        set_key("key1", "new")
    assert locked.value.hint.endswith(f"rm -f '{lock}'")
    assert (committed / FILE).read_text() == LINES
    lock.unlink()
    set_key("key1", "new")


def test_who_only_reads_sees_no_value_that_the_next_command_takes_back(committed: Path, git):
    program = (
        "import os, signal, sys; from gmconfig.storage.git import *;"
        "from gmconfig.storage.git.hooks import Hooks;"
        "from tests.storage.git.conftest import *;"
        "Hooks.run = lambda *a: os.kill(os.getpid(), signal.SIGKILL);"
        "commit(Repository.discover(sys.argv[1]), '', {FILE: SetKey('key1', 'new')}, 'm')"
    )
    subprocess.run([sys.executable, "-c", program, str(committed)], cwd=ROOT, check=False)
    assert (committed / FILE).read_text() == with_keys(key1="new")
    (committed / "gmconfig.yaml").write_text("")
    Project.find(str(committed))
    assert (committed / FILE).read_text() == LINES
    assert not (committed / ".git/gmconfig/commit").exists()


def test_waits_for_another_gmconfig_and_names_it(committed: Path):
    path = str(committed / ".git/gmconfig/lock")
    with Lock(path), pytest.raises(Locked, match=f"process {os.getpid()}"), Lock(path, timeout_seconds=0.05):
        pass
    with Lock(path, timeout_seconds=0):
        pass


def test_a_git_that_outlives_us_is_waited_for(committed: Path, git, set_key):
    """Killed while git moves the branch: the next command must not undo what that git is about to end."""
    hook = committed / ".git/hooks/reference-transaction"
    hook.write_text('#!/bin/sh\ntest "$1" = prepared && { : > .git/moving; sleep 1; }; exit 0\n')
    hook.chmod(0o755)
    writer = subprocess.Popen(
        [sys.executable, "-c", LOOP, str(committed)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    until((committed / ".git/moving").exists)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    set_key("key5", "next")
    assert git("log", "--format=%s") == "set a key\nset\nfirst"
    assert show(committed, f"HEAD:{FILE}") == with_keys(key0="0", key5="next")
    assert git("status", "--porcelain") == ""
