"""A remote that dies half-way, or has no room, or a disk here that has none: it is said, and the next try ends it.

Run as a program: `remote.py BASE`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.faults.child import called, warmed
from tests.faults.picture import taken, unsound
from tests.faults.world import World

LINES = (
    "monitor journal sync",
    "deploy hold production -m why",
    "flag disable dark_pools -e production --push",
    "drift ack worker ADDED --reason sale --push",
    "deploy apply production --take-over",
    "deploy agent -e production --once",
)
"""Verbs that speak with the remote: its refs of gmconfig's own fetched and pushed, a branch pushed, one fetched."""

CUT = '#!/bin/sh\ngit-upload-pack "$@" | {{ dd bs=1 count={bytes} status=none; kill -9 $$; }}\n'
"""Whoever serves the fetch is killed, nothing held back: a shell that waits would keep the line open, and silent."""

FULL = "#!/bin/sh\ntrap '' XFSZ; ulimit -f 0; exec git-{verb} \"$@\"\n"
"""Whatever it writes is too large, which is the nearest to a full disk that needs no disk."""

GONE = "#!/bin/sh\necho 'git@example.org: Permission denied (publickey).' >&2; exit 128\n"

DIES = {
    "hooks/pre-receive": "#!/bin/sh\nkill -9 $PPID\n",
    "hooks/update": "#!/bin/sh\ntest -e died && exit 0; : > died; kill -9 $PPID\n",
    "receive-pack": "#!/bin/sh\nexit 0\n",
    "upload-pack": CUT.format(bytes=100),
    "later/upload-pack": CUT.format(bytes=250),
    "full/receive-pack": FULL.format(verb="receive-pack"),
    "gone/receive-pack": GONE,
    "gone/upload-pack": GONE,
}
"""What dies: before anything is taken, at the first ref, before it says a word; a fetch sooner and later. Then a
remote without room, and one that lets nobody in."""


def interrupted(world: World, line: str, where: str) -> Iterator[str]:
    """Call a verb while the remote dies there, then once more when it is well."""
    world.again()
    origin = world.base / "origin.git"
    for words in (["init", "-q", "--bare", str(origin)], ["remote", "add", "origin", str(origin)]):
        world.git(*words)
    world.git("push", "-q", "origin", "main")
    script = origin / where
    script.parent.mkdir(exist_ok=True)
    served = f"remote.origin.{script.name.replace('-', '')}"
    script.write_text(DIES[where])
    script.chmod(0o755)
    if where.endswith("-pack"):
        world.git("config", served, str(script))
    before = taken(world).subjects
    first = called(line)
    yield from _told(world, line, first.code, first.said, before)
    script.unlink()
    if where.endswith("-pack"):
        world.git("config", "--unset", served)
    for again in (line, "monitor journal sync"):
        last = called(again)
        if last.code not in (0, 4) or "Traceback" in last.said:
            yield f"{again} with a remote that is well: exit {last.code}: {last.said}"
    if amiss := unsound(world):
        yield f"git fsck: {amiss}"


def _told(world: World, line: str, code: int, said: str, before: tuple[str, ...]) -> Iterator[str]:
    if "Traceback" in said or code not in (0, 3, 4):
        yield f"{line}: exit {code}: {said}"
    if code and "hint:" not in said and "  ! " not in said:  # what an agent notes of its look
        yield f"{line}: exit {code} without a hint: {said}"
    if taken(world).subjects[: len(before)] != before:
        yield "commits are lost"
    for other in ("validate", "deploy history production --offline", "monitor journal list"):
        found = called(other)
        if found.code:
            yield f"{other}: exit {found.code}: {found.said}"


def main(base: Path, lines: tuple[str, ...]) -> int:
    """Print each verb and each death with what was wrong; whether anything was."""
    world, amiss = World(base), 0
    world.entered()
    warmed()
    for line in lines:
        for where in DIES:
            wrong = list(interrupted(world, line, where))
            amiss += bool(wrong)
            print(f"{line}, {where}: " + ("; ".join(wrong) or "fine"), flush=True)
    return bool(amiss)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), tuple(sys.argv[2:]) or LINES))
