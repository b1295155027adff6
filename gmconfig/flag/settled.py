"""Flags that give everybody the same: nothing is being rolled out any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from gmconfig.flag.lint.rule_lint import results
from gmconfig.flag.lowering import Lowering
from gmconfig.flag.moment import seconds
from gmconfig.flag.trouble import Trouble

if TYPE_CHECKING:
    from gmconfig.flag.lowering import Lowered


class Settled(NamedTuple):
    """The one variant that everybody gets, and the moment from which the flag itself says so (0: always).

    `variant` None is the program's own default.
    """

    variant: str | None
    since: int


def settled(lowering: Lowering, name: str) -> Settled | None:
    """Say what a flag gives everybody in the end; None if it tells users apart, or cannot be compiled.

    Users without the attribute that others are split by do not count: nobody could decide for them.
    """
    flag = lowering.flags[name]
    final, since = _final(flag)
    work = lowering if final is flag else Lowering({**lowering.flags, name: final}, lowering.segments)
    try:
        lowered = work.lowered(name)
    except Trouble:
        return None
    given = _given(lowered)
    return Settled(given.pop(), since) if given is not None and len(given) == 1 else None


def _final(flag: Mapping[str, Any]) -> tuple[Mapping[str, Any], int]:
    """Give a flag as it is when its schedule is over, and when that is."""
    steps = flag.get("schedule")
    if steps:
        rollout = {**(flag.get("rollout") or {}), "percentage": steps[-1]["percentage"]}
        return {**flag, "schedule": None, "rollout": rollout}, seconds(steps[-1]["at"]) or 0
    if "progressive" in flag:
        rest = {key: value for key, value in flag.items() if key != "progressive"}
        rest["rollout"] = {**(flag.get("rollout") or {}), "percentage": 100}
        return rest, seconds(flag["progressive"]["to"]) or 0
    return flag, 0


def _given(lowered: Lowered) -> set[str | None] | None:
    """Give the variants that somebody gets; None where only asking tells."""
    definition = lowered.definition
    default = definition.get("defaultVariant")
    if definition.get("state") == "DISABLED":
        return {None}
    rule = _without_absent(definition.get("targeting"), lowered.labels)
    if not rule:
        return {default}
    found = results(rule, ())
    return None if found is None else {default if name is None else name for name in found}


def _without_absent(rule: Any, labels: tuple[str, ...]) -> Any:
    """Leave out the branch for users without the unit's attribute, wherever it stands."""
    absent = next((index for index, label in enumerate(labels) if label.startswith("no ")), None)
    if absent is None or not isinstance(rule, dict) or "if" not in rule:
        return rule
    parts = list(rule["if"])
    del parts[2 * absent : 2 * absent + 2]
    return {"if": parts} if len(parts) > 1 else parts[0]
