"""Stops a verb at its steps, one run for each, and looks at what is left; prints what was wrong.

Run as a program, so that no thread or warning filter of the test runner is forked:
`killed.py BASE NAME,… HOW,… FIRST STRIDE`, with the world that `world.py` made in BASE. HOW is a fault of
`injected.py`; several take turns. A step is a system call of gmconfig or of its git that changes a file; where no
process may be watched it is said so, and Python's own steps take their place.
`spread N` in place of FIRST and STRIDE goes to N steps all over the verb; `each N` to every step that no verb named
before took, and to N more of each verb.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.child import AUDITED, Called, called, called_watched, warmed
from tests.faults.injected import FAULTS
from tests.faults.picture import Picture, plain, secrets_in, taken, unsound
from tests.faults.prepare import command, prepared
from tests.faults.tracer import Step, can_trace
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

TOLD = frozenset(range(7))
ENDS = {
    "all_die": {-9},
    "one_dies": {-9, *TOLD},
    "interrupted": {-2, 130, *TOLD},
}
"""How a verb may end that was stopped so; in all other ways it tells what was wrong."""

LOCKED = re.compile(r'keeps "(?P<file>[^"]+)" locked\n.*: remove that file there')

MAY_STAY = {"denied": ("run/",)}
"""Where a secret in plain may lie after it: nobody may remove it from memory then; the next who may does."""

Chosen = Callable[[Sequence[str]], Iterator[int]]
"""Which of a verb's steps to stop it at."""


@dataclass(frozen=True)
class Known:
    """What a verb does when nobody stops it: the pictures before, after, and after the second time."""

    steps: tuple[str, ...]
    codes: frozenset[int]
    pictures: tuple[Picture, ...]
    read: dict[str, frozenset[int]]

    @property
    def names(self) -> frozenset[str]:
        """Every name that may lie about."""
        return frozenset().union(*(one.names for one in self.pictures))


class Killer:
    """One verb in one world."""

    def __init__(self, world: World, verb: Verb, watching: bool) -> None:
        self.world, self.verb, self.watching = world, verb, watching
        self.line, self.stdin = command(world, verb)

    def known(self) -> Known:
        """Let it run to its end, twice."""
        old, told = taken(self.world), [self._read()]
        first, steps = self.stopped("all_die", at=sys.maxsize)
        assert first.code == self.verb.code, f"{self.line}: exit {first.code}\n{first.said}"
        new = taken(self.world)
        told.append(self._read())
        second = self.run()
        read = {line: frozenset(one[line] for one in told) for line in (NEXT, *READING)}
        again = frozenset({first.code, second.code})
        return Known(steps, again, (old, new, taken(self.world)), read)

    def _read(self) -> dict[str, int]:
        return {line: called(line).code for line in (NEXT, *READING)}

    def run(self) -> Called:
        """Run the verb's line to its end."""
        return called(self.line, self.stdin)

    def stopped(self, how: str, at: int) -> tuple[Called, tuple[str, ...]]:
        """Run it to a step, and name those that it took."""
        if not self.watching:
            done = called(self.line, self.stdin, at, AUDITED[how])
            return done, tuple(map(str, range(done.steps)))
        done, watch = called_watched(self.line, self.stdin, str(self.world.base), FAULTS[how](at))
        assert not watch.hangs, f"{self.line}: hangs, {how} at {at}"
        return done, tuple(map(_named, watch.steps))

    def problems(self, known: Known, at: int, may_stay: Sequence[str] = ()) -> Iterator[str]:
        """Look at what a stop left; then go a way out, and call the verb again."""
        way = ("", *self.verb.ways)[at % (len(self.verb.ways) + 1)]
        reading = (NEXT, *READING[at % 5 :: 5])
        before, after = (len(one.subjects) for one in known.pictures[:2])
        between = before < len(taken(self.world).subjects) < after
        yield from self._read_again(known, reading, (1, 4) if between else ())
        yield from self._left(known, may_stay)
        if way:
            found = called(way)
            if found.code not in (0, 1, 4) or "Traceback" in found.said:
                yield f"{way}: exit {found.code}: {found.said}"
        again = self._again()
        if again.code not in known.codes or "Traceback" in again.said:
            yield f"the same again: exit {again.code}, not {set(known.codes)}: {again.said}"
        if between:
            yield from self._read_again(known, (NEXT, *READING))
        yield from self._afterwards(known, bool(way))

    def _again(self) -> Called:
        """Call it once more, and do as a hint says: a dead git's lock at the remote is taken away by people."""
        if self.verb.discards:
            shutil.rmtree(self.world.base / self.verb.discards, ignore_errors=True)
        found = self.run()
        if lock := LOCKED.search(found.said):
            Path(lock["file"]).unlink()
            found = self.run()
        return found

    def _read_again(self, known: Known, lines: Sequence[str], more: tuple[int, ...] = ()) -> Iterator[str]:
        """Call what everybody calls; between two commits of one verb it may say what is not done yet."""
        for line in lines:
            found = called(line)
            unfinished = found.code in more and "hint:" in found.said
            if not (found.code in known.read[line] or unfinished) or "Traceback" in found.said:
                yield f"{line}: exit {found.code}, not {set(known.read[line])}: {found.said}"

    def _left(self, known: Known, may_stay: Sequence[str]) -> Iterator[str]:
        now = taken(self.world)
        old, new, _ = known.pictures
        if amiss := unsound(self.world):
            yield f"git fsck: {amiss}"
        if now.subjects not in [new.subjects[:n] for n in range(len(old.subjects), len(new.subjects) + 1)]:
            yield f"commits {now.subjects[-3:]}, neither {old.subjects[-2:]} nor {new.subjects[-3:]}"
        if now.status not in (old.status, new.status):
            yield f"status {now.status}, neither {old.status} nor {new.status}"
        if hidden := [name for name in secrets_in(self.world) if not name.startswith(tuple(may_stay))]:
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


