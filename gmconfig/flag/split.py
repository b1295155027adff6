"""Percentages as flagd's weighted splits: at once, in steps, or growing with time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gmconfig.flag.moment import seconds
from gmconfig.flag.trouble import Trouble

TOTAL = 100_000
"""What weights add up to, always: only then does raising a percentage take nobody out."""

NOW = {"var": "$flagd.timestamp"}


class Branch(NamedTuple):
    """A condition with what it leads to, and what people call it; without a condition it is the last."""

    condition: Any
    result: Any
    label: str


def branches(name: str, flag: Mapping[str, Any], serve: str, default: str) -> Iterator[Branch]:
    """Yield how a flag's users are split; those without the unit's attribute get the default.

    Raises:
        Trouble: the flag does not say how many, or in two ways.
    """
    rollout = flag.get("rollout") or {}
    by = rollout.get("by") or "targetingKey"
    unit = {"cat": [rollout.get("salt") or name, {"var": by}]}
    yield Branch({"missing": [by]}, None, f"no {by}")
    if "progressive" in flag:
        yield _progressive(flag, unit, serve, default)
        return
    steps = flag.get("schedule") or []
    _check_order(steps)
    for index, step in reversed(list(enumerate(steps))):
        begins = {">=": [NOW, seconds(step["at"])]}
        yield Branch(begins, _split(unit, {serve: step["percentage"]}, default), f"schedule[{index}]")
    yield Branch(None, _split(unit, _wanted(flag, serve), default), "rollout")


def _wanted(flag: Mapping[str, Any], serve: str) -> Mapping[str, float]:
    rollout: Mapping[str, Any] = flag.get("rollout") or {}
    if "variants" in rollout and "percentage" in rollout:
        raise Trouble(("rollout", "variants"), '"percentage" and "variants" exclude each other')
    if "variants" in rollout:
        percentages: dict[str, float] = dict(rollout["variants"])
        if sum(percentages.values()) > 100 + 1e-9:
            raise Trouble(("rollout", "variants"), "these percentages add up to more than 100")
        return percentages
    if "percentage" not in rollout and not flag.get("schedule"):
        raise Trouble(("rollout",), "nothing says how many users get it", hint="rollout: {percentage: 10}")
    return {serve: rollout.get("percentage", 0)}


def _split(unit: Any, percentages: Mapping[str, float], default: str) -> Any:
    weights = [[variant, round(percentage * 1000)] for variant, percentage in percentages.items()]
    rest = TOTAL - sum(round(percentage * 1000) for percentage in percentages.values())
    return {"fractional": [unit, *weights, [default, rest]]}


def _check_order(steps: list[Mapping[str, Any]]) -> None:
    times = [seconds(step["at"]) or 0 for step in steps]
    for index in range(1, len(times)):
        if times[index] <= times[index - 1]:
            raise Trouble(("schedule", index, "at"), "this step is not later than the one before it")


def _progressive(flag: Mapping[str, Any], unit: Any, serve: str, default: str) -> Branch:
    """Let one weight grow and the other shrink by a second a second; flagd counts negative ones as nothing."""
    begin = seconds(flag["progressive"]["from"]) or 0
    end = seconds(flag["progressive"]["to"]) or 0
    if end <= begin:
        raise Trouble(("progressive", "to"), "it ends before it begins")
    grown, left = {"-": [NOW, begin]}, {"-": [end, NOW]}
    return Branch(None, {"fractional": [unit, [serve, grown], [default, left]]}, "progressive")
