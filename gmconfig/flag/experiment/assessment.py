"""What an experiment's numbers allow to say: a verdict for each metric and variant, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gmconfig.flag.experiment import mean, proportion
from gmconfig.flag.experiment.comparison import Comparison
from gmconfig.flag.experiment.definition import Experiment
from gmconfig.flag.experiment.inference import Inference
from gmconfig.flag.experiment.mean import Mean
from gmconfig.flag.experiment.power import detectable, power
from gmconfig.flag.experiment.proportion import Proportion
from gmconfig.flag.experiment.several import MISMATCH, holm, split_p_value

Sample = Proportion | Mean


class Verdict(StrEnum):
    """What may be said of a variant beside the control. Undecided is not "no effect"."""

    HIGHER = "higher"
    LOWER = "lower"
    UNDECIDED = "undecided"
    WITHHELD = "withheld"
    NO_USERS = "no users"


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen: users by variant, how many were in several, and what was measured of them.

    `samples` is keyed by metric and variant.
    """

    users: Mapping[str, int]
    in_several: int = 0
    samples: Mapping[tuple[str, str], Sample] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """One metric in one variant, beside the control.

    `adjusted` is the p-value after Holm's correction. `detectable` is the lift that would have been found in
    four of five such experiments; `power` is how often one of the declared minimum would have been.
    """

    metric: str
    kind: str
    variant: str
    verdict: Verdict
    comparison: Comparison | None = None
    adjusted: float = 1.0
    detectable: float | None = None
    power: float | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The report of an experiment.

    A split that is not `is_as_planned` withholds every verdict.

    Attributes:
        experiment: what was judged.
        users: how many users each variant has.
        in_several: how many users were seen in more than one variant; they are left out.
        strangers: how many users are in variants that the experiment does not plan; they are left out.
        split_p_value: how likely such a split of users is, if nothing is wrong with it.
        results: each metric of each treatment against the control.
        method: how it was judged: `always valid` or `fixed horizon`.
        alpha: how often a verdict may be wrong where nothing differs, after Holm's correction.
    """

    experiment: Experiment
    users: Mapping[str, int]
    in_several: int
    strangers: int
    split_p_value: float
    results: tuple[Result, ...]
    method: str
    alpha: float

    @property
    def is_as_planned(self) -> bool:
        """Whether users fell into the variants as they should have."""
        return self.split_p_value >= MISMATCH


def assess(experiment: Experiment, observed: Observed, inference: Inference) -> Assessment:
    """Judge what was observed."""
    users = {variant: observed.users.get(variant, 0) for variant in experiment.arms}
    split = split_p_value(list(users.values()), list(experiment.arms.values()))
    compared = [
        (metric, kind, variant, _compared(experiment, observed, metric, variant, inference))
        for metric, kind in experiment.metrics.items()
        for variant in experiment.treatments
    ]
    adjusted = holm([found.p_value if found else 1.0 for *_, found in compared])
    results = tuple(
        _result(experiment, *one, p_value, split >= MISMATCH, inference)
        for one, p_value in zip(compared, adjusted, strict=True)
    )
    strangers = sum(observed.users.values()) - sum(users.values())
    return Assessment(
        experiment, users, observed.in_several, strangers, split, results, inference.name, inference.alpha
    )


def _compared(
    experiment: Experiment, observed: Observed, metric: str, variant: str, inference: Inference
) -> Comparison | None:
    before = observed.samples.get((metric, experiment.control))
    after = observed.samples.get((metric, variant))
    if before is None or after is None or not before.units or not after.units:
        return None
    if isinstance(before, Proportion) and isinstance(after, Proportion):
        return proportion.compare(before, after, inference)
    if isinstance(before, Mean) and isinstance(after, Mean):
        return mean.compare(before, after, inference)
    return None


def _result(
    experiment: Experiment,
    metric: str,
    kind: str,
    variant: str,
    found: Comparison | None,
    adjusted: float,
    trusted: bool,
    inference: Inference,
) -> Result:
    if found is None:
        return Result(metric, kind, variant, Verdict.NO_USERS)
    verdict = _verdict(found, adjusted, trusted, inference.alpha)
    smallest = detectable(found.error, found.critical) if found.error else None
    effect = experiment.minimum_effect and experiment.minimum_effect / 100 * found.control
    chance = power(effect, found.error, found.critical) if effect else None
    return Result(metric, kind, variant, verdict, found, adjusted, smallest, chance)


def _verdict(found: Comparison, adjusted: float, trusted: bool, alpha: float) -> Verdict:
    if not trusted:
        return Verdict.WITHHELD
    if adjusted > alpha or not found.lift:
        return Verdict.UNDECIDED
    return Verdict.HIGHER if found.lift > 0 else Verdict.LOWER
