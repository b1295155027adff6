"""Kills a verb at its steps, one run for each, and looks at what is left; prints what was wrong.

Run as a program, so that no thread or warning filter of the test runner is forked:
`killed.py BASE NAME,… FIRST STRIDE HOW`, with the world that `world.py` made in BASE.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults.child import Called, called, denied, full, interrupt, kill, warmed
from tests.faults.picture import Picture, secrets_in, taken, unsound
from tests.faults.prepare import command, prepared
from tests.faults.verbs import WRITES, Verb
from tests.faults.world import World

NEXT = "validate"
"""The command that somebody calls after a kill."""
READING = (
    "secret verify",
    "config show settings -e production -o json --reveal",
    "secret get spare",
    "flag list",
    "deploy history production",
    "drift list",
    "monitor journal list",
    "automation history",
    "backup list",
)


ENDS = {
    kill: {-9},
    interrupt: {0, 1, 130},
    full: {0, 1, 2, 3, 4, 5, 6},
    denied: {0, 1, 2, 3, 4, 5, 6},
}
"""How a verb may end that was stopped so."""


@dataclass(frozen=True)
class Known:
    """What a verb does when nobody stops it: the pictures before, after, and after the second time."""

    steps: int
    codes: frozenset[int]
    pictures: tuple[Picture, ...]
    read: dict[str, frozenset[int]]

    @property
    def names(self) -> frozenset[str]:
        """Every name that may lie about."""
        return frozenset().union(*(one.names for one in self.pictures))


class Killer:
    """One verb in one world."""

    def __init__(self, world: World, verb: Verb) -> None:
        self.world, self.verb = world, verb
        self.line, self.stdin = command(world, verb)

    def known(self) -> Known:
        """Let it run to its end, twice."""
        old, told = taken(self.world), [self._read()]
        first = self.run(at=-1)
        assert first.code == self.verb.code, f"{self.line}: exit {first.code}\n{first.said}"
        new = taken(self.world)
        told.append(self._read())
        second = self.run()
        read = {line: frozenset(one[line] for one in told) for line in (NEXT, *READING)}
        again = frozenset({first.code, second.code})
        return Known(first.steps, again, (old, new, taken(self.world)), read)

    def _read(self) -> dict[str, int]:
        return {line: called(line).code for line in (NEXT, *READING)}

    def run(self, at: int = 0, stop=kill) -> Called:
        """Run the verb's line, to its end or to a step."""
        return called(self.line, self.stdin, at, stop)

    def problems(self, known: Known, way: str) -> Iterator[str]:
        """Look at what a kill left; then go the way out, and call the verb again."""
        before, after = (len(one.subjects) for one in known.pictures[:2])
        between = before < len(taken(self.world).subjects) < after
        yield from self._read_again(known, (1, 4) if between else ())
        yield from self._left(known)
        if way:
            found = called(way)
            if found.code not in (0, 1, 4) or "Traceback" in found.said:
                yield f"{way}: exit {found.code}: {found.said}"
        again = self.run()
        if again.code not in known.codes or "Traceback" in again.said:
            yield f"the same again: exit {again.code}, not {set(known.codes)}: {again.said}"
        if between:
            yield from self._read_again(known)
        yield from self._afterwards(known, bool(way))

    def _read_again(self, known: Known, more: tuple[int, ...] = ()) -> Iterator[str]:
        """Call what everybody calls; between two commits of one verb it may say what is not done yet."""
        for line in (NEXT, *READING):
            found = called(line)
            unfinished = found.code in more and "hint:" in found.said
            if not (found.code in known.read[line] or unfinished) or "Traceback" in found.said:
                yield f"{line}: exit {found.code}, not {set(known.read[line])}: {found.said}"

    def _left(self, known: Known) -> Iterator[str]:
        now = taken(self.world)
        old, new, _ = known.pictures
        if amiss := unsound(self.world):
            yield f"git fsck: {amiss}"
        if now.subjects not in [new.subjects[:n] for n in range(len(old.subjects), len(new.subjects) + 1)]:
            yield f"commits {now.subjects[-3:]}, neither {old.subjects[-2:]} nor {new.subjects[-3:]}"
        if now.status not in (old.status, new.status):
            yield f"status {now.status}, neither {old.status} nor {new.status}"
        if hidden := secrets_in(self.world):
            yield f"a secret in plain in {hidden}"

    def _afterwards(self, known: Known, other_way: bool) -> Iterator[str]:
        for line in self.verb.sweeps:
            called(line)
        now = taken(self.world)
        _, new, twice = known.pictures
        if not other_way and not set(new.subjects) <= set(now.subjects):
            yield f"in the end commits {now.subjects[-3:]}, not {new.subjects[-3:]}"
        if not other_way and now.status not in (new.status, twice.status):
            yield f"in the end status {now.status}, not {new.status}"
        if files := sorted(now.names - known.names):
            yield f"left in the end: {files}"
        source = self.world.inputs / "source"
        if source.exists() and called("secret get spare").said.strip() != source.read_text():
            yield "the secret is not what its source was told"


def killed(world: World, name: str, first: int, stride: int, stop=kill) -> Iterator[tuple[int, list[str]]]:
    """Kill a verb at the steps from the first on; give each with what was wrong after it."""
    world.again()
    verb = WRITES[name]
    prepared(world, verb)
    ready = World(world.base.parent, kept="ready")
    ready.keep()
    killer = Killer(world, verb)
    known = killer.known()
    for at in range(min(first, known.steps), known.steps + 1, stride):
        ready.again()
        done = killer.run(at, stop)
        way = ("", *verb.ways)[at % (len(verb.ways) + 1)]
        fine = done.code in ENDS[stop] and "Traceback" not in done.said
        wrong = [] if fine else [f"stopped, it ended with {done.code}: {done.said}"]
        yield at, wrong + list(killer.problems(known, way))


def main(base: Path, names: list[str], first: int, stride: int, stop=kill) -> int:
    """Print each step and what was wrong; whether anything was."""
    world, amiss = World(base), 0
    world.entered()
    warmed()
    for name in names:
        for at, wrong in killed(world, name, first, stride, stop):
            amiss += bool(wrong)
            for one in wrong:
                print(f"{name} at {at}: {one}", flush=True)
            if not wrong:
                print(f"{name} at {at}: fine", flush=True)
    return bool(amiss)


if __name__ == "__main__":
    given = sys.argv[2].split(",")
    how = {stop.__name__: stop for stop in ENDS}[sys.argv[5]]
    sys.exit(main(Path(sys.argv[1]), given, int(sys.argv[3]), int(sys.argv[4]), how))
