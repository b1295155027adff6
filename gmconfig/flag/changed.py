"""Which flags may be decided otherwise than before, after a reload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gmconfig.config.equal import same
from gmconfig.flag.flagd.flag_set import FlagSet

_FOR_ALL = ("metadata", "$evaluators")


def changed_flags(before: FlagSet, after: FlagSet) -> tuple[str, ...]:
    """Give the names of flags that are new, gone or different; all of them where what they share is."""
    names = sorted({*before, *after})
    if before.bucketing != after.bucketing or not _share(before.content, after.content):
        return tuple(names)
    return tuple(name for name in names if not _alike(before, after, name))


def _share(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return all(same(before.get(key) or {}, after.get(key) or {}) for key in _FOR_ALL)


def _alike(before: FlagSet, after: FlagSet, name: str) -> bool:
    if name not in before or name not in after:
        return False
    return same(before.definition(name), after.definition(name))
