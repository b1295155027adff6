"""What `doctor` says of the machine: git and whom it works for, the parser, memory for what is secret."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

from gmconfig.api.doctor.examined import Examined, failed
from gmconfig.errors import GitTrouble, GmconfigError
from gmconfig.storage.git.identity import author
from gmconfig.storage.git.process import OLDEST, run_git

if TYPE_CHECKING:
    from collections.abc import Iterator


def examine(folder: str | None) -> Iterator[Examined]:
    """Look at the machine, as it is for who works in a folder."""
    yield _git()
    if shutil.which("git"):
        yield _author(folder if folder and os.path.isdir(folder) else ".")
    yield _parser()
    yield _memory()


def _git() -> Examined:
    path = shutil.which("git")
    if path is None:
        return Examined("git", "error", "there is no git", f"install git {OLDEST} or newer")
    said = run_git(("--version",), cwd=os.sep, environ=os.environ).stdout.decode("utf-8", "replace")
    version = re.search(r"\d+(\.\d+)+", said)
    if version is None:
        return Examined("git", "warning", f"{path} does not say which version it is: {said.strip()[:60]}")
    if _numbers(version[0]) < _numbers(OLDEST):
        message = f"{path} is {version[0]}, and some commands need {OLDEST}"
        return Examined("git", "error", message, f"install git {OLDEST} or newer")
    return Examined("git", "ok", f"{path}, {version[0]}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])


def _author(folder: str) -> Examined:
    try:
        return Examined("author", "ok", str(author(folder)))
    except GitTrouble as error:
        return failed("author", error)


def _parser() -> Examined:
    try:
        import gmconfig.storage.yaml.native  # noqa: F401  # whether it loads is the question
    except GmconfigError as error:
        return failed("yaml", error)
    return Examined("yaml", "ok", "the C parser is active")


def _memory() -> Examined:
    for place in (os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm"):  # noqa: S108  # memory-backed on purpose
        if place and os.access(place, os.W_OK):
            return Examined("memory", "ok", f"secret edit uses {place}")
    return Examined(
        "memory", "warning", "no memory-backed folder: secret edit is refused", "mount a tmpfs at /dev/shm"
    )
