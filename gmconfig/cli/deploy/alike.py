"""Targets of a plan that stand alike: three hundred hosts with the same change are told once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gmconfig.deploy.plan import Planned

_NAMED = 3


def groups(planned: Sequence[Planned], told: Callable[[Planned], str]) -> list[list[Planned]]:
    """Put targets together that the same is told of; in the order of the first of each."""
    known: dict[tuple[object, ...], str] = {}
    found: dict[str, list[Planned]] = {}
    for one in planned:
        same = _sameness(one)
        if same not in known:
            known[same] = told(one)
        found.setdefault(known[same], []).append(one)
    return list(found.values())


def names(group: Sequence[Planned]) -> str:
    """Name a group's targets, the first few of many."""
    listed = ", ".join(one.name for one in group[:_NAMED])
    more = len(group) - _NAMED
    return f"{listed} and {more:,} more" if more > 0 else listed


def _sameness(one: Planned) -> tuple[object, ...]:
    """Give what makes telling two targets apart superfluous, without a look at each difference."""
    standing = one.standing
    parts = (standing.changes, standing.drift, standing.rendering, one.hold, one.quarantine)
    said = (one.state, str(standing.error), one.lacks, standing.target.file, standing.target.documents)
    return (*(id(part) for part in parts), *said)
