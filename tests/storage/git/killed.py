"""Commits in forked children that kill themselves at their n-th step, and looks at what is left.

A step is the moment before a call that changes something outside the process. Run as a program, so
that no thread or warning filter of the test runner is forked: `killed.py TEMPLATE WORK FIRST STRIDE HOW`.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from gmconfig.storage.git import Repository, commit
from tests.storage.git.conftest import FILE, SetKey, show, with_keys

STEPS = ("replace", "link", "unlink", "mkdir", "rmdir")
OLD = (with_keys(), with_keys(key1="staged"), with_keys(key1="staged", key18="mine"))
NEW = (
    with_keys(key10="new"),
    with_keys(key1="staged", key10="new"),
    with_keys(key1="staged", key18="mine", key10="new"),
)


def counted(call, stop, at: int, taken: list[int]):
    """Die or be interrupted before the call whose turn it is."""

    def step(*args, **named):
        taken[0] += 1
        if taken[0] == at:
            stop()
        return call(*args, **named)

    return step


def set_both(root: Path) -> None:
    edits = {FILE: SetKey("key10", "new"), "sub/new.yaml": SetKey("a", "1")}
    commit(Repository.discover(str(root)), "", edits, "set")


def stopped_at(root: Path, at: int, stop) -> bool:
    """Commit in a child; whether it was stopped at that step."""
    child = os.fork()
    if child == 0:
        taken = [0]
        for name in STEPS:
            setattr(os, name, counted(getattr(os, name), stop, at, taken))
        subprocess.run = counted(subprocess.run, stop, at, taken)
        try:
            set_both(root)
        except KeyboardInterrupt:
            os._exit(130)
        os._exit(0)
    return os.waitpid(child, 0)[1] != 0


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def interrupt() -> None:
    raise KeyboardInterrupt


def state(root: Path) -> tuple[str, str, str]:
    return show(root, f"HEAD:{FILE}"), show(root, f":{FILE}"), (root / FILE).read_text()


def look(root: Path) -> None:
    """What is left is whole; the next command makes it old or new, and another commit works."""
    assert all(part in pair for part, *pair in zip(state(root), OLD, NEW, strict=True))
    Repository.discover(str(root))
    assert state(root) in (OLD, NEW), state(root)
    assert not (root / ".git/index.lock").exists()
    assert (root / "sub/new.yaml").exists() == (state(root) == NEW)
    untracked = subprocess.check_output(["git", "status", "--porcelain"], cwd=root, text=True)
    assert "??" not in untracked and "D" not in untracked, untracked
    assert not (root / ".git/gmconfig/commit").exists()
    set_both(root)
    assert state(root) == NEW
    assert subprocess.check_output(["git", "rev-list", "--count", "HEAD"], cwd=root) == b"2\n"


def main(template: Path, work: Path, at: int, stride: int, stop) -> None:
    while True:
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(template, work)
        died = stopped_at(work, at, stop)
        if stop is interrupt:
            assert state(work) in (OLD, NEW), f"interrupted at step {at}"
        try:
            look(work)
        except AssertionError as error:
            raise AssertionError(f"stopped at step {at}") from error
        if not died:
            break
        at += stride
    print(at)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), globals()[sys.argv[5]])
