"""Verbs on a disk that is really full, and without a permission that they need.

Run as a program: `scarce.py BASE full|denied NAME,… STRIDE`. For `full` it mounts small disks of its own, as root
may, in another namespace; for `denied` it is to be a user whom permissions bind, so a root without its powers.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.child import Called, warmed
from tests.faults.killed import TOLD, Killer, Known
from tests.faults.prepare import prepared
from tests.faults.verbs import WRITES
from tests.faults.world import World

WANTS = tuple(os.strerror(error) for error in (errno.ENOSPC, errno.EACCES))
"""What a program says that gmconfig passes on."""
PAGE = 4096
MOST_PAGES = 60
"""No verb in the small world needs more room."""
FOLDERS = (
    *("repo", "repo/.git", "repo/.git/objects", "repo/.git/refs", "repo/.git/gmconfig", "repo/config"),
    *("repo/secrets", "repo/flags", "repo/.gmconfig", "live", "home", "tmp", "run", "store"),
)
"""Where one may no longer write: the folder itself, then all that is below it too."""


BOUND = (
    "setpriv",
    "--bounding-set=-dac_override,-dac_read_search",
    "--inh-caps=-dac_override,-dac_read_search",
)
APART = ("unshare", "--mount")
"""What to start it with, as root."""


@contextmanager
def small_disk(world: World, kept: Path) -> Iterator[None]:
    """Lay the world out on a disk of its own, which has room."""
    os.chdir("/")
    _mount("-t", "tmpfs", "-o", "size=256m,mode=755", "none", str(world.base))
    try:
        shutil.copytree(kept, world.base, symlinks=True, dirs_exist_ok=True)
        os.chdir(world.repo)
        world.git("update-index", "-q", "--refresh")
        yield
    finally:
        os.chdir("/")
        subprocess.run(["umount", "--lazy", str(world.base)], check=True)


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


@contextmanager
def pages_free(world: World, pages: int) -> Iterator[None]:
    """Leave so much room, and no more."""
    disk = os.statvfs(world.base)
    used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize
    _mount("-o", f"remount,size={used + pages * PAGE}", str(world.base))
    try:
        yield
    finally:
        _mount("-o", "remount,size=256m", str(world.base))


@contextmanager
def locked_up(folder: Path, deep: bool) -> Iterator[None]:
    """Let nobody write into a folder, and with `deep` into none below it."""
    shut = [folder, *(path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink() and deep)]
    modes = {path: path.stat().st_mode for path in shut}
    for path, mode in modes.items():
        path.chmod(mode & 0o555)
    try:
        yield
    finally:
        for path, mode in modes.items():
            if path.is_dir():
                path.chmod(mode)


def full(world: World, killer: Killer, known: Known, stride: int) -> Iterator[tuple[str, list[str]]]:
    """Run a verb with ever more room."""
    kept = world.base.parent / "ready"
    for pages in range(0, MOST_PAGES, stride):
        with small_disk(world, kept):
            with pages_free(world, pages):
                done = killer.run()
            yield f"{pages} pages", [*_amiss(done, known), *killer.problems(known, pages)]
        if done.code == killer.verb.code and pages > 4:
            return


def denied(world: World, killer: Killer, known: Known, stride: int) -> Iterator[tuple[str, list[str]]]:
    """Run a verb without leave to write in one folder after the other."""
    ready = World(world.base.parent, kept="ready")
    for number, (name, deep) in enumerate(
        [(name, deep) for name in FOLDERS for deep in (False, True)][::stride]
    ):
        ready.again()
        if not (world.base / name).is_dir():
            continue
        with locked_up(world.base / name, deep):
            done = killer.run()
        yield f"{name}{'/**' if deep else ''}", [*_amiss(done, known), *killer.problems(known, number)]


def _amiss(done: Called, known: Known) -> Iterator[str]:
    """Say where it ended as no verb may that lacks something."""
    if done.code not in known.codes | TOLD or "Traceback" in done.said:
        yield f"it ended with {done.code}: {done.said}"
    if done.code in (3, 4) and not any(word in done.said for word in ("gmconfig: ", *WANTS)):
        yield f"it ended with {done.code} and no word: {done.said}"


def main(base: Path, what: str, names: list[str], stride: int) -> int:
    """Print each verb and each want with what was wrong; whether anything was."""
    world, amiss = World(base), 0
    world.entered()
    warmed()
    for name in names:
        world.again()
        prepared(world, WRITES[name])
        World(base, kept="ready").keep()
        killer = Killer(world, WRITES[name], watching=False)
        known = killer.known()
        World(base, kept="ready").again()
        for want, wrong in {"full": full, "denied": denied}[what](world, killer, known, stride):
            amiss += bool(wrong)
            print(f"{name}, {want}: " + ("; ".join(wrong) or "fine"), flush=True)
    return bool(amiss)


if __name__ == "__main__":
    given = list(WRITES) if sys.argv[3] == "all" else sys.argv[3].split(",")
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], given, int(sys.argv[4])))
