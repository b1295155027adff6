"""`deploy rollback`: back to what an earlier deployment brought, and held there so that nothing undoes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gmconfig.deploy.apply import Applied, apply
from gmconfig.deploy.planning import Asked
from gmconfig.errors import GmconfigError, NotFound, Refused
from gmconfig.record.chain import timestamp
from gmconfig.record.entry import Record, State
from gmconfig.record.hold import Hold
from gmconfig.record.standing import apart

if TYPE_CHECKING:
    from gmconfig.deploy.options import Options
    from gmconfig.drift.standing import Standing
    from gmconfig.drift.survey import Survey
    from gmconfig.record.ledger import Ledger


def goal(records: Sequence[Record], to: str | None = None) -> Record:
    """Give the record to go back to: the named one, else the last that fully succeeded with something else.

    Args:
        records: of the environment, the newest first.
        to: the id of one.

    Raises:
        NotFound: there is none.
        Refused: the named one never succeeded.
    """
    if to is not None:
        return _named(records, to)
    newest = records[0] if records else None
    for record in records[1:]:
        if newest and record.brought_all and record.commit != newest.commit:
            return record
    if newest and newest.state is not State.SUCCEEDED:
        same = [record for record in records[1:] if record.brought_all]
        if same:
            return same[0]
    raise NotFound("there is no earlier deployment that succeeded", hint="gmconfig deploy history")


def last_good(records: Sequence[Record], environment: str) -> Record:
    """Give the newest deployment that went well as far as it was asked to go.

    Raises:
        NotFound: there is none.
    """
    good = (State.SUCCEEDED, State.PARTIAL)
    found = next((record for record in records if record.state in good), None)
    if found is None:
        raise NotFound(f"nothing was deployed into {environment} yet, so there is nothing to hold it at")
    return found


def hold_at(
    records: Sequence[Record],
    record: Record,
    options: Options,
    words: Sequence[str] = (),
    *,
    old_secrets: bool = False,
) -> Hold:
    """Give the hold that keeps targets at what they had when a record of the environment had come to its end."""
    hold = Hold(
        record.commit,
        record.id,
        tuple(words),
        old_secrets=old_secrets,
        by=options.user,
        reason=options.reason,
        since=timestamp(),
    )
    others = apart(records, record).items()
    return hold.replaced(apart={name: commit for name, commit in others if hold.concerns(name)})


def rollback(
    ledger: Ledger,
    survey: Survey,
    hold: Hold,
    options: Options,
    *,
    retry: bool = False,
    seen: Callable[[Standing], None] = lambda _: None,
) -> Applied:
    """Hold targets at an earlier deployment, then bring them there.

    The hold comes first: an agent that looks meanwhile wants the same already. It is lifted again if nothing
    came of it.

    Raises:
        GmconfigError: as `apply` does; nothing is held then that was not before.
    """
    ledger.refresh()
    before = ledger.holds.all()
    ledger.change(ledger.holds.ref, lambda: ledger.holds.add(hold))
    asked = Asked(hold.targets, hold=hold, retry=retry)
    try:
        done = apply(ledger, survey, asked, replace(options, action="rollback"), seen=seen)
    except GmconfigError:
        _put_back(ledger, before)
        raise
    if done.record and done.record.state is State.RESTORED:
        _put_back(ledger, before)
    return done


def _put_back(ledger: Ledger, before: Sequence[Hold]) -> None:
    ledger.change(ledger.holds.ref, lambda: ledger.holds.replace(before))


def _named(records: Sequence[Record], to: str) -> Record:
    found = next((record for record in records if record.id == to), None)
    if found is None:
        raise NotFound(f'no deployment named "{to}"', hint="gmconfig deploy history")
    if found.state not in (State.SUCCEEDED, State.PARTIAL):
        raise Refused(f"{to} did not succeed: {found.state}", hint="gmconfig deploy history")
    return found
