"""What an environment has to override to serve a flag as another one does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gmconfig.config.equal import same
from gmconfig.path import KeyPath
from gmconfig.storage.yaml.edit import Set, Unset

if TYPE_CHECKING:
    from gmconfig.path import Keys
    from gmconfig.storage.yaml.edit import Edit


def override(below: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Give the smallest patch (RFC 7396) that makes one map of the other.

    >>> override({"state": "rollout", "rollout": {"percentage": 5}}, {"rollout": {"percentage": 25}})
    {'state': None, 'rollout': {'percentage': 25}}
    """
    patch: dict[str, Any] = {key: None for key in below if key not in wanted}
    for key, value in wanted.items():
        if key not in below:
            patch[key] = value
        elif not same(below[key], value):
            nested = isinstance(value, dict) and isinstance(below[key], dict)
            patch[key] = override(below[key], value) if nested else value
    return patch


def edits(above: Keys, old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Iterator[Edit]:
    """Yield what turns an override as it is written into another; None is none, and so is an empty one."""
    if old is None or not new:
        if new:
            yield Set(KeyPath(above), dict(new))
        elif old is not None:
            yield Unset(KeyPath(above))
        return
    for key in old:
        if key not in new:
            yield Unset(KeyPath((*above, key)))
    for key, value in new.items():
        if key in old and isinstance(value, dict) and value and isinstance(old[key], dict):
            yield from edits((*above, key), old[key], value)
        elif key not in old or not same(old[key], value):
            yield Set(KeyPath((*above, key)), value)
