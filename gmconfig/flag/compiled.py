"""Flags of one environment as flagd's file: the same bytes for the same flags, always."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gmconfig.errors import BrokenConfiguration
from gmconfig.finding import Place
from gmconfig.flag.catalogue import Catalogue, sound
from gmconfig.flag.flagd.bucketing import Bucketing, marked
from gmconfig.flag.flagd.flag_set import FlagSet
from gmconfig.flag.lowering import Lowering
from gmconfig.flag.seen import Seen
from gmconfig.flag.trouble import Trouble

if TYPE_CHECKING:
    from gmconfig.project import Project
    from gmconfig.storage.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a flagd file holds, how its users are bucketed, and what the branches of each flag are called."""

    content: Mapping[str, Any]
    bucketing: Bucketing
    labels: Mapping[str, Sequence[str]]

    def text(self) -> str:
        """Give the file's text."""
        from gmconfig.config.formats import as_json

        return as_json(self.content)

    def raw(self) -> bytes:
        """Give the file's bytes, for a target or an application to read."""
        return self.text().encode()

    def flag_set(self, clock: Callable[[], float] = time.time) -> FlagSet:
        """Give the flags ready to be asked."""
        return FlagSet(self.content, self.bucketing, labels=self.labels, clock=clock)


def document(project: Project, snapshot: Snapshot, environment: str | None = None) -> Compiled:
    """Compile the flags of a snapshot as an environment sees them: what targets are given as `flags`.

    Its `raw()` is the file. The same snapshot gives the same bytes, on every machine and at any time.

    Raises:
        BrokenConfiguration: a flag file cannot be read, or a flag not be compiled.
        UnknownEnvironment: the snapshot's gmconfig.yaml does not declare the environment.
    """
    project = project.at(snapshot)
    return compiled(sound(project, snapshot), project.chain(environment))


def compiled(
    catalogue: Catalogue, chain: Sequence[str] = (), names: Collection[str] | None = None
) -> Compiled:
    """Compile all flags, or some, as an environment sees them, given with its ancestors.

    Raises:
        BrokenConfiguration: a flag cannot be compiled.
    """
    work = lowering(catalogue, chain)
    definitions, labels = {}, {}
    for name in sorted(catalogue.flags.keys() if names is None else catalogue.flags.keys() & names):
        try:
            lowered = work.lowered(name)
        except Trouble as trouble:
            where = place_of(catalogue, name, trouble, chain)
            message = f'flag "{name}": {trouble.message}'
            raise BrokenConfiguration(message, hint=trouble.hint, place=where) from trouble
        definitions[name], labels[name] = lowered.definition, lowered.labels
    content = {**catalogue.extras(), "flags": definitions}
    if catalogue.evaluators:
        rules = {name: file.section("evaluators")[name] for name, file in catalogue.evaluators.items()}
        content["$evaluators"] = rules
    if metadata := marked(catalogue.metadata(), catalogue.bucketing):
        content["metadata"] = metadata
    return Compiled(content, catalogue.bucketing, labels)


def lowering(catalogue: Catalogue, chain: Sequence[str]) -> Lowering:
    """Give what compiles the flags of an environment, one by one."""
    segments = {name: file.section("segments")[name] for name, file in catalogue.segments.items()}
    return Lowering(Seen(catalogue, chain), segments)


def place_of(catalogue: Catalogue, name: str, trouble: Trouble, chain: Sequence[str]) -> Place:
    """Say where what is wrong with a flag stands."""
    if trouble.segment is not None:
        return catalogue.segments[trouble.segment].place(("segments", trouble.segment, *trouble.keys))
    return catalogue.place(name, trouble.keys, chain)
