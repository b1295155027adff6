"""Asking flags for many users: what a change of a flag would mean, and where two versions differ."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gmconfig.api.flag.answers import FlagDifference, Simulation
from gmconfig.errors import BrokenConfiguration, NotFound
from gmconfig.flag.catalogue import sound
from gmconfig.flag.compiled import compiled
from gmconfig.flag.movement import moves
from gmconfig.flag.past import versions
from gmconfig.flag.people import made_up, units_of
from gmconfig.flag.stale import Settling
from gmconfig.flag.telling import change
from gmconfig.path import did_you_mean
from gmconfig.storage.bounds import read_json

if TYPE_CHECKING:
    from gmconfig.api.workspace import Workspace
    from gmconfig.flag.flagd.flag_set import FlagSet
    from gmconfig.flag.people import Person
    from gmconfig.project import Project
    from gmconfig.storage.snapshot import Snapshot


def people_in(lines: Iterable[str], source: str) -> Iterator[Person]:
    """Read users, one a line: a key, or a JSON map of the context with its `targetingKey`.

    Raises:
        BrokenConfiguration: a line is neither.
    """
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text.startswith("{"):
            if text:
                yield text, {}
            continue
        try:
            context = read_json(text)
        except (ValueError, RecursionError) as error:
            raise BrokenConfiguration(f"{source}:{number}: not JSON: {error}") from error
        key = context.pop("targetingKey", None)
        yield None if key is None else str(key), context


def simulated(
    name: str, environment: str | None, flags: FlagSet, people: Sequence[Person], proposed: FlagSet | None
) -> Simulation:
    """Say how a flag falls out for people; with a proposal, how that does, and whom it moves."""
    now = [flags.evaluate(name, user, context) for user, context in people]
    then = [proposed.evaluate(name, user, context) for user, context in people] if proposed else now
    moved = sum(old.variant != new.variant for old, new in zip(now, then, strict=True)) if proposed else None
    return Simulation(
        name,
        environment,
        len(people),
        dict(Counter(decision.variant for decision in then).most_common()),
        dict(Counter(decision.rule for decision in then).most_common()),
        moved,
    )


def differences(
    workspace: Workspace, left: str, right: str, names: Sequence[str], people: Sequence[Person] | int
) -> tuple[FlagDifference, ...]:
    """Compare flags between two sides: environments, revisions, or `environment@revision`.

    Raises:
        NotFound: neither side has a flag that was named.
    """
    before, after = Side.named(workspace, left), Side.named(workspace, right)
    there = sorted({*before.flags, *after.flags})
    for name in names:
        if name not in there:
            hint = did_you_mean(name, there, "gmconfig flag list")
            raise NotFound(f'no flag named "{name}" in {left} or {right}', hint=hint)
    if isinstance(people, int):
        people = made_up(people, units_of(before.flags.content) | units_of(after.flags.content))
    return tuple(_difference(name, before, after, people) for name in names or there)


class Side:
    """One side of a comparison: an environment's flags in some version."""

    def __init__(self, label: str, project: Project, snapshot: Snapshot, environment: str | None) -> None:
        self.label = label
        self.project = project.at(snapshot)
        self.chain = self.project.chain(environment)
        self.commit = snapshot.commit
        self.catalogue = sound(self.project, snapshot)
        self.flags = compiled(self.catalogue, self.chain).flag_set()

    @classmethod
    def named(cls, workspace: Workspace, text: str) -> Side:
        """Read `production`, `HEAD~3` or `production@HEAD~3`; an environment goes before a revision of its name."""
        project, environment = workspace.project, workspace.environment
        name, at, revision = text.partition("@")
        if text in project.environments:
            return cls(text, project, project.worktree(), text)
        if at and name in project.environments:
            return cls(text, project, project.snapshot(revision), name)
        return cls(text, project, project.snapshot(text), environment)

    def written(self, name: str) -> Mapping[str, Any] | None:
        """Give a flag's definition with this side's overrides; None if it has no such flag."""
        return self.catalogue.flag(name, self.chain) if name in self.flags else None

    def settled(self, name: str) -> str | None:
        """Say what everybody has got here, and for how long, if nobody was told apart."""
        since = Settling(
            self.catalogue,
            list(versions(self.project, self.commit or "HEAD")),
            {None: self.chain},
            time.time(),
        )
        found = since(name)
        return f"{found[0]} for {found[1]:,} days" if found else None


def _difference(name: str, before: Side, after: Side, people: Sequence[Person]) -> FlagDifference:
    only = None if name in before.flags and name in after.flags else before if name in before.flags else after
    found = moves(before.flags, after.flags, name, people)
    told = change(before.written(name), after.written(name))
    if only is before and not found and (settled := before.settled(name)):
        told += f" ({settled})"
    return FlagDifference(name, len(people), found, only.label if only else None, told=told)
