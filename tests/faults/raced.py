"""Two verbs at the same time: both end as they would alone or are refused, and nothing of either is lost.

Run as a program: `raced.py BASE NAME,NAME …`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.faults.child import Called, begun, called, ended, warmed
from tests.faults.killed import READING
from tests.faults.picture import secrets_in, taken, unsound
from tests.faults.prepare import command, prepared
from tests.faults.verbs import WRITES
from tests.faults.world import World

REFUSED = 4
CHANGED_SINCE = (0, 1, 3, REFUSED)
"""How the second may end: the first may have taken away what it is about, which is not in there then."""


def raced(world: World, one: str, two: str) -> Iterator[str]:
    """Begin two verbs at once and look at what they did."""
    world.again()
    verbs = (WRITES[one], WRITES[two])
    prepared(world, *verbs)
    lines = [command(world, verb) for verb in verbs]
    before = taken(world)
    both = [ended(run) for run in [begun(*line) for line in lines]]
    yield from _answers(world, before.subjects, lines, both)
    if amiss := unsound(world):
        yield f"git fsck: {amiss}"
    if hidden := secrets_in(world):
        yield f"a secret in plain in {hidden}"
    for line in READING:
        found = called(line)
        if found.code not in (0, 1, 3) or "Traceback" in found.said:
            yield f"{line}: exit {found.code}: {found.said}"


def _answers(world: World, before: tuple[str, ...], lines, both: list[Called]) -> Iterator[str]:
    """Each commit that was promised is there, and only those."""
    now = taken(world)
    if now.subjects[: len(before)] != before:
        yield f"commits that were there are lost: {before[-3:]} became {now.subjects[-5:]}"
    for (line, _), run in zip(lines, both, strict=True):
        if run.code not in CHANGED_SINCE or "Traceback" in run.said:
            yield f"{line}: exit {run.code}: {run.said}"
    if not any(run.code in (0, 1) for run in both):
        yield f"neither came to its end: {both[0].said}{both[1].said}"
    left = [
        name
        for name in now.names
        if name.endswith((".gmconfig-tmp", ".git/index.lock", "main.lock", "commit/plan.json"))
    ]
    if left:
        yield f"left: {left}"


def main(base: Path, pairs: list[str]) -> int:
    """Print each pair and what was wrong; whether anything was."""
    world, amiss = World(base), 0
    world.entered()
    warmed()
    for pair in pairs:
        wrong = list(raced(world, *pair.split(",")))
        amiss += bool(wrong)
        print(f"{pair}: " + ("; ".join(wrong) or "fine"), flush=True)
    return bool(amiss)


def every_pair() -> list[str]:
    """Name each verb with each, itself too."""
    names = list(WRITES)
    return [f"{one},{two}" for at, one in enumerate(names) for two in names[at:]]


if __name__ == "__main__":
    first, stride = int(sys.argv[2]), int(sys.argv[3])
    sys.exit(main(Path(sys.argv[1]), every_pair()[first::stride]))
