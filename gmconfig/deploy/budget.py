"""What a deployment may do without being asked twice: no empty rendering, few deletions, few targets. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gmconfig.config.diff import REMOVED
from gmconfig.path import walk

if TYPE_CHECKING:
    from gmconfig.drift.standing import Standing

DELETIONS = 50
"""How many per cent of a target's keys may go where its `budget:` says nothing."""

_FEW = 3  # so few deletions are not the accident that this guards against


def exceeded(standings: Sequence[Standing], most_targets: int | None = None) -> Iterator[str]:
    """Yield what a deployment of these would do beyond its budget, in words.

    Args:
        standings: the targets that would change.
        most_targets: how many may be changed at once; None leaves it to their `budget:`.
    """
    for standing in standings:
        yield from _emptied(standing)
        yield from _deleted(standing)
    limits = [one.target.budget["targets"] for one in standings if "targets" in one.target.budget]
    limit = most_targets if most_targets is not None else min(limits, default=None)
    if limit is not None and len(standings) > limit:
        yield f"{len(standings)} targets would change, the budget is {limit}"


def _emptied(standing: Standing) -> Iterator[str]:
    if standing.rendering is None:
        return
    for document, tree in standing.rendering.trees.items():
        if not tree and standing.live and standing.live.files:
            yield f'"{document}" would be empty on {standing.target.name}'


def _deleted(standing: Standing) -> Iterator[str]:
    gone = sum(1 for one in standing.changes if one.change.kind == REMOVED and one.problem is None)
    before = _keys(standing)
    allowed = standing.target.budget.get("delete_percent", DELETIONS)
    if gone >= _FEW and gone * 100 > allowed * before:
        share = gone * 100 // before
        yield f"{gone} of {before} keys ({share} %) would go from {standing.target.name}, the budget is {allowed} %"


def _keys(standing: Standing) -> int:
    """Count the leaves that are live."""
    if standing.rendering is None or standing.live is None:
        return 1
    trees, _ = standing.rendering.parsed(standing.live.files)
    return max(1, sum(1 for tree in trees.values() for _ in walk(tree)))
