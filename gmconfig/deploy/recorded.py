"""A plan as records and files keep it: what many targets share is written once. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LIKE = "like"
_SHARED = ("changes", "drift")


def compact(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Give a plan in which a target whose differences are another's only names that one."""
    first: dict[tuple[int, ...], str] = {}
    targets = {}
    for name, one in plan["targets"].items():
        shared = tuple(id(one[part]) for part in _SHARED)  # one list for all that differ alike
        like = first.setdefault(shared, name)
        rest = {key: value for key, value in one.items() if key not in _SHARED}
        targets[name] = (
            one if like == name or not any(one[part] for part in _SHARED) else {**rest, _LIKE: like}
        )
    return {**plan, "targets": targets}


def whole(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Give a plan that `compact` made as it was; what makes no sense in it is left out."""
    targets = plan.get("targets")
    found = targets if isinstance(targets, dict) else {}
    return {**plan, "targets": {name: _whole(one, found) for name, one in found.items()}}


def _whole(one: Mapping[str, Any], targets: Mapping[str, Any]) -> dict[str, Any]:
    if _LIKE not in one:
        return dict(one)
    other = targets.get(one[_LIKE], {})
    rest = {key: value for key, value in one.items() if key != _LIKE}
    return {**rest, **{part: other.get(part, []) for part in _SHARED}}
