"""What a flag's definition says, in a few words: its share of users, and what a change of it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gmconfig.config.equal import same
from gmconfig.flag.lowering import state_of
from gmconfig.flag.state import FeatureState

_SHARE = ("state", "rollout", "schedule", "progressive")


def share(flag: Mapping[str, Any]) -> str:
    """Say who gets a flag.

    >>> share({"state": "rollout", "rollout": {"percentage": 25}})
    'rollout 25 %'
    """
    state = state_of(flag)
    if state not in (FeatureState.ROLLOUT, FeatureState.EXPERIMENT):
        return str(state)
    if flag.get("progressive"):
        return f"{state} over time"
    if flag.get("schedule"):
        return f"{state} by schedule"
    percentage = (flag.get("rollout") or {}).get("percentage")
    return str(state) if percentage is None else f"{state} {percentage:g} %"


def change(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """Say what differs between two definitions of a flag; None is none.

    >>> change({"state": "disabled"}, {"state": "rollout", "rollout": {"percentage": 25}})
    'disabled → rollout 25 %'
    """
    if before is None or after is None:
        return "new" if before is None else "removed"
    old, new = share(before), share(after)
    told = [] if old == new else [f"{old} → {_shortened(old, new)}"]
    for key in (*before, *(key for key in after if key not in before)):
        if not same(before.get(key), after.get(key)) and not (told and key in _SHARE):
            told.append(key)
    return ", ".join(told)


def _shortened(old: str, new: str) -> str:
    """Leave out the state where it is the same: `rollout 5 % → 25 %`."""
    state, _, rest = new.partition(" ")
    return rest if rest and old.startswith(state + " ") else new
