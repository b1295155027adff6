"""Whom a change of flags moves: told with every change, and asked about before users are dealt out anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.api.flag.answers import FlagDifference, FlagOutcome
from gmconfig.errors import BrokenConfiguration, Refused
from gmconfig.flag.catalogue import read
from gmconfig.flag.compiled import compiled
from gmconfig.flag.movement import moves
from gmconfig.flag.people import made_up, units_of
from gmconfig.flag.rebucketing import SAMPLE, rebucketings
from gmconfig.storage.snapshot import Proposed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gmconfig.api.outcome import Outcome
    from gmconfig.flag.compiled import Compiled
    from gmconfig.project import Project
    from gmconfig.storage.change import FileEdit


class Movement:
    """The flags before and after a change that is not made yet; what cannot be compiled moves nobody."""

    def __init__(self, project: Project, edits: Mapping[str, FileEdit]) -> None:
        worktree = project.worktree()
        contents = {
            file: edit.apply(worktree.read(file) if worktree.exists(file) else None)
            for file, edit in edits.items()
        }
        self._project = project
        self.before = read(project, worktree)
        self.after = read(project, Proposed(worktree, contents))

    def check_buckets(self) -> None:
        """Ask back before users are dealt out anew.

        Raises:
            Refused: they would be; the message says how many of them.
        """
        chains = {name: self._project.chain(name) for name in (None, *self._project.environments)}
        found = rebucketings(self.before, self.after, chains)
        if found:
            worst = max(found, key=lambda one: max(one.moved.values()))
            more = f"; {len(found) - 1} more flags move users" if len(found) > 1 else ""
            raise Refused(f'flag "{worst.flag}": {worst}{more}', hint="--rebucket does it all the same")

    def differences(self, name: str | None, was: str | None) -> Iterator[FlagDifference]:
        """Yield whom a change of one flag (of all without a name) moves, an environment each."""
        for environment in self._project.environments or (None,):
            chain = self._project.chain(environment)
            try:
                old = compiled(self.before, chain, {was or name} if name else None)
                new = compiled(self.after, chain, {name} if name else None)
            except BrokenConfiguration:
                continue
            names = [name] if name else sorted({*old.content["flags"]} & {*new.content["flags"]})
            yield from _between(old, new, names, was, environment)


def with_moves(outcome: Outcome, moved: Sequence[FlagDifference]) -> FlagOutcome:
    """Give an outcome that says whom the change moves."""
    return FlagOutcome(**outcome.held(), moves=tuple(moved))


def _between(
    old: Compiled, new: Compiled, names: Sequence[str], was: str | None, environment: str | None
) -> Iterator[FlagDifference]:
    differing = [name for name in names if _differs(old, new, name, was or name)]
    if not differing:
        return
    people = made_up(SAMPLE, units_of(old.content) | units_of(new.content))
    before, after = old.flag_set(), new.flag_set()
    for name in differing:
        found = moves(before, after, name, people, was=was)
        if found:
            yield FlagDifference(name, len(people), found, environment=environment)


def _differs(old: Compiled, new: Compiled, name: str, was: str) -> bool:
    one, other = old.content["flags"].get(was), new.content["flags"].get(name)
    return (
        one is not None
        and other is not None
        and (one != other or was != name or old.bucketing != new.bucketing)
    )