def killed(
    world: World, name: str, ways: Sequence[str], chosen: Chosen, watching: bool
) -> Iterator[tuple[str, list[str]]]:
    """Stop a verb at chosen steps, one way after the other; give each with what was wrong after it."""
    world.again()
    verb = WRITES[name]
    prepared(world, verb)
    ready = World(world.base.parent, kept="ready")
    ready.keep()
    killer = Killer(world, verb, watching)
    known = killer.known()
    for number, at in enumerate(chosen(known.steps)):
        ready.again()
        how = ways[number % len(ways)]
        done, _ = killer.stopped(how, at)
        if how == "all_die":
            world.forget_memory()
        wrong = [] if _fine(how, done, known) else [f"stopped, it ended with {done.code}: {done.said}"]
        yield (
            f"{how} at {at}/{len(known.steps)} {known.steps[at - 1]}",
            wrong + list(killer.problems(known, at, MAY_STAY.get(how, ()))),
        )


def _named(step: Step) -> str:
    """Name a step as two runs have it in common; what git does to found a repository is one thing."""
    path = "" if step.program in ("git init", "git clone") else plain(step.path)
    return f"{step.program}: {step.call.name} {path}"


def _fine(how: str, done: Called, known: Known) -> bool:
    """Whether it ended as one that was stopped so may; with a reason, where it could still give one."""
    helped = "hint: " in done.said or how not in ("full", "denied")
    if done.code in (3, 4) and not ("gmconfig: " in done.said and helped):
        return False
    return done.code in {*known.codes, *ENDS.get(how, TOLD)} and "Traceback" not in done.said


def from_on(first: int, stride: int) -> Chosen:
    """Choose a step and every so many after it."""
    return lambda steps: iter(range(min(first, len(steps)), len(steps) + 1, stride))


def spread(count: int) -> Chosen:
    """Choose so many steps, all over the verb."""
    return lambda steps: (len(steps) * (2 * number + 1) // (2 * count) + 1 for number in range(count))


def each_new(more: int) -> Chosen:
    """Choose what no verb has done before, and some more, spread over each verb."""
    seen: set[str] = set()

    def chosen(steps: Sequence[str]) -> Iterator[int]:
        spread = {len(steps) * n // (more + 1) + 1 for n in range(1, more + 1)}
        for at, step in enumerate(steps, 1):
            if step not in seen or at in spread:
                seen.add(step)
                yield at

    return chosen


def main(base: Path, names: list[str], ways: list[str], chosen: Chosen) -> int:
    """Print each step and what was wrong; whether anything was."""
    world, amiss = World(base), 0
    world.entered()
    warmed()
    watching = can_trace()
    if not watching:
        print(
            "no process may be watched here, so that Python's own steps take the place of system calls: fine"
        )
    for name in names:
        for at, wrong in killed(world, name, ways, chosen, watching):
            amiss += bool(wrong)
            for one in wrong:
                print(f"{name}, {at}: {one}", flush=True)
            if not wrong:
                print(f"{name}, {at}: fine", flush=True)
    return bool(amiss)


if __name__ == "__main__":
    given = list(WRITES) if sys.argv[2] == "all" else sys.argv[2].split(",")
    number = int(sys.argv[5])
    where = {"each": each_new, "spread": spread}.get(sys.argv[4], lambda _: from_on(int(sys.argv[4]), number))
    sys.exit(main(Path(sys.argv[1]), given, sys.argv[3].split(","), where(number)))
