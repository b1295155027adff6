"""Which of the journal's events still say how things stand, however old they are: they outlive their month. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gmconfig.drift import detection
from gmconfig.monitor import lifecycle
from gmconfig.monitor.damaged import damaged

Event = Mapping[str, Any]
Named = Sequence[tuple[str, Event]]
"""Events with the names of their files, the oldest first."""

_DRIFT = (detection.DETECTED, detection.RESOLVED, detection.ACKNOWLEDGED)


def lasting(events: Named) -> set[str]:
    """Give the names of the events without which an alert, a drift or a last word would be forgotten."""
    return {*_alerts(events), *_drift(events), *_damaged(events), *_last_words(events)}


def _alerts(events: Named) -> Iterator[str]:
    """Yield all of each alert that is not over, or mute, since it fired last."""
    mine: dict[str, list[str]] = {}
    for name, event in events:
        if event.get("kind") == lifecycle.EVENT:
            known = mine.setdefault(str(event.get("id")), [])
            if event.get("to") == "firing":
                known.clear()
            known.append(name)
    for key, alert in lifecycle.told_by(event for _, event in events).items():
        if alert.muted or not alert.resolved:
            yield from mine[key]


def _drift(events: Named) -> set[str]:
    """Give the events about each drift that is not over, and those about drifts that the same events tell of."""
    noted = [(name, set(_ids(event))) for name, event in events if event.get("kind") in _DRIFT]
    known = detection.told_by(event for _, event in events)
    wanted, before = {key for key, one in known.items() if not one.resolved}, -1
    while len(wanted) != before:
        before = len(wanted)
        wanted.update(*(ids for _, ids in noted if ids & wanted))
    return {name for name, ids in noted if ids & wanted}


def _ids(event: Event) -> Iterator[str]:
    ids, found = event.get("ids"), event.get("detections")
    yield from (str(one) for one in (ids if isinstance(ids, list) else ()))
    yield from (
        str(one.get("id")) for one in (found if isinstance(found, list) else ()) if isinstance(one, dict)
    )


def _damaged(events: Named) -> Iterator[str]:
    """Yield the events that tell of a backup which is damaged."""
    bad = [id(event) for event in damaged(event for _, event in events).values()]
    yield from (name for name, event in events if id(event) in bad)


def _last_words(events: Named) -> Iterable[str]:
    """Give the last event about each thing of which only the last event counts: a deployment, a secret, a backup."""
    return {key: name for name, event in events for key in _about(event)}.values()


def _about(event: Event) -> Iterator[tuple[str, ...]]:
    kind, where = str(event.get("kind")), str(event.get("environment"))
    if kind == "deployment":
        yield kind, where
    elif kind in ("secret-overdue", "secret-rotated"):
        yield "secret", where, str(event.get("secret"))
    elif kind == "backup":
        yield kind, "made" if event.get("action") == "created" else str(event.get("good"))
