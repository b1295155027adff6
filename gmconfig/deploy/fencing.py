"""Which fencing number a new lock has to exceed, so that no target takes its holder for one that is late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.target.kind import highest_fencing
from gmconfig.target.together import side_by_side

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.deploy.plan import Plan
    from gmconfig.drift.survey import Survey
    from gmconfig.record.ledger import Ledger

_MOST = 2**63  # nobody counted up to a larger one


def highest(ledger: Ledger, survey: Survey, found: Plan) -> int:
    """Give the highest number that the newest record and the targets that would change tell of.

    It counts for a lock that is taken after this was seen, and never for one that is held: whoever was overtaken
    stays refused. Locks may be lost, or a target may have been deployed to from elsewhere.
    """
    return max((number for number in _told(ledger, survey, found) if number < _MOST), default=0)


def _told(ledger: Ledger, survey: Survey, found: Plan) -> Iterator[int]:
    newest = ledger.chain.latest()
    if newest is not None:
        yield newest.fencing
    direct = [one.standing for one in found.changing if not one.standing.target.agent]
    yield from side_by_side(lambda one: highest_fencing(survey.kind(one.target), one.live), direct)
    if len(direct) < len(found.changing):
        yield from _said(ledger)


def _said(ledger: Ledger) -> Iterator[int]:
    from gmconfig.record.status import read_all

    for status in read_all(ledger.project, ledger.environment):
        yield from (word.fencing for word in status.targets.values())
