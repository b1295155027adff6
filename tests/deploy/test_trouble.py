"""What goes wrong on the way: full and read-only disks, what hangs, a remote that says no, damage, hostile words."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from gmconfig.deploy.options import Options
from gmconfig.deploy.planning import Asked
from gmconfig.deploy.rollback import goal
from gmconfig.record.entry import State, Step
from tests.deploy.fleet import BASE, Fleet

SLEEPS = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few pages."""
    folder = tmp_path / "small"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(folder)]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("a small file system needs the right to mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def _three(tmp_path: Path, place: Path) -> Fleet:
    """Three targets in three waves, the second of them elsewhere."""
    second = {"wave": 2, "path": str(place / "two")}
    fleet = Fleet(tmp_path, {"one": {"wave": 1}, "two": second, "three": {"wave": 3}})
    assert fleet.apply().record.state is State.SUCCEEDED
    return fleet


def _pools(fleet: Fleet, place: Path) -> list[object]:
    files = [fleet.live / "one", place / "two", fleet.live / "three"]
    return [yaml.safe_load((file / "settings.yaml").read_text())["database"]["pool"] for file in files]


def test_a_full_disk_is_seen_before_anything_begins(tmp_path: Path, small_disk: Path):
    fleet = _three(tmp_path, small_disk)
    (small_disk / "ballast").write_bytes(b"x" * 68_000)
    fleet.write(
        "config/settings.yaml", {**BASE, "database": {"host": "db-1", "pool": 20}, "text": "y" * 30_000}
    )
    fleet.commit()
    done = fleet.run("deploy", "apply", "production")
    assert done.returncode == 3
    assert "bytes left" in done.stderr
    assert _pools(fleet, small_disk) == [10, 10, 10]


def test_a_disk_that_fills_up_while_it_is_written_puts_everything_back(tmp_path: Path, small_disk: Path):
    fills = ["sh", "-c", f"dd if=/dev/zero of={small_disk}/ballast bs=4k count=99 2>/dev/null; true"]
    targets = {
        "one": {"wave": 1, "before": [fills]},
        "two": {"wave": 2, "path": str(small_disk / "two"), "reload": [sys.executable, "-c", FULL]},
        "three": {"wave": 3},
    }
    fleet = Fleet(tmp_path, {"one": {}, "two": {"path": str(small_disk / "two")}, "three": {}})
    fleet.apply()
    fleet.declare(targets)
    fleet.change(20)
    done = fleet.run("deploy", "apply", "production", env={"SMALL": str(small_disk)})
    assert done.returncode in (5, 6), done.stderr
    os.unlink(small_disk / "ballast")
    if done.returncode == 6:
        assert fleet.run("deploy", "abort", "production").returncode == 0
    assert _pools(fleet, small_disk) == [10, 10, 10]


FULL = "import os; open(os.environ['SMALL'] + '/more', 'wb').write(b'x' * 200000)"


def test_a_read_only_target_is_seen_before_anything_begins(tmp_path: Path, small_disk: Path):
    fleet = _three(tmp_path, small_disk)
    fleet.change(20)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    done = fleet.run("deploy", "apply", "production")
    assert done.returncode == 3
    assert 'target "two"' in done.stderr
    assert "cannot be written" in done.stderr
    assert _pools(fleet, small_disk) == [10, 10, 10]
    assert len(list(fleet.deployer().history("production"))) == 1


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_hook_that_hangs_is_ended_and_everything_put_back(tmp_path: Path, where: str):
    fleet = Fleet(tmp_path, {"one": {}, "two": {}})
    fleet.apply()
    fleet.declare({"one": {}, "two": {"wave": 2, "timeout": "200ms", where: [SLEEPS]}})
    fleet.change(20)
    record = fleet.apply().record
    assert (record.state, fleet.pool("one"), fleet.pool("two")) == (State.RESTORED, 10, 10)
    assert "did not end within 0.2 s" in str(record.error)


def test_a_health_check_that_is_never_answered_restores(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/health"
        check = {"http": url, "timeout": "200ms", "retries": 0}
        fleet = Fleet(tmp_path, {"one": {}, "two": {}})
        fleet.apply()
        fleet.declare({"one": {}, "two": {"wave": 2, "health": [check]}})
        fleet.change(20)
        record = fleet.apply().record
    assert (record.state, fleet.pool("one"), fleet.pool("two")) == (State.RESTORED, 10, 10)
    assert "does not answer: no answer within 0.2 s" in str(record.error)


REJECTS_ONCE = """#!/bin/sh
while read old new ref; do
    case "$(git log -1 --format=%s "$new")" in
    *succeeded) test -e "{flag}" || {{ touch "{flag}"; echo "not now"; exit 1; }} ;;
    esac
done
"""


@pytest.mark.parametrize("next_one", ["a change", "nothing"])
def test_a_push_that_is_rejected_after_the_flip_is_made_up_for_the_next_time(tmp_path: Path, next_one: str):
    fleet = Fleet(tmp_path, {"web": {}})
    remote, flag = tmp_path / "remote.git", tmp_path / "rejected"
    fleet.git("clone", "-q", "--bare", str(fleet.root), str(remote))
    fleet.git("remote", "add", "origin", str(remote))
    hook = remote / "hooks/pre-receive"
    hook.write_text(REJECTS_ONCE.format(flag=flag))
    hook.chmod(0o755)
    done = fleet.run("deploy", "apply", "production")
    assert (done.returncode, fleet.pool("web")) == (0, 10), done.stderr
    assert flag.exists()
    assert "was not told" in done.stderr
    assert "succeeded" not in _at_remote(fleet)
    if next_one == "a change":
        fleet.change(20)
    assert fleet.run("deploy", "apply", "production").returncode == 0
    assert "production-1 succeeded" in _at_remote(fleet)


def _at_remote(fleet: Fleet) -> str:
    ref = "refs/gmconfig/deployments/production"
    fleet.git("fetch", "-q", "origin", f"+{ref}:refs/seen")
    return fleet.git("log", "--format=%s", "refs/seen")


# Damage


def test_a_marker_with_a_flipped_byte_is_told_and_replaced(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}})
    record = fleet.apply().record
    marker = fleet.live / ".web.gmconfig" / record.targets["web"].release / "release.json"
    raw = bytearray(marker.read_bytes())
    for at in range(0, len(raw), max(1, len(raw) // 5)):
        marker.write_bytes(bytes(raw[:at] + bytes([raw[at] ^ 0x20]) + raw[at + 1 :]))
        done = fleet.run("deploy", "plan", "production")
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
    marker.write_bytes(b"\x00" + bytes(raw[1:]))
    assert fleet.run("deploy", "apply", "production").returncode == 0
    assert "in sync" in fleet.run("deploy", "plan", "production").stdout


@pytest.mark.parametrize("how", ["flipped", "empty", "list", "newer", "number"])
def test_a_damaged_record_is_a_clear_error(tmp_path: Path, how: str):
    fleet = Fleet(tmp_path, {"web": {}})
    fleet.apply()
    ref = "refs/gmconfig/deployments/production"
    record = json.loads(fleet.git("cat-file", "blob", f"{ref}:record.json"))
    damaged = {
        "flipped": json.dumps(record).replace('"state"', '"stAte"'),
        "empty": "",
        "list": "[1, 2]",
        "newer": json.dumps({**record, "format": 9}),
        "number": json.dumps({**record, "number": "many", "targets": 7}),
    }[how]
    blob = _stored(fleet, damaged)
    plan = fleet.git("rev-parse", f"{ref}:plan.json")
    tree = _made(fleet, f"100644 blob {plan}\tplan.json\n100644 blob {blob}\trecord.json\n")
    message = fleet.git("log", "-1", "--format=%B", ref)
    fleet.git("update-ref", ref, fleet.git("commit-tree", "-p", ref, "-m", message, tree))
    fleet.change(20)
    for verb in (["history"], ["show", "production-1"], ["apply", "production"], ["status", "production"]):
        done = fleet.run("deploy", *verb)
        assert done.returncode == 3, (verb, done.stdout, done.stderr)
        assert ref in done.stderr
        assert "Traceback" not in done.stderr
    assert fleet.pool("web") == 10


def _stored(fleet: Fleet, text: str) -> str:
    words = ["git", "hash-object", "-w", "--stdin"]
    done = subprocess.run(words, cwd=fleet.root, input=text, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _made(fleet: Fleet, listing: str) -> str:
    done = subprocess.run(
        ["git", "mktree"], cwd=fleet.root, input=listing, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_what_is_there_already_is_taken_over_so_that_its_drift_is_seen(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}})
    (fleet.live / "web").mkdir()
    (fleet.live / "web/settings.yaml").write_text(yaml.safe_dump(BASE))
    refused = fleet.run("deploy", "apply", "production").stderr
    assert (refused.count('target "web"'), "deploy apply --take-over" in refused) == (1, True), refused
    assert fleet.run("deploy", "apply", "production", "--take-over").returncode == 0
    assert "in sync" in fleet.run("deploy", "plan", "production").stdout


# Hostile declarations


HOSTILE = {
    "a path that climbs": ({"web": {"path": "../../../../proc/none/web"}}, 3),
    "a name with slashes": ({"../web": {}}, 3),
    "a name that is an option": ({"--help": {}}, 3),
    "a hook that is a text": ({"web": {"before": "rm -rf /"}}, 3),
    "a hook of texts": ({"web": {"after": ["rm -rf /"]}}, 3),
    "a NUL in a path": ({"web": {"path": "/tmp/a\0b"}}, 3),
    "a NUL in a command": ({"web": {"before": [["true", "a\0b"]]}}, 5),
    "a health check of nothing": ({"web": {"health": [{}]}}, 3),
    "a timeout that is a map": ({"web": {"timeout": {"a": 1}}}, 3),
    "a wave that is a text": ({"web": {"wave": "first"}}, 3),
    "no such environment": ({"web": {"environment": "nowhere"}}, 3),
    "the root folder": ({"web": {"path": "/"}}, 3),
    "an address of a file": (
        {"web": {"health": [{"http": "file:///etc/passwd", "retries": 0, "timeout": "120s"}]}},
        5,
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_targets_are_refused_with_a_word(tmp_path: Path, what: str):
    targets, code = HOSTILE[what]
    fleet = Fleet(tmp_path, targets)
    done = fleet.run("deploy", "apply", "production")
    assert done.returncode == code, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert "gmconfig: error: " in done.stderr
    assert sorted(os.listdir(fleet.live)) in ([], [".web.gmconfig"])


# Readers


@pytest.mark.parametrize("deployments", [20, pytest.param(100, marks=pytest.mark.long)])
def test_a_reader_never_sees_a_missing_or_a_mixed_folder(tmp_path: Path, deployments: int):
    fleet = Fleet(tmp_path, {"web": {"documents": ["settings", "billing"], "keep": 3}})
    commits = []
    for number in range(2):
        fleet.write("config/billing.yaml", {"number": number, "text": "x" * 3000})
        fleet.write("config/settings.yaml", {"number": number})
        commits.append(fleet.commit())
    fleet.apply()
    ended, wrong, done = threading.Event(), [], [0]

    def read() -> None:
        while not ended.is_set():
            before = done[0]
            found = _wrong(fleet.live / "web")
            if (
                done[0] - before < 2
            ):  # a reader that slept while more were deployed than are kept is no wonder
                wrong.extend(found)

    reader = threading.Thread(target=read)
    reader.start()
    deployer = fleet.deployer()
    for number in range(deployments):
        [one] = deployer.apply(("production",), Asked(at=commits[number % 2]))
        assert one.record
        assert one.record.targets["web"].step is Step.HEALTHY
        done[0] += 1
    ended.set()
    reader.join()
    assert wrong == []


def _wrong(folder: Path) -> list[str]:
    """Look once through one opened folder, as a reader should; give what is wrong."""
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            numbers = {_number(opened, name) for name in ("settings.yaml", "billing.yaml")}
        finally:
            os.close(opened)
    except OSError as error:
        return [str(error)]
    time.sleep(0.001)
    return [f"mixed: {numbers}"] if len(numbers) != 1 or None in numbers else []


def _number(folder: int, name: str) -> object:
    file = os.open(name, os.O_RDONLY, dir_fd=folder)
    try:
        return yaml.load(os.read(file, 100_000), yaml.CSafeLoader).get("number")
    finally:
        os.close(file)


def test_a_rollback_goes_to_other_content_and_holds_nothing_where_it_fails(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}})
    first, other = fleet.apply().record, fleet.change(20)
    for _ in range(2):  # the same commit, deployed twice
        (fleet.live / "web/settings.yaml").write_text("debug: true\n")
        again = fleet.apply(beyond_budget=True).record
    records = list(fleet.deployer().ledger("production").chain.records())
    assert (again.commit, goal(records).id) == (other, first.id)
    fleet.declare({"web": {"health": [{"command": ["grep", "-q", "pool: 20", str(fleet.live / "web/settings.yaml")],
                                       "retries": 0}]}})  # fmt: skip
    fleet.commit()
    done = fleet.deployer().rollback("production", Options(), to=first.id)
    assert done.record is not None and done.record.state is State.RESTORED
    assert fleet.deployer().ledger("production").holds.all() == ()
