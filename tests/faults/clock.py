"""A clock that jumps a day forward and back between two commands: none is refused, every chain stays readable.

Run as a program: `clock.py BASE`, where libfaketime is installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import cycle
from pathlib import Path

from tests.faults.world import MARK, World

JUMPS = ("+1d", "-1d", "+0d")
LINES = (
    "config set settings database.pool 71 -e production",
    "secret set db_password --stdin",
    "secret rotate spare",
    "deploy apply production --take-over",
    "config set settings database.pool 72 -e production",
    "deploy apply production",
    "deploy rollback production",
    "deploy freeze production -m why",
    "deploy unfreeze production",
    "drift detect production",
    "backup create nightly",
    "backup verify",
    "backup prune --keep-last 1",
    "monitor alerts list",
    "automation run --once",
    "secret verify",
    "validate",
    "deploy history production",
    "monitor journal list",
    "automation history",
)


def main(base: Path) -> int:
    """Run all lines, each at another time; print what was wrong and whether anything was."""
    world, amiss = World(base), 0
    world.entered()
    world.again()
    for first in range(len(JUMPS)):
        jumps = cycle(JUMPS[first:] + JUMPS[:first])
        for line, jump in zip(LINES, jumps, strict=False):
            done = subprocess.run(
                ["faketime", "-f", jump, sys.executable, "-m", "gmconfig", *line.split()],
                input=f"{MARK}-at-{jump}",
                env=os.environ,
                capture_output=True,
                text=True,
                check=False,
            )
            wrong = done.returncode not in (0, 1) or "Traceback" in done.stderr
            amiss += wrong
            said = f"exit {done.returncode}: {done.stdout}{done.stderr}" if wrong else "fine"
            print(f"{line} at {jump}: {said}", flush=True)
        world.again()
    return bool(amiss)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
