"""What a deployment that agents carry out asks of one target; pure."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from gmconfig.record.entry import State, Step
from gmconfig.record.quarantine import quarantined
from gmconfig.record.status import order_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmconfig.record.entry import Record
    from gmconfig.record.status import TargetStatus

_UNDONE = (State.RESTORING, State.RESTORED, State.RESTORE_FAILED, State.ABORTED)


class Order(Enum):
    """What an agent does with a target now."""

    FREE = auto()  # nobody leads: follow the branch
    WAIT = auto()
    BEGIN = auto()
    RESTORE = auto()


def ordered(record: Record | None, target: str, word: TargetStatus, *, led: bool) -> Order:
    """Read off a record what one target is to do.

    Args:
        record: the environment's newest.
        target: its name.
        word: what the agent said of it last.
        led: whether somebody holds the environment's lock, so that the record is being carried out.
    """
    if record is None or not record.pull:
        return Order.FREE
    undone, concerned = record.state in _UNDONE, target in record.targets
    if undone and concerned and word.record == record.id:
        return Order.RESTORE
    if record.state.is_over or not led:
        return Order.FREE
    answered = word.order == order_of(record) and bool(word.answer)
    if not concerned or undone or answered or record.targets[target].step is not Step.ACTIVATING:
        return Order.WAIT
    return Order.BEGIN


def refusal(
    records: Sequence[Record], target: str, wanted: str, commit: str, word: TargetStatus
) -> str | None:
    """Say why content is not tried on a target by itself; None where nothing speaks against it.

    What failed there, and what a deployment tried and took back, waits for a new commit, or for somebody who
    deploys it again.

    Args:
        records: the environment's, the newest first.
        target: its name.
        wanted: the digest of what would go there.
        commit: the configuration's commit that says so.
        word: what the agent said of the target last.
    """
    if word.refused in (wanted, commit):
        return word.error or "it failed here before"
    failed = quarantined(records, target, wanted)
    if failed is not None:
        return f"it failed in {failed.id}"
    last = next((record for record in records if target in record.targets), None)
    if last and last.pull and last.state in _UNDONE and last.commit == commit:
        return f"{last.id} took it back"
    return None
