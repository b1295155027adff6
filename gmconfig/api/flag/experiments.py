"""Experiments on flags: each begins and ends with a commit; the report reads what was seen in between."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gmconfig.api.flag import changes as flag_changes
from gmconfig.errors import BrokenConfiguration, NotFound, Refused, UsageError
from gmconfig.flag.catalogue import Catalogue, sound
from gmconfig.flag.compiled import lowering, place_of
from gmconfig.flag.experiment.definition import KINDS, Experiment, experiment_of
from gmconfig.flag.lowering import Lowering, off_variant, state_of, variants_of
from gmconfig.flag.state import FeatureState
from gmconfig.flag.trouble import Trouble
from gmconfig.path import did_you_mean

if TYPE_CHECKING:
    from gmconfig.api.flag.answers import FlagOutcome
    from gmconfig.api.outcome import How
    from gmconfig.api.workspace import Workspace
    from gmconfig.path import Keys

Variants = Sequence[str] | Mapping[str, Any]
Allocation = Sequence[float] | Mapping[str, float]
Metrics = Sequence[str] | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """What `flag experiment start` was told; None leaves what the file says."""

    name: str | None = None
    variants: Variants | None = None
    allocation: Allocation | None = None
    metrics: Metrics | None = None
    control: str | None = None
    planned_users: int | None = None
    minimum_effect: float | None = None


def start(workspace: Workspace, flag_name: str, plan: Plan, how: How) -> FlagOutcome:
    """Begin an experiment on a flag: from this commit on its split stays as it is.

    Raises:
        NotFound: there is no such flag.
        Refused: one is running on it.
        UsageError: variants and shares do not fit each other.
    """
    catalogue = flag_changes.known(_catalogue(workspace), flag_name)
    flag = catalogue.flag(flag_name, workspace.project.chain(workspace.given))
    _check_idle(catalogue, workspace, flag_name, flag)
    values: dict[Keys, object] = {("state",): "experiment"}
    values |= _variants(flag, plan)
    values |= _allocation(flag, plan)
    values[("experiment",)] = _told(flag, plan)
    name = plan.name or (flag.get("experiment") or {}).get("name") or flag_name
    subject = f"start experiment {name}"
    return flag_changes.set_paths(workspace, flag_name, values, how, "experiment-start", subject=subject)


def stop(workspace: Workspace, name: str, serve: str | None, how: How) -> FlagOutcome:
    """End an experiment: everybody gets one variant, the control unless another is named.

    Raises:
        NotFound: there is no such experiment.
        Refused: it is not running.
    """
    found = experiment(workspace, name, workspace.given)
    if not found.is_running:
        raise Refused(
            f'experiment "{found.name}" is not running', hint=f"gmconfig flag experiment start {found.flag}"
        )
    flag = _catalogue(workspace).flag(found.flag, workspace.project.chain(workspace.given))
    chosen = found.control if serve is None else _known_variant(flag, serve)
    values: dict[Keys, object] = {("state",): "disabled"}
    if chosen != off_variant(flag, variants_of(flag)):
        values = {("state",): "enabled", ("serve",): chosen}
    values[("experiment", "stopped")] = _now()
    subject = f"stop experiment {found.name}, {chosen} for everybody"
    return flag_changes.set_paths(workspace, found.flag, values, how, "experiment-stop", subject=subject)


def experiment(workspace: Workspace, name: str, environment: str | None) -> Experiment:
    """Find an experiment by its name or its flag's, running or not.

    Raises:
        NotFound: there is none in that environment; the hint names the one where it is.
    """
    catalogue = _catalogue(workspace)
    found = _found(workspace, catalogue, name, environment)
    if found is not None:
        return found
    homes = (one for one in workspace.project.environments if _found(workspace, catalogue, name, one))
    home = next(homes, None)
    known = [word for one in experiments(workspace, environment) for word in (one.name, one.flag)]
    other = did_you_mean(name, known, "gmconfig flag experiment list")
    hint = f"it is defined in {home}: -e {home}" if home else other
    raise NotFound(f'no experiment named "{name}"' + (f" in {environment}" if environment else ""), hint=hint)


def experiments(workspace: Workspace, environment: str | None) -> list[Experiment]:
    """Give every experiment that an environment sees, by flag."""
    return list(_every(workspace, _catalogue(workspace), environment))


def _found(
    workspace: Workspace, catalogue: Catalogue, name: str, environment: str | None
) -> Experiment | None:
    every = list(_every(workspace, catalogue, environment))
    by_name = [one for one in every if one.name == name]
    return next(iter(by_name or [one for one in every if one.flag == name]), None)


def _every(workspace: Workspace, catalogue: Catalogue, environment: str | None) -> Any:
    chain = workspace.project.chain(environment)
    work = lowering(catalogue, chain)
    for name, flag in work.flags.items():
        if not flag.get("experiment"):
            continue
        as_run = {**flag, "state": "experiment"}
        try:
            definition = Lowering({**work.flags, name: as_run}, work.segments).lowered(name).definition
            yield experiment_of(name, as_run, definition)
        except Trouble as trouble:
            where = place_of(catalogue, name, trouble, chain)
            message = f'flag "{name}": {trouble.message}'
            raise BrokenConfiguration(message, hint=trouble.hint, place=where) from trouble


def _catalogue(workspace: Workspace) -> Catalogue:
    return sound(workspace.project, workspace.project.worktree())


def _check_idle(catalogue: Catalogue, workspace: Workspace, name: str, flag: Mapping[str, Any]) -> None:
    told = flag.get("experiment") or {}
    running = told.get("started") and not told.get("stopped")
    if running and state_of(flag) is FeatureState.EXPERIMENT:
        place = catalogue.place(name, ("experiment", "started"), workspace.project.chain(workspace.given))
        raise Refused(
            f'an experiment runs on "{name}" since {told["started"]}',
            hint=f"gmconfig flag experiment stop {name}",
            place=place,
        )


def _variants(flag: Mapping[str, Any], plan: Plan) -> dict[Keys, object]:
    """Write variants that the flag does not have; of a boolean flag the first named one is its false."""
    known = variants_of(flag)
    given = plan.variants or ()
    if isinstance(given, Mapping):
        wanted = dict(given)
    elif all(name in known for name in given):
        return {}
    elif flag.get("variants") or flag.get("type") not in (None, "boolean"):
        missing = next(name for name in given if name not in known)
        raise UsageError(f'the flag has no variant "{missing}"', hint=f"variants: {', '.join(known)}")
    else:
        wanted = {name: index > 0 for index, name in enumerate(given)}
    if all(name in known and known[name] == value for name, value in wanted.items()):
        return {}
    first, *others = wanted
    return {("variants",): wanted, ("default",): plan.control or first, ("serve",): (others or [first])[0]}


def _allocation(flag: Mapping[str, Any], plan: Plan) -> dict[Keys, object]:
    if plan.allocation is None:
        return {}
    shares = _shares(plan)
    if sum(shares.values()) <= 1:
        total = sum(shares.values())
        raise UsageError(
            f"the allocation adds up to {total:g} %", hint="percentages are meant, such as 50 and 50"
        )
    known = (flag.get("rollout") or {}).get("percentage")
    removed: dict[Keys, object] = {} if known is None else {("rollout", "percentage"): None}
    return {**removed, ("rollout", "variants"): shares}


def _shares(plan: Plan) -> dict[str, float]:
    allocation = plan.allocation or {}
    if isinstance(allocation, Mapping):
        return {name: flag_changes.plain_number(share) for name, share in allocation.items()}
    names = list(plan.variants or ())
    if len(names) != len(allocation):
        raise UsageError(
            f"{len(allocation)} shares for {len(names)} variants", hint="name both in the same order"
        )
    return {name: flag_changes.plain_number(share) for name, share in zip(names, allocation, strict=True)}


def _told(flag: Mapping[str, Any], plan: Plan) -> dict[str, object]:
    """Give what stands under `experiment:`; what the plan leaves open stays."""
    kept = {key: value for key, value in (flag.get("experiment") or {}).items() if key != "stopped"}
    first = next(iter(plan.variants), None) if plan.variants else None
    given = {
        "name": plan.name,
        "control": plan.control or first,
        "metrics": _metrics(plan.metrics) if plan.metrics else None,
        "planned_users": plan.planned_users,
        "minimum_effect": plan.minimum_effect,
        "started": _now(),
    }
    return kept | {key: value for key, value in given.items() if value is not None}


def _metrics(metrics: Metrics) -> dict[str, str]:
    found = dict(metrics) if isinstance(metrics, Mapping) else dict.fromkeys(metrics, KINDS[0])
    for kind in found.values():
        if kind not in KINDS:
            raise UsageError(f'"{kind}" is not a kind of metric', hint=f"one of: {', '.join(KINDS)}")
    return found


def _known_variant(flag: Mapping[str, Any], name: str) -> str:
    known = variants_of(flag)
    if name not in known:
        raise UsageError(f'the flag has no variant "{name}"', hint=f"variants: {', '.join(known)}")
    return name


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
