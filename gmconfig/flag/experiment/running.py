"""Whether a running experiment is still the one that was started: git's history says how it began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from gmconfig.flag.catalogue import Catalogue
from gmconfig.flag.compiled import lowering
from gmconfig.flag.experiment.definition import Experiment, experiment_of
from gmconfig.flag.lowering import state_of
from gmconfig.flag.past import Version, versions
from gmconfig.flag.state import FeatureState
from gmconfig.flag.trouble import Trouble

if TYPE_CHECKING:
    from gmconfig.path import Keys
    from gmconfig.project import Project


class Altered(NamedTuple):
    """What is not as it was when an experiment began; `keys` lead to what to look at in the flag."""

    flag: str
    environment: str | None
    keys: Keys
    message: str
    hint: str


class _Part(NamedTuple):
    words: str
    keys: Keys


_FIXED = {
    "arms": _Part("the allocation", ("rollout",)),
    "unit": _Part("the unit", ("rollout", "by")),
    "planned_users": _Part("the planned number of users", ("experiment", "planned_users")),
    "split": _Part("who is in which variant (the salt, the variants, their order)", ("rollout",)),
}
"""What stays as it is while an experiment runs."""


def altered(project: Project, catalogue: Catalogue) -> Iterator[Altered]:
    """Yield what was changed in running experiments since the commits that started them.

    An experiment that no commit has started yet may still change.

    Raises:
        GitTrouble: one runs, and there is no history to compare with, or a shallow one.
    """
    running = {
        (environment, one.name, one.started): one
        for environment in (None, *project.environments)
        for one in running_in(catalogue, project.chain(environment))
    }
    if not running:
        return
    begun = _begun(project, set(running))
    for (environment, name, started), one in running.items():
        before = begun.get((environment, name, started))
        if before is not None:
            yield from _differences(*before, one, catalogue, environment)


def running_in(catalogue: Catalogue, chain: tuple[str, ...]) -> Iterator[Experiment]:
    """Yield the experiments that run in an environment; those that cannot be compiled are told elsewhere."""
    names = [name for name in catalogue.flags if _may_run(catalogue.flag(name, chain))]
    if not names:
        return
    work = lowering(catalogue, chain)
    for name in names:
        try:
            found = experiment_of(name, work.flags[name], work.lowered(name).definition)
        except Trouble:
            continue
        if found.is_running:
            yield found


def _may_run(flag: Mapping[str, Any]) -> bool:
    return bool(flag.get("experiment")) and state_of(flag) is FeatureState.EXPERIMENT


Wanted = tuple[str | None, str, str | None]


def _begun(project: Project, wanted: set[Wanted]) -> dict[Wanted, tuple[Version, Experiment]]:
    """Find the oldest commit that has each run: from now on back, until none has any."""
    found: dict[Wanted, tuple[Version, Experiment]] = {}
    for version in versions(project):
        here = {
            key: one
            for environment in {environment for environment, *_ in wanted}
            for one in running_in(version.catalogue, project.chain(environment))
            if (key := (environment, one.name, one.started)) in wanted
        }
        found |= {key: (version, one) for key, one in here.items()}
        if found and not here:
            break
    return found


def _differences(
    version: Version, before: Experiment, now: Experiment, catalogue: Catalogue, environment: str | None
) -> Iterator[Altered]:
    changed = [part for key, part in _FIXED.items() if getattr(before, key) != getattr(now, key)]
    if len(changed) > 1:
        changed = [part for part in changed if part is not _FIXED["split"]]  # said by what made it different
    if version.catalogue.bucketing != catalogue.bucketing:
        changed.append(_Part("the bucketing", ()))
    if changed:
        commit = version.revision.commit[:7]
        words = " and ".join(part.words for part in changed)
        message = f'{words} changed while experiment "{now.name}" runs, which {commit} started'
        hint = f"gmconfig flag experiment stop {now.flag}, then start anew"
        yield Altered(now.flag, environment, changed[0].keys, message, hint)
