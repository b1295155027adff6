"""The contents of many blobs, one after the other through one git process, none kept."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from gmconfig.errors import GitTrouble
from gmconfig.log import debug
from gmconfig.storage import MOST_BYTES
from gmconfig.storage.git.answer import ONE_CONTENT, end_of, restrain
from gmconfig.storage.git.environment import QUIET
from gmconfig.storage.git.objects import read_blobs

if TYPE_CHECKING:
    from gmconfig.storage.git.repository import Repository

_ASKED_AT_ONCE = 256  # their names fit into a pipe: git never waits for us to read while we wait for it
# Neighbours are asked for one after the other, so git need not keep them all: touching fresh memory for each
# would take it longer than putting them together.
_FRUGAL = ("-c", "core.deltaBaseCacheLimit=16m")
_PIPE = 1 << 20  # a larger pipe spares the two processes most of their turns


def each_blob(repository: Repository, ids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield (id, content) in the order asked for; memory holds one content at a time.

    Raises:
        GitTrouble: an object is missing, or git cannot be run.
    """
    wanted = list(ids)
    if len(wanted) < 2:
        yield from read_blobs(repository, wanted).items()
        return
    with _started(repository) as git:
        try:
            for start in range(0, len(wanted), _ASKED_AT_ONCE):
                some = wanted[start : start + _ASKED_AT_ONCE]
                _ask(git, some)
                for name in some:
                    yield name, _content(git, name, repository)
        finally:
            git.kill()  # nobody waits for what was not read
            with suppress(BrokenPipeError):  # what a git that died was not told yet
                end_of(git.stdin).close()


def _started(repository: Repository) -> subprocess.Popen[bytes]:
    bounds, options = ONE_CONTENT
    environ = {**repository.environ, **QUIET, **bounds}
    environ.pop("LANGUAGE", None)
    debug("storage", "git cat-file --batch: reads many blobs")
    try:
        git = subprocess.Popen(
            ["git", *_FRUGAL, *options, "cat-file", "--batch"],
            cwd=repository.top,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pipesize=_roomy(),
        )
    except OSError as error:
        raise GitTrouble(f"git cannot be run: {os.strerror(error.errno or 0).lower()}") from error
    restrain(git)
    return git


def _roomy() -> int:
    """Ask for a large pipe where an ordinary user may have one."""
    try:
        with open("/proc/sys/fs/pipe-max-size", "rb") as file:
            return _PIPE if int(file.read()) >= _PIPE else -1
    except (OSError, ValueError):
        return -1


def _ask(git: subprocess.Popen[bytes], names: Iterable[str]) -> None:
    try:
        end_of(git.stdin).write("".join([f"{name}\n" for name in names]).encode())
        end_of(git.stdin).flush()
    except BrokenPipeError:
        return  # it ended early; reading finds out


def _content(git: subprocess.Popen[bytes], name: str, repository: Repository) -> bytes:
    out = end_of(git.stdout)
    header = out.readline().split(b" ")
    size = int(header[2]) if len(header) == 3 else MOST_BYTES + 1
    if size <= MOST_BYTES:
        content = out.read(size)
        if out.read(1) == b"\n":
            return content
    return _explained(repository, name)


def _explained(repository: Repository, name: str) -> bytes:
    """Ask once more, for the reason why it cannot be had."""
    return read_blobs(repository, [name])[name]
