"""What the journal tells of backups. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from gmconfig.monitor.happened import moment_of

PROOFS = ("backup-verified", "backup-drilled")


def last_verified(events: Iterable[Mapping[str, Any]]) -> datetime | None:
    """Give when a backup was last proved to be good; None if none ever was."""
    return _last(event for event in events if event.get("kind") in PROOFS and event.get("ok") is not False)


def last_created(events: Iterable[Mapping[str, Any]]) -> datetime | None:
    """Give when a backup was last made."""
    return _last(event for event in events if event.get("kind") == "backup-created")


def _last(events: Iterable[Mapping[str, Any]]) -> datetime | None:
    return max(filter(None, (moment_of(event.get("time")) for event in events)), default=None)
