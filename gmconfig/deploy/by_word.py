"""Targets as their agents tell of them: how each stands can be planned without reaching it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.deploy.preview import changes_between
from gmconfig.drift.made import Wanted
from gmconfig.drift.standing import Standing
from gmconfig.drift.survey import Survey
from gmconfig.errors import GmconfigError
from gmconfig.record.status import Status, TargetState, TargetStatus
from gmconfig.target.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gmconfig.target.declared import Target
    from gmconfig.target.rendering import Rendering


def standing_by_word(survey: Survey, target: Target, wanted: Wanted, statuses: Sequence[Status]) -> Standing:
    """Compare what an agent says is live with what its target should have; no key is needed for it."""
    try:
        word = _word(target, statuses, datetime.now(UTC))
        rendering = survey.rendering(target, wanted)
    except GmconfigError as error:
        return Standing(target, error=error)
    if word.wanted == rendering.wanted:
        return Standing(target, rendering=rendering)
    was = _was(survey, target, word, wanted)
    return Standing(target, rendering=rendering, changes=changes_between(was, rendering))


def _word(target: Target, statuses: Iterable[Status], now: datetime) -> TargetStatus:
    """Give the newest word on a target.

    Raises:
        Unreachable: no agent speaks of it, or not any more, or it cannot look at it.
    """
    speaking = [status for status in statuses if target.name in status.targets]
    if not speaking:
        raise Unreachable(
            f'no agent has said anything of "{target.name}" yet',
            hint=f"on {target.host or 'its host'}: gmconfig deploy agent -e {target.environment}",
        )
    newest = max(speaking, key=lambda status: status.time)
    if newest.is_silent(now):
        raise Unreachable(
            f'the agent of "{target.name}" on {newest.host} said nothing since {newest.time}',
            hint=f"look there: gmconfig deploy agent -e {target.environment}",
        )
    word = newest.targets[target.name]
    if word.state == TargetState.UNKNOWN and not word.wanted:
        raise Unreachable(f'the agent on {newest.host} cannot look at "{target.name}": {word.error}')
    return word


def _was(survey: Survey, target: Target, word: TargetStatus, wanted: Wanted) -> Rendering | None:
    """Make what is live again; None where nothing is, or where it cannot be made any more."""
    if not word.commit:
        return None
    try:
        made = survey.made_of(target, word, wanted) or Wanted(word.commit, wanted.secrets)
        return survey.rendering(target, made)
    except GmconfigError:
        return None
