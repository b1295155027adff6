"""Every verb that writes, stopped at its steps, and two at once: old or new, nothing lost, nothing left.

The short form stops a sample of the verbs at a step or two; the long one goes through all of them, `pytest -m long`.
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
from tests.faults.verbs import READS, WRITES

ROOT = Path(__file__).resolve().parents[2]
STRIDE = 31
"""How many steps lie between two stops of one run of the long form."""
FIRST = (1, 12, 23)
"""The first stops of its runs: all of them take about half an hour on two cores."""

SHORT = ("secret rotate,secret edit", 62, 180)
LONG = pytest.mark.long

pytestmark = pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="no memory-backed storage")


@pytest.fixture(scope="module")
def base() -> Iterator[Path]:
    """The world, made once."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        run("world", Path(folder))
        yield Path(folder)
        shutil.rmtree(folder, ignore_errors=True)


def run(program: str, base: Path, *words: object) -> str:
    """Run a program of the harness to its end, where nothing was wrong."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.faults.{program}", str(base), *map(str, words)],
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
    tried = run("killed", base, *SHORT, "kill")
    assert all(f"{name} at " in tried for name in SHORT[0].split(","))
    assert run("raced", base, 1203, 1500)


@LONG
@pytest.mark.parametrize("first", FIRST)
@pytest.mark.parametrize("how", ["kill", "interrupt", "full", "denied"])
@pytest.mark.parametrize("name", WRITES)
def test_a_verb_stopped_at_its_steps(base: Path, name: str, how: str, first: int):
    run("killed", base, name, first, STRIDE, how)


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
