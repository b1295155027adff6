"""Events of flags, from the folder that programs write to into the database that reports are made of."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from gmconfig.api.flag.experiments import experiment, experiments
from gmconfig.errors import NotFound, Refused, UsageError
from gmconfig.flag.event.analytics import FeatureAnalytics, analytics
from gmconfig.flag.event.ingest import KEEP_DAYS, Ingested, ingest
from gmconfig.flag.event.store import Run, Store, converted
from gmconfig.flag.experiment.assessment import Assessment, Observed, assess
from gmconfig.flag.experiment.inference import AlwaysValid, Fixed
from gmconfig.flag.moment import seconds
from gmconfig.path.nearest import did_you_mean
from gmconfig.storage.state import state_folder

if TYPE_CHECKING:
    from gmconfig.api.workspace import Workspace
    from gmconfig.flag.event.line import Event
    from gmconfig.flag.experiment.definition import Experiment

DATABASE = "flag-events.sqlite"
_IN_MEMORY = ":memory:"


class Given(NamedTuple):
    """Where events are: in the folder that programs write to, or kept by the one that asks."""

    folder: str | None
    kept: tuple[Event, ...] = ()


def ingested(workspace: Workspace, folder: str | None) -> Ingested:
    """Load what programs have written since the last time.

    Raises:
        NotFound: no folder of events is known, or it is not there.
    """
    if folder is None:
        raise NotFound(
            "nothing says where programs write events", hint="flags: {events_dir: …} in gmconfig.yaml"
        )
    days = workspace.project.settings.section("flags").get("keep_days")
    keep = float(days) if isinstance(days, int | float) else KEEP_DAYS
    return ingest(folder, _database(workspace), keep_days=keep, keep_since=_earliest_start(workspace))


def feature_analytics(workspace: Workspace, given: Given, name: str, hours_back: float) -> FeatureAnalytics:
    """Count a flag's users of the last hours, by variant and reason; of all environments if none is meant.

    Raises:
        NotFound: there is no such flag, and never was while events are kept.
    """
    if not 0 < hours_back <= 24 * 36_525:
        raise UsageError(f"{hours_back:g} hours cannot be looked back")
    now = time.time()
    with _loaded(workspace, given) as store:
        found = analytics(store, name, workspace.environment, now - hours_back * 3600, now)
    if not found.users and name not in _flags(workspace):
        hint = did_you_mean(name, tuple(_flags(workspace)), "gmconfig flag list")
        raise NotFound(f'no flag named "{name}"', hint=hint)
    return found


def experiment_report(
    workspace: Workspace, given: Given, name: str, *, fixed: bool = False, alpha: float = 0.05
) -> Assessment:
    """Judge an experiment by what was seen until now, or until it was stopped.

    Raises:
        NotFound: there is no such experiment.
        Refused: it was never started.
    """
    found = experiment(workspace, name, workspace.environment)
    if not 0 < alpha < 1:
        raise UsageError(f"{alpha:g} is not an error rate", hint="such as 0.05")
    if found.started is None:
        hint = f"gmconfig flag experiment start {found.flag}"
        raise Refused(f'experiment "{found.name}" was not started', hint=hint)
    with _loaded(workspace, given) as store:
        observed = _observed(store, found, _run(workspace, store, found))
    return assess(found, observed, Fixed(alpha) if fixed else AlwaysValid(alpha, found.planned_users))


def _observed(store: Store, found: Experiment, run: Run) -> Observed:
    users, in_several = store.assigned(run)
    stopped = seconds(found.stopped) if found.stopped else None
    until = (time.time() if stopped is None else float(stopped)) + 1  # moments are written in whole seconds
    samples = {
        (metric, variant): sample
        for metric, kind in found.metrics.items()
        for variant, sample in store.samples(run, metric, kind, users, until).items()
    }
    return Observed(users, in_several, samples)


def _run(workspace: Workspace, store: Store, found: Experiment) -> Run:
    """Name the run: in the environment that is meant, else in the only one where it was seen."""
    started = str(found.started)
    seen = store.environments(found.name, started)
    if workspace.environment is None and len(seen) > 1:
        named = ", ".join(environment or "(none)" for environment in seen)
        raise UsageError(f'"{found.name}" was seen in several environments: {named}', hint="-e ENV")
    only = seen[0] if seen else ""
    return Run(found.name, started, workspace.environment or only)


@contextmanager
def _loaded(workspace: Workspace, given: Given) -> Iterator[Store]:
    """Load what is new, and open the database; without a folder what was kept, or as it was loaded by hand."""
    database = _IN_MEMORY if given.kept else _database(workspace)
    if not given.kept and (_is_folder(given.folder) or not os.path.exists(database)):
        ingested(workspace, given.folder)  # says what is missing
    store = Store(database)
    if given.kept:
        store.add(given.kept)
    try:
        with converted(database):
            yield store
    finally:
        store.close()


def _is_folder(folder: str | None) -> bool:
    return folder is not None and os.path.isdir(folder)


def _database(workspace: Workspace) -> str:
    project = workspace.project
    return os.path.join(state_folder(project.git_folder or project.root), DATABASE)


def _earliest_start(workspace: Workspace) -> float | None:
    """Give since when the oldest running experiment runs: its events are kept."""
    every = (one for name in (None, *workspace.project.environments) for one in experiments(workspace, name))
    starts = [moment for one in every if one.is_running and (moment := seconds(one.started)) is not None]
    return float(min(starts)) if starts else None


def _flags(workspace: Workspace) -> set[str]:
    from gmconfig.flag.catalogue import read

    return set(read(workspace.project, workspace.project.worktree()).flags)
