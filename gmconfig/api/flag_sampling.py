"""Asking flags for many users: what a change of a flag would mean, and where two versions differ."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gmconfig.api.flag_answers import FlagDifference, Move, Simulation
from gmconfig.errors import BrokenConfiguration, UsageError
from gmconfig.flag.catalogue import sound
from gmconfig.flag.compiled import compiled

if TYPE_CHECKING:
    from gmconfig.api.workspace import Workspace
    from gmconfig.flag.flag_set import FlagSet
    from gmconfig.storage.snapshot import Snapshot

Person = tuple[str | None, Mapping[str, Any]]


def made_up(count: int) -> list[Person]:
    """Give users that nobody knows: `user-1`, `user-2` …; the same ones each time."""
    if count < 1:
        raise UsageError("a sample needs at least one user")
    return [(f"user-{number}", {}) for number in range(1, count + 1)]


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
            context = json.loads(text)
        except ValueError as error:
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
    workspace: Workspace, left: str, right: str, names: Sequence[str], people: Sequence[Person]
) -> tuple[FlagDifference, ...]:
    """Compare flags between two sides: environments, revisions, or `environment@revision`."""
    before, after = (_side(workspace, side) for side in (left, right))
    found = names or sorted({*before, *after})
    return tuple(_difference(name, (left, before), (right, after), people) for name in found)


def _difference(
    name: str, left: tuple[str, FlagSet], right: tuple[str, FlagSet], people: Sequence[Person]
) -> FlagDifference:
    (_, before), (_, after) = left, right
    only = None if name in before and name in after else left[0] if name in before else right[0]
    moves: Counter[tuple[str | None, str | None, str]] = Counter()
    for user, context in people:
        old, new = before.evaluate(name, user, context), after.evaluate(name, user, context)
        if (old.variant, old.value) != (new.variant, new.value):
            moves[(old.variant, new.variant, new.rule)] += 1
    found = tuple(Move(*move, users) for move, users in moves.most_common())
    return FlagDifference(name, len(people), found, only)


def _side(workspace: Workspace, text: str) -> FlagSet:
    """Read `production`, `HEAD~3` or `production@HEAD~3`; an environment goes before a revision of its name."""
    project = workspace.project
    snapshot: Snapshot = project.worktree()
    environment = workspace.environment
    name, at, revision = text.partition("@")
    if text in project.environments:
        environment = text
    elif at and name in project.environments:
        environment, snapshot = name, project.snapshot(revision)
    else:
        snapshot = project.snapshot(text)
    then = project.at(snapshot)
    return compiled(sound(then, snapshot), then.chain(environment)).flag_set()
