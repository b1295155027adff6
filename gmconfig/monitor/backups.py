"""What the journal tells of backups. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from gmconfig.monitor.happened import moment_of


def last_verified(events: Iterable[Mapping[str, Any]]) -> datetime | None:
    """Give when a backup was last proved to be good, byte for byte or by restoring it; None if none ever was."""
    return _last(one for one in _backups(events) if one.get("good") is True)


def last_created(events: Iterable[Mapping[str, Any]]) -> datetime | None:
    """Give when a backup was last made."""
    return _last(one for one in _backups(events) if one.get("action") == "created")


def _backups(events: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [event for event in events if event.get("kind") == "backup"]


def _last(events: Iterable[Mapping[str, Any]]) -> datetime | None:
    return max(filter(None, (moment_of(event.get("time")) for event in events)), default=None)
