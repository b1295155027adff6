"""An experiment as a flag's file defines it: who gets what, what is measured, since when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gmconfig.flag.experiment.inference import PLANNED
from gmconfig.flag.moment import seconds
from gmconfig.flag.trouble import Trouble
from gmconfig.path import did_you_mean

KINDS = ("proportion", "mean")
"""What a metric can be: the share of users who did it at all, or what it came to per user."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment on one flag.

    Attributes:
        name, flag: the experiment's and the flag's.
        arms: its variants with their shares of users, which add up to 1.
        control: the variant that the others are compared with.
        metrics: what is measured, each a `proportion` or a `mean`.
        started, stopped: ISO 8601 in UTC; None where that is still to come.
        planned_users: how many users two variants will have at the end.
        minimum_effect: the smallest relative lift that matters, in percent; None where nobody said.
        unit: the attribute that users are split by.
        split: the very rule that assigns users; as long as it stays the same, nobody changes sides.
    """

    name: str
    flag: str
    arms: Mapping[str, float]
    control: str
    metrics: Mapping[str, str]
    started: str | None
    stopped: str | None
    planned_users: int
    minimum_effect: float | None
    unit: str
    split: str

    @property
    def treatments(self) -> tuple[str, ...]:
        """The variants beside the control."""
        return tuple(variant for variant in self.arms if variant != self.control)

    @property
    def is_running(self) -> bool:
        """Whether it was started and not stopped."""
        return self.started is not None and self.stopped is None


def experiment_of(name: str, flag: Mapping[str, Any], definition: Mapping[str, Any]) -> Experiment:
    """Read an experiment: from the flag as an environment sees it, and from what that compiles to.

    Raises:
        Trouble: it could not be evaluated.
    """
    told = flag.get("experiment") or {}
    _check_times(flag, told)
    split = _split(definition)
    arms = _arms(flag, split)
    rollout = flag.get("rollout") or {}
    return Experiment(
        str(told.get("name") or name),
        name,
        arms,
        _control(told, arms, definition),
        _metrics(told),
        told.get("started"),
        told.get("stopped"),
        told.get("planned_users") or PLANNED,
        told.get("minimum_effect"),
        str(rollout.get("by") or "targetingKey"),
        json.dumps([split, sorted(definition["variants"].items())], ensure_ascii=False),
    )


def metadata(name: str, flag: Mapping[str, Any], definition: Mapping[str, Any]) -> dict[str, str]:
    """Give what a compiled flag tells of the experiment that runs on it, so that exposures can name it."""
    found = experiment_of(name, flag, definition)
    if not found.is_running:
        return {}
    unit = {} if found.unit == "targetingKey" else {"experiment_unit": found.unit}
    return {"experiment": found.name, "experiment_started": str(found.started), **unit}


def _check_times(flag: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    for key in ("schedule", "progressive", "targeting", "flagd"):
        if flag.get(key):
            message = f'an experiment\'s shares stay as they are: "{key}" would change them'
            raise Trouble((key,), message, hint="rollout: {variants: {…: 50, …: 50}}")
    started, stopped = seconds(told.get("started")), seconds(told.get("stopped"))
    if stopped is not None and (started is None or stopped < started):
        raise Trouble(("experiment", "stopped"), "it is stopped before it was started")


def _split(definition: Mapping[str, Any]) -> list[Any]:
    """Find the rule that assigns users: the last branch, if the flag comes to that at all."""
    last = ((definition.get("targeting") or {}).get("if") or [None])[-1]
    if not isinstance(last, dict) or "fractional" not in last:
        raise Trouble(("experiment",), "nobody takes part: the flag splits no users")
    split: list[Any] = last["fractional"]
    return split


def _arms(flag: Mapping[str, Any], split: list[Any]) -> dict[str, float]:
    """Add up each variant's weight; beside two named variants, whoever is left is outside of the experiment."""
    named = (flag.get("rollout") or {}).get("variants") or {}
    weights: dict[str, int] = {}
    for variant, weight in split[1:]:
        weights[variant] = weights.get(variant, 0) + weight
    inside = named if len(named) > 1 else weights
    arms = {variant: weight for variant, weight in weights.items() if weight and variant in inside}
    if len(arms) < 2:
        raise Trouble(
            ("rollout",), "an experiment needs users in two variants", hint="such as percentage: 50"
        )
    return {variant: weight / sum(arms.values()) for variant, weight in arms.items()}


def _control(told: Mapping[str, Any], arms: Mapping[str, float], definition: Mapping[str, Any]) -> str:
    given = told.get("control")
    if given is None:
        default = str(definition.get("defaultVariant"))
        return default if default in arms else next(iter(arms))
    if given not in arms:
        hint = did_you_mean(str(given), tuple(arms), f"variants with users: {', '.join(arms)}")
        raise Trouble(("experiment", "control"), f'nobody is in a variant named "{given}"', hint=hint)
    return str(given)


def _metrics(told: Mapping[str, Any]) -> dict[str, str]:
    metrics = dict(told.get("metrics") or {})
    if not metrics:
        raise Trouble(
            ("experiment",), "nothing says what is measured", hint="metrics: {purchase: proportion}"
        )
    return metrics
