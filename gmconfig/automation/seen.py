"""What an agent says of a target after it has looked at it; pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gmconfig.record.status import TargetState, TargetStatus

if TYPE_CHECKING:
    from gmconfig.drift.standing import Standing


def seen(word: TargetStatus, standing: Standing) -> TargetStatus:
    """Give the word on a target with what is there now; what must be remembered stays."""
    live = standing.live
    if standing.error is not None or live is None:
        return replace(word, state=TargetState.UNKNOWN, error=str(standing.error))
    marker = live.marker
    found = replace(
        word,
        release=live.release or "",
        record=marker.record if marker else "",
        commit=marker.commit if marker else "",
        wanted=marker.wanted if marker else "",
        drift=len(standing.drift),
        fencing=max(word.fencing, marker.fencing if marker else 0),
        error=None,
    )
    return replace(found, state=_state(word, standing))


def is_unproven(word: TargetStatus, standing: Standing) -> bool:
    """Whether a release was made live and nobody has seen since that it is well: its agent was killed."""
    marker = standing.live.marker if standing.live else None
    return word.state == TargetState.ACTIVATING and marker is not None and marker.release == word.changed


def knows_before(word: TargetStatus, standing: Standing) -> bool:
    """Whether it is known what was there before the live release."""
    marker = standing.live.marker if standing.live else None
    return marker is not None and marker.release == word.changed


def _state(word: TargetStatus, standing: Standing) -> TargetState:
    if is_unproven(word, standing):
        return TargetState.ACTIVATING
    if standing.is_behind and standing.changes:
        return TargetState.BEHIND
    return TargetState.DRIFTED if standing.drift else TargetState.IN_SYNC
