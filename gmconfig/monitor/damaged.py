"""Which backups are damaged, by the last look at each that the journal tells of. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def damaged(events: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Give the last look at each backup, by place and id, that found it damaged and that was not pruned since."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for event in events:
        if event.get("kind") != "backup":
            continue
        place, ids = str(event.get("place")), event.get("ids")
        if isinstance(event.get("good"), bool):
            found.pop((place, str(event.get("id"))), None)
        if event.get("good") is False:
            found[place, str(event.get("id"))] = event
        for name in ids if event.get("action") == "pruned" and isinstance(ids, list) else ():
            found.pop((place, str(name)), None)
    return found
