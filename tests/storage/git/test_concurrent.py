"""Two processes and a user at work in the same file: every commit there, nothing lost, nothing swept in."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILE = "many.yaml"

WRITER = """
import sys
import time
from gmconfig.storage.git import Repository, commit
from tests.storage.git.conftest import SetKey
for number in range(int(sys.argv[3])):
    edits = {"many.yaml": SetKey(f"{sys.argv[2]}{number}", "new")}
    commit(Repository.discover(sys.argv[1]), "", edits, "set", trailers={"By": sys.argv[2]})
"""


def lines(**values: str) -> str:
    names = (
        [f"a{number}" for number in range(50)]
        + ["staged", "unstaged"]
        + [f"b{number}" for number in range(50)]
    )
    return "".join(f"{name}: {values.get(name, 'old')}\n" for name in names)


@pytest.mark.parametrize("count", [20, pytest.param(50, marks=pytest.mark.long)])
def test_two_writers_and_a_user(repo: Path, git, count: int):
    (repo / FILE).write_text(lines())
    git("add", "-A")
    git("commit", "-qm", "first")
    (repo / FILE).write_text(lines(staged="mine"))
    git("add", FILE)
    (repo / FILE).write_text(lines(staged="mine", unstaged="mine"))
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(repo), name, str(count)], cwd=ROOT)
        for name in "ab"
    ]
    made = 0
    while any(writer.poll() is None for writer in writers) or not made:
        (repo / "other").write_text(str(made))
        made += _by_hand(repo, made)
        time.sleep(0.1)
    assert [writer.returncode for writer in writers] == [0, 0]
    _check(repo, git, made, count)


def _by_hand(repo: Path, made: int) -> bool:
    """Add and commit another file; git refuses now and then because somebody else is at work."""
    for command in (["add", "other"], ["commit", "-q", "-m", f"by hand {made}", "--", "other"]):
        if subprocess.run(["git", *command], cwd=repo, capture_output=True, check=False).returncode:
            return False
    return True


def _check(repo: Path, git, made: int, count: int) -> None:
    log = git("log", "--format=%x01%(trailers:key=By,valueonly)%x00%s", "--numstat")
    ours = [entry for entry in log.split("\x01") if "\0set\n" in entry]
    theirs = [entry for entry in log.split("\x01") if "by hand" in entry]
    assert (len(ours), len(theirs)) == (2 * count, made)
    assert made > 0
    assert all(f"1\t1\t{FILE}" in entry and "other" not in entry for entry in ours)
    assert all(FILE not in entry for entry in theirs)
    new = {f"{name}{number}": "new" for name in "ab" for number in range(count)}
    assert git("show", f"HEAD:{FILE}") + "\n" == lines(**new)
    assert git("show", f":{FILE}") + "\n" == lines(**new, staged="mine")
    assert (repo / FILE).read_text() == lines(**new, staged="mine", unstaged="mine")
