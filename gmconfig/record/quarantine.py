"""What failed its health check is not tried again by itself: found in the chain of records."""

from __future__ import annotations

from collections.abc import Iterable

from gmconfig.record.entry import Record, Step


def quarantined(records: Iterable[Record], target: str, wanted: str) -> Record | None:
    """Give the record in which a target was not well with just this content, if nothing else went there since.

    What failed for another reason, such as a full disk or a connection, may be tried again.

    Args:
        records: the environment's, the newest first.
        target: its name.
        wanted: the digest of what would go there.
    """
    for record in records:
        outcome = record.targets.get(target)
        if outcome is None or outcome.step in (Step.WAITING, Step.SKIPPED, Step.STAGED):
            continue
        return record if outcome.unwell and outcome.wanted == wanted else None
    return None
