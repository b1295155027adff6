"""`doctor` on what deployments need."""

import os
import subprocess
from pathlib import Path

import pytest

from gmconfig.api.doctor.examined import Examined
from gmconfig.api.doctor.examining import examine
from tests.deploy.fleet import Fleet


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(
        tmp_path, {"web": {"before": [["sh", "-c", "test ! -e dying || kill -9 $PPID"]]}, "worker": {}}
    )


def _found(fleet: Fleet) -> dict[str, Examined]:
    return {one.name: one for one in examine(str(fleet.root))}


def test_targets_in_reach_are_counted(fleet: Fleet):
    found = _found(fleet)["targets"]
    assert (found.state, found.message) == ("ok", "production: 2 targets in reach")


def test_a_target_elsewhere_and_one_that_is_not_ours_are_told(fleet: Fleet):
    fleet.declare({"web": {"host": "web-1"}})
    fleet.commit()
    assert "web-1" in _found(fleet)["target"].message
    (fleet.live / "web").mkdir()
    (fleet.live / "web" / "file").touch()
    fleet.declare({"web": {}})
    fleet.commit()
    found = _found(fleet)["target"]
    assert (found.state, "gmconfig did not put it there" in found.message) == ("warning", True)


def test_what_was_cut_short_is_told_with_the_command_that_ends_it(fleet: Fleet):
    (fleet.root / "dying").touch()
    assert fleet.run("deploy", "apply", "production").returncode == -9
    (fleet.root / "dying").unlink()
    found = _found(fleet)["deployment"]
    assert found.message == "production-1 was cut short"
    status = fleet.run("deploy", "status").stdout
    assert "cut short: gmconfig deploy resume production-1, or abort production-1" in status
    assert fleet.run(*str(found.hint).split()[1:]).returncode == 0
    assert "deployment" not in _found(fleet)


def test_a_remote_that_takes_no_records_is_told(fleet: Fleet, tmp_path: Path):
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True)
    fleet.git("remote", "add", "origin", str(remote))
    assert _found(fleet)["records"].state == "ok"
    assert subprocess.check_output(["git", "for-each-ref"], cwd=remote) == b""
    fleet.git("remote", "set-url", "origin", "/nowhere")
    assert _found(fleet)["records"].state == "error"


def test_a_lock_that_a_killed_git_left_is_told(fleet: Fleet):
    fleet.apply()
    lock = fleet.root / ".git/refs/gmconfig/deployments/production.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    assert "ref" not in _found(fleet)  # somebody may be at work
    os.utime(lock, (0, 0))
    found = _found(fleet)["ref"]
    assert found.state == "error"
    subprocess.run(str(found.hint), shell=True, check=True)
    assert "ref" not in _found(fleet)
