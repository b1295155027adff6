"""Whose turn it is where nobody leads: a wave begins when all before it are well, and fails as a whole; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from gmconfig.record.status import TargetState

if TYPE_CHECKING:
    from gmconfig.record.status import Status, TargetStatus
    from gmconfig.target.declared import Target

_TOGETHER = timedelta(hours=1)
"""How long after its own change a target still goes back with the rest of its wave."""


def waits_for(
    target: Target, declared: Iterable[Target], statuses: Sequence[Status], commit: str
) -> str | None:
    """Name a target of an earlier wave that is not well at a commit yet; None if it is this one's turn."""
    said = words_at(statuses, commit)
    for other in declared:
        word = said.get(other.name)
        if other.agent and other.wave < target.wave and (word is None or word.state != TargetState.IN_SYNC):
            return other.name
    return None


def failed_beside(
    target: Target, declared: Iterable[Target], statuses: Sequence[Status], commit: str
) -> str | None:
    """Name a target of the same wave that failed with a commit; None if none did."""
    said = words_at(statuses, commit)
    for other in declared:
        beside = other.agent and other.wave == target.wave and other.name != target.name
        if beside and other.name in said and said[other.name].state == TargetState.FAILED:
            return other.name
    return None


def words_at(statuses: Sequence[Status], commit: str) -> dict[str, TargetStatus]:
    """Give what agents that follow a commit say of their targets."""
    found: dict[str, TargetStatus] = {}
    for status in statuses:
        if status.commit == commit:
            found.update(_targets(status.targets))
    return found


def is_recent(moment: str, now: datetime) -> bool:
    """Whether a change is so young that it goes back with the rest of its wave."""
    try:
        return abs(now - datetime.fromisoformat(moment).astimezone(UTC)) < _TOGETHER
    except (ValueError, OverflowError):
        return False


def _targets(said: Mapping[str, TargetStatus]) -> Mapping[str, TargetStatus]:
    return {name: word for name, word in said.items() if word.state != TargetState.UNKNOWN}
