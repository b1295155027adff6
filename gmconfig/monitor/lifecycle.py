"""How alerts move: firing, acknowledged, resolved, firing again; and what the journal keeps of it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from gmconfig.finding import RANK, Severity
from gmconfig.monitor.alert import Alert, Kind, State
from gmconfig.monitor.condition import Condition

EVENT, CLEARED, EASED = "alert", "cleared", "eased"
QUIET = (CLEARED, EASED)
"""Events of alerts that move none: what a mute one was about is gone, or part of what one is about is."""

_TEXTS = ("rule", "subject", "message")
_MAYBE = ("hint", "environment", "config_name", "target")


def moves(
    known: Mapping[str, Alert], holding: Iterable[Condition], looked: Collection[str]
) -> Iterator[dict[str, Any]]:
    """Yield the journal's events that bring the known alerts to what holds now.

    Args:
        known: the alerts in their last state, by id.
        holding: what holds now.
        looked: the rules that were looked at; an alert of another one stays as it is.
    """
    now = {one.id: one for one in holding}
    for name, one in now.items():
        alert = known.get(name)
        if alert is None or _raises(alert, one):
            yield raised(one, alert.times + 1 if alert else 1)
        elif alert.occurrence != one.occurrence:
            said = {"message": one.message, "occurrence": one.occurrence}
            yield {"kind": EVENT, "id": name, "to": EASED, **said}
    for alert in known.values():
        if alert.rule in looked and alert.id not in now:
            if alert.muted:
                yield {"kind": EVENT, "id": alert.id, "to": CLEARED}
            elif not alert.resolved:
                yield moved(alert.id, State.RESOLVED)


def _raises(alert: Alert, one: Condition) -> bool:
    """Whether a condition raises its alert now: where less of what it is about is left, nothing happened anew."""
    if not set(one.occurrence.split("+")) <= set(alert.occurrence.split("+")):
        return True
    if alert.resolved:
        return not alert.muted
    return RANK[one.severity] < RANK[alert.severity]


def raised(one: Condition, times: int) -> dict[str, Any]:
    """Give the event of an alert that fires."""
    said = {name: getattr(one, name) for name in (*_TEXTS, *_MAYBE, "occurrence")}
    told = {"alert_kind": str(one.kind), "severity": str(one.severity), "times": times}
    return {"kind": EVENT, "id": one.id, "to": str(State.FIRING), **said, **told}


def moved(
    name: str, to: State, by: str | None = None, reason: str = "", *, muted: bool = False
) -> dict[str, Any]:
    """Give the event of an alert that somebody acknowledged or resolved, or that went away."""
    return {"kind": EVENT, "id": name, "to": str(to), "by": by, "reason": reason, "muted": muted}


def told_by(events: Iterable[Mapping[str, Any]]) -> dict[str, Alert]:
    """Give every alert that the journal tells of, by id, in its last state; what makes no sense is passed over."""
    found: dict[str, Alert] = {}
    for event in events:
        if event.get("kind") == EVENT:
            alert = _after(found.get(str(event.get("id"))), event)
            if alert is not None:
                found[alert.id] = alert
    return found


def _after(alert: Alert | None, event: Mapping[str, Any]) -> Alert | None:
    to, time = event.get("to"), str(event.get("time", ""))
    if to == State.FIRING:
        return _fired(event, time)
    if alert is None:
        return None
    if to == CLEARED:
        return replace(alert, muted=False)
    if to == EASED:
        message, occurrence = one_line(str(event.get("message"))), str(event.get("occurrence"))
        return replace(alert, message=message, occurrence=occurrence)
    if to not in (State.ACKNOWLEDGED, State.RESOLVED) or (alert.resolved and to == State.ACKNOWLEDGED):
        return alert
    by = event.get("by")
    return replace(
        alert,
        state=State(str(to)),
        changed_at=time,
        by=str(by) if by else None,
        reason=str(event.get("reason") or ""),
        muted=event.get("muted") is True,
    )


def _maybe(event: Mapping[str, Any], key: str) -> str | None:
    return None if event.get(key) is None else one_line(str(event[key]))


def one_line(text: str) -> str:
    """Give text that is no more than text wherever it is told: on one line, without what commands a terminal.

    What somebody else wrote stands in it: names, messages of commits, values; and the journal comes from a remote.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else " " if char.isspace() else ascii(char)[1:-1] for char in text
    )


def _fired(event: Mapping[str, Any], time: str) -> Alert | None:
    if not str(event.get("id")).isalnum():  # it is typed, and a part of names of files
        return None
    try:
        return Alert(
            id=str(event["id"]),
            rule=one_line(str(event["rule"])),
            subject=one_line(str(event["subject"])),
            message=one_line(str(event["message"])),
            hint=_maybe(event, "hint"),
            environment=_maybe(event, "environment"),
            config_name=_maybe(event, "config_name"),
            target=_maybe(event, "target"),
            kind=Kind(event["alert_kind"]),
            severity=Severity(event["severity"]),
            started_at=time,
            changed_at=time,
            times=int(event.get("times", 1)),
            occurrence=str(event.get("occurrence") or ""),
        )
    except (KeyError, ValueError, TypeError):
        return None
