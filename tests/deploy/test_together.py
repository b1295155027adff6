"""Many at once, and some of them late: one chain, nothing lost, and whoever was overtaken changes nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from gmconfig.record.chain import Chain
from gmconfig.record.entry import State
from tests.deploy.fleet import Fleet
from tests.waiting import LIMIT, until

MANY = 20


def _started(root: Path, commit: str) -> subprocess.Popen[str]:
    words = ["-m", "gmconfig", "deploy", "apply", "production", "--at", commit]
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, *words], cwd=root, **quiet)  # type: ignore[call-overload]


def _codes(processes: list[subprocess.Popen[str]]) -> list[int]:
    for process in processes:
        said = process.communicate(timeout=LIMIT)[1]
        assert process.returncode in (0, 4), said
    return [process.returncode for process in processes]


def _check(fleet: Fleet, codes: list[int], git_folder: Path) -> None:
    records = list(fleet.deployer().history("production"))
    assert [one.number for one in records] == list(range(len(records), 0, -1))
    assert {one.state for one in records} == {State.SUCCEEDED}
    assert 1 <= len(records) == codes.count(0)
    ref = "refs/gmconfig/deployments/production"
    done = subprocess.run(
        ["git", "rev-list", "--first-parent", "--count", ref], cwd=git_folder, check=True, capture_output=True
    )
    states = subprocess.run(
        ["git", "log", "--first-parent", "--format=%(trailers:key=Gmconfig-State,valueonly)", ref],
        cwd=git_folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert int(done.stdout) == len(states) + 1, "a chain of states on one root"
    assert states.count("succeeded") == len(records)
    live = {fleet.pool(name) for name in ("web", "worker")}
    newest = records[0].commit
    assert live == {int(fleet.git("log", "-1", "--format=%s", newest).removeprefix("pool "))}


def test_twenty_processes_in_one_repository(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}, "worker": {}})
    commits = [fleet.change(100 + number) for number in range(MANY)]
    codes = _codes([_started(fleet.root, commit) for commit in commits])
    _check(fleet, codes, fleet.root)


def test_many_processes_in_clones_of_one_remote(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}, "worker": {}})
    commits = [fleet.change(100 + number) for number in range(12)]
    remote = tmp_path / "remote.git"
    fleet.git("clone", "-q", "--bare", str(fleet.root), str(remote))
    clones = [tmp_path / f"clone-{number}" for number in range(4)]
    for clone in clones:
        fleet.git("clone", "-q", str(remote), str(clone))
    codes = _codes([_started(clones[number % 4], commit) for number, commit in enumerate(commits)])
    fleet.git("remote", "add", "origin", str(remote))
    fleet.deployer().status("production")
    _check(fleet, codes, remote)


LATE = """
import sys
from datetime import timedelta
from gmconfig.api.deploy.deploying import Deployer
from gmconfig.api.workspace import Workspace
from gmconfig.deploy.apply import apply
from gmconfig.deploy.options import Options
from gmconfig.deploy.planning import Asked
from gmconfig.errors import GmconfigError
from gmconfig.record.ledger import Ledger
deployer = Deployer(Workspace())
ledger = Ledger(deployer.project, "production", user="late", lock_lasts=timedelta(seconds=0.5))
try:
    with deployer.survey() as survey:
        print(apply(ledger, survey, Asked(at=sys.argv[1]), Options(user="late")).record.state)
except GmconfigError as error:
    print(error)
    sys.exit(error.exit_code)
"""


def test_a_holder_that_slept_beyond_its_lock_changes_nothing(tmp_path: Path):
    began, go = tmp_path / "began", tmp_path / "go"
    wait = f"test -e {began} && exit; touch {began}; until test -e {go}; do sleep 0.02; done"
    fleet = Fleet(tmp_path, {"web": {"before": [["sh", "-c", wait]]}, "worker": {"wave": 2}})
    old, new = fleet.change(20), fleet.change(30)
    late = subprocess.Popen(
        [sys.executable, "-c", LATE, old], cwd=fleet.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    until(began.exists)
    os.kill(late.pid, signal.SIGSTOP)
    try:
        time.sleep(0.6)
        assert fleet.run("deploy", "apply", "production", "--at", new).returncode == 0
    finally:
        go.touch()
        os.kill(late.pid, signal.SIGCONT)
    said = late.communicate(timeout=LIMIT)[0].decode()
    assert late.returncode == 4, said
    assert "production-1 was taken over by production-2" in said
    assert [fleet.pool("web"), fleet.pool("worker")] == [30, 30]
    chain = Chain(fleet.deployer().project, "production")
    assert [(one.id, one.state) for one in chain.records()] == [
        ("production-2", State.SUCCEEDED),
        ("production-1", State.SUPERSEDED),
    ]
    assert fleet.run("deploy", "apply", "production", "--at", new).stdout.endswith("nothing to do\n")


def test_the_chain_says_what_came_after_what_and_no_clock(tmp_path: Path):
    wrong = "2099-01-01T00:00:00+00:00"
    fleet = Fleet(tmp_path, {"web": {}})
    fleet.apply()
    fleet.change(20)
    clock = {"GIT_COMMITTER_DATE": wrong, "GIT_AUTHOR_DATE": wrong}
    assert fleet.run("deploy", "apply", "production", env=clock).returncode == 0
    fleet.change(30)
    assert fleet.run("deploy", "apply", "production").returncode == 0
    assert [one.number for one in fleet.deployer().history("production")] == [3, 2, 1]
    assert fleet.run("deploy", "rollback", "production").returncode == 0
    assert fleet.pool("web") == 20
