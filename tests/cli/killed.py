"""Commands in forked children that kill themselves at their n-th step, and a look at what is left.

A step is the moment before a call that reaches outside of the process, as Python's own audit tells it: a file
opened for writing, renamed, linked or removed, a folder made or removed, a program started. Run as a program:
`killed.py COMMAND TEMPLATE WORK FIRST STRIDE`.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from gmconfig import SecretsManager
from gmconfig.__main__ import main

OUTSIDE = {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "subprocess.Popen"}
WRITES = os.O_WRONLY | os.O_RDWR
KNOWN = {
    "db_password": "correct-horse-battery",
    "jwt_secret": "0123456789abcdef0123456789abcdef",
    "api_token": "tok-123456789",
}
COMMANDS = {
    "rekey": ["secret", "rekey", "--all"],
    "rotate": ["secret", "rotate", "db_password"],
    "rotate-all": ["secret", "rotate", "--all", "-y"],
    "edit": ["secret", "edit"],
    "revoke": ["secret", "revoke", "bob"],
}
CHANGED = {"rotate": {"db_password"}, "rotate-all": set(KNOWN), "edit": {"db_password"}}


def is_step(event: str, arguments: tuple) -> bool:
    if event == "open":
        flags = arguments[2]
        return isinstance(flags, int) and bool(flags & WRITES)
    return event in OUTSIDE


def forked(work: Path, do) -> int:
    """Do something in a child; give how it ended."""
    child = os.fork()
    if child == 0:
        os.chdir(work)
        code = 1
        try:
            code = do() or 0
        except BaseException as error:  # a child must never return into the parent's work
            print(repr(error), file=sys.stderr)
        sys.stdout.flush()
        os._exit(code)
    return os.waitpid(child, 0)[1]


def killed_at(work: Path, command: list[str], at: int) -> bool:
    """Run a command; whether it was killed at that step."""

    def run() -> int:
        taken = 0

        def count(event: str, arguments: tuple) -> None:
            nonlocal taken
            if is_step(event, arguments):
                taken += 1
                if taken == at:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        return main(command)

    ended = forked(work, run)
    assert ended == 0 or os.WIFSIGNALED(ended), f"exit {os.waitstatus_to_exitcode(ended)}"
    return ended != 0


def values() -> dict[str, object]:
    """Open every secret, as the next reader does."""
    manager = SecretsManager()
    return {name: manager.get_secret(name) for name in KNOWN}


def look(word: str) -> None:
    """Everything opens, nothing is amiss, and the same command comes to its end."""
    changed = CHANGED.get(word, set())
    for name, value in values().items():
        assert value == KNOWN[name] or (name in changed and value in news(name)), name
    assert SecretsManager().verify().is_valid
    assert main(COMMANDS[word]) == 0
    after = SecretsManager().verify()
    assert after.is_valid, after
    found = values()
    assert {name for name, value in found.items() if value != KNOWN[name]} == changed
    if word.startswith("rotate"):
        assert found["db_password"] == Path("../source").read_text()
    assert subprocess.check_output(["git", "status", "--porcelain"]) == b""
    assert not os.path.exists(".git/gmconfig-pending") or not os.listdir(".git/gmconfig-pending")


class news:  # noqa: N801  # reads as a word where it is used
    """What a changed secret may hold: what the editor wrote, what the source has, or anything generated."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __contains__(self, value: str) -> bool:
        if self.name == "db_password":
            source = Path("../source")
            return value == "wrong-horse-battery" or (source.exists() and source.read_text() == value)
        return len(value) >= 16


def plaintext_left(memory: Path) -> list[str]:
    """Give what still lies in memory; whoever clears it up needs a moment."""
    for _ in range(1200):
        found = [str(file) for file in memory.rglob("*") if file.is_file()]
        if not found:
            break
        time.sleep(0.05)
    return found


def fresh(template: Path, work: Path) -> None:
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(template, work, symlinks=True)
    Path(work.parent, "source").unlink(missing_ok=True)


def loaded(template: Path, work: Path, word: str) -> None:
    """Do all of it once here, so that the children need not import it each for themselves."""
    fresh(template, work)
    os.chdir(work)
    look(word)
    os.chdir(template)


def run(word: str, template: Path, work: Path, at: int, stride: int) -> int:
    memory = Path(os.environ["XDG_RUNTIME_DIR"])
    loaded(template, work, word)
    while True:
        fresh(template, work)
        died = killed_at(work, COMMANDS[word], at)
        assert not plaintext_left(memory), f"plaintext was left at step {at}"
        assert forked(work, lambda: look(word)) == 0, f"killed at step {at}"
        if not died:
            return at
        at += stride


if __name__ == "__main__":
    print(run(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])))
