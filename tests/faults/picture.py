"""What a command left behind, in words that two runs have in common: names without what is random in them."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path

from tests.faults.world import MARK, World

RANDOM = re.compile(
    r"(?<=tmp_obj_)\w+|(?<=keys/default/)[a-z0-9]+|[0-9a-f]{7,}|[A-Za-z0-9_]*\d[A-Za-z0-9_-]*"
)
UNNAMED = re.compile(
    r"^\w+/.git/gmconfig/stale$|\.git/(objects|logs|refs/gmconfig/journal)/|^home/\.cache/|^tmp/[a-z0-9_#]{1,8}$"
)
"""Where names say nothing: a lock's file stays, unreachable objects may stay, a failure is noted in the journal, a
cache may be cold, Python tries a folder."""
GIVEN = frozenset({"inputs", "live", ".live.gmconfig"})
"""What a user brought, and where secrets are deployed to in plain."""
_RAW = MARK.encode()
MARKS = {_RAW, _RAW[::-1], _RAW.hex().encode(), *(base64.b64encode(b"x" * n + _RAW)[4:-4] for n in range(3))}


@dataclass(frozen=True)
class Picture:
    """A world as it stands: its files by name, its commits, what differs from HEAD."""

    names: frozenset[str]
    refs: frozenset[str]
    subjects: tuple[str, ...]
    status: tuple[str, ...]


def taken(world: World) -> Picture:
    """Look at everything without changing it."""
    refs = world.git("for-each-ref", "--format=%(refname)").splitlines()
    return Picture(
        names=frozenset(name for name in map(plain, files(world)) if not UNNAMED.search(name)),
        refs=frozenset(map(plain, refs)),
        subjects=tuple(world.git("log", "--format=%s", "--reverse").splitlines()),
        status=tuple(
            map(plain, world.git("--no-optional-locks", "status", "--porcelain", "-uall").splitlines())
        ),
    )


def files(world: World) -> list[str]:
    """Name every file of the world, and every link to a folder; an empty folder says nothing."""
    found = []
    for folder, below, names in os.walk(world.base):
        inside = names + [one for one in below if os.path.islink(os.path.join(folder, one))]
        found += [os.path.relpath(os.path.join(folder, name), world.base) for name in inside]
    return found


def plain(name: str) -> str:
    return RANDOM.sub("#", name)


def secrets_in(world: World) -> list[str]:
    """Name the files that hold a secret in plain, objects of git unpacked."""
    return [
        name for name in files(world) if not GIVEN & set(Path(name).parts) and _holds_it(world.base / name)
    ]


def _holds_it(file: Path) -> bool:
    if file.is_symlink() or not file.is_file():
        return False
    content = file.read_bytes()
    if ".git/objects/" in str(file) and len(file.name) == 38:
        content = zlib.decompressobj().decompress(content)
    return any(mark in content for mark in MARKS)


def unsound(world: World) -> str:
    """Give what git finds amiss."""
    done = subprocess.run(
        ["git", "fsck", "--no-dangling", "--no-progress"],
        cwd=world.repo,
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr
