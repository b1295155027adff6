"""Every verb that writes, stopped at its steps, and two at once: old or new, nothing lost, nothing left.

The short form stops one verb at a step for each fault; the long one, `pytest -m long`, goes through all of them, and
lets the disk be really full and folders be really shut.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from gmconfig.cli.app import assembled
from tests.cli.test_canary import verbs
from tests.faults.scarce import APART, BOUND
from tests.faults.verbs import READS, WRITES

ROOT = Path(__file__).resolve().parents[2]
FAULTS = ("all_die", "one_dies", "interrupted", "full", "denied", "failing")
ANY = ",".join(FAULTS)
"""All of them, taking turns."""
SHARDED = [name for name in WRITES if name != "demo"]
SHARDS = 4

LONG = pytest.mark.long

pytestmark = pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="no memory-backed storage")


@pytest.fixture(scope="module")
def base() -> Iterator[Path]:
    """The world, made once."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        run("world", Path(folder))
        yield Path(folder)
        shutil.rmtree(folder, ignore_errors=True)


def run(program: str, base: Path, *words: object, within: tuple[str, ...] = ()) -> str:
    """Run a program of the harness to its end, where nothing was wrong."""
    done = subprocess.run(
        [
            *(within if os.geteuid() == 0 else ()),
            sys.executable,
            "-m",
            f"tests.faults.{program}",
            str(base),
            *map(str, words),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    wrong = [line for line in done.stdout.splitlines() if not line.endswith(": fine")]
    assert done.returncode == 0, "\n".join(wrong) + done.stderr[-3000:]
    return done.stdout


def test_every_verb_stands_in_the_table():
    known = set(verbs(typer.main.get_command(assembled())))
    written = {name.partition(" --")[0] for name in WRITES}
    assert known - written - READS == set(), "put them into the table of tests/faults/verbs.py"
    assert (written | READS) - known == set()
    assert written & READS == set()


def test_some_verbs_stopped_and_some_at_once(base: Path):
    tried = run("killed", base, "config set", ANY, "spread", len(FAULTS))
    assert all(f"config set, {fault} at " in tried for fault in FAULTS)
    assert run("raced", base, 1203, 1500)


@LONG
@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_verbs_stopped_at_each_kind_of_step(base: Path, shard: int):
    """Each kind of step, who makes which call on which file, meets a fault; the faults take turns."""
    run("killed", base, ",".join(SHARDED[shard::SHARDS]), ANY, "each", 3)


@LONG
def test_the_demo_stopped_all_over_its_walk(base: Path):
    """It takes the steps of all verbs, some thousands."""
    run("killed", base, "demo", ANY, "spread", 30)


@LONG
@pytest.mark.parametrize("name", WRITES)
def test_a_verb_on_a_full_disk(base: Path, name: str):
    run("scarce", base, "full", name, 3, within=APART)


@LONG
@pytest.mark.parametrize("name", WRITES)
def test_a_verb_without_leave_to_write(base: Path, name: str):
    run("scarce", base, "denied", name, 3, within=BOUND)


@LONG
@pytest.mark.parametrize("first", range(0, 100, 10))
def test_two_verbs_at_once(base: Path, first: int):
    assert run("raced", base, first, 100)


@LONG
def test_a_remote_that_dies(base: Path):
    run("remote", base)


@LONG
@pytest.mark.skipif(not shutil.which("faketime"), reason="faketime is not installed")
def test_a_clock_that_jumps(base: Path):
    run("clock", base)
