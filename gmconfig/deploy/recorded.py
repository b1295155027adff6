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
    known = targets if isinstance(targets, dict) else {}
    found = {name: one for name, one in known.items() if _makes_sense(one)}
    return {**plan, "targets": {name: _whole(one, found) for name, one in found.items()}}


def _makes_sense(one: object) -> bool:
    """Whether it is a target's part of a plan, as far as readers depend on it."""
    if not isinstance(one, dict) or not isinstance(one.get(_LIKE, ""), str):
        return False
    lists = [one.get(part, []) for part in _SHARED]
    return all(isinstance(some, list) and all(map(_is_difference, some)) for some in lists)


def _is_difference(one: object) -> bool:
    return isinstance(one, dict) and {"kind", "document", "path"} <= one.keys()


def _whole(one: Mapping[str, Any], targets: Mapping[str, Any]) -> dict[str, Any]:
    if _LIKE not in one:
        return dict(one)
    other = targets.get(one[_LIKE], {})
    rest = {key: value for key, value in one.items() if key != _LIKE}
    return {**rest, **{part: other.get(part, []) for part in _SHARED}}
