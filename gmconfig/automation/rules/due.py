"""Whether a rule is to run now, and why. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from gmconfig.automation.rules.event import Event
from gmconfig.automation.rules.past import DAY, Cause, Past
from gmconfig.automation.rules.rule import BEFORE, AutomationRule
from gmconfig.automation.rules.schedule import Schedule

Holds = Callable[[AutomationRule, Event], bool]


def due(
    rule: AutomationRule, past: Past, events: Sequence[Event], holds: Holds, now: datetime
) -> Cause | None:
    """Give why a rule is to run now; None where it is not, or somebody runs it."""
    if not rule.enabled or (past.claim and past.claim.holder.is_active(now)):
        return None
    if past.claim is not None:
        return past.claim.cause
    cause = _slot(rule, past, now) if rule.schedule else _event(rule, past, events, holds, now)
    if cause is None or cause.missed or not is_limited(rule, past, cause.subject, now):
        return cause
    return None


def is_limited(rule: AutomationRule, past: Past, subject: str, now: datetime) -> bool:
    """Whether a rule rests after its last run on a subject, or has run as often as it may.

    What a clock that was ahead has put into the future keeps nobody waiting until then.
    """
    if any(abs(now - time) < rule.rest for time, about in past.runs if about == subject):
        return True
    limit = rule.limit
    return limit is not None and sum(abs(now - time) < limit.per for time, _ in past.runs) >= limit.runs


def pending(
    rule: AutomationRule, past: Past, events: Iterable[Event], holds: Holds, now: datetime
) -> list[Event]:
    """Give the events that a rule has still to act on, the oldest first; never what it caused itself."""
    start = max(past.since, now - DAY)
    return [
        one
        for one in events
        if one.id not in past.acted
        and one.kind != BEFORE
        and start <= one.time < now + DAY
        and rule.name not in one.because_of
        and rule.hears(one.kind)
        and holds(rule, one)
    ]


def _slot(rule: AutomationRule, past: Past, now: datetime) -> Cause | None:
    """Give the last time that came; those before it, missed for whatever reason, are one run with it."""
    slot = Schedule(str(rule.schedule), rule.timezone).last(now)
    if slot is None or slot <= (past.slot or past.since):
        return None
    return Cause("schedule", slot, missed=rule.late is not None and now - slot > rule.late)


def _event(
    rule: AutomationRule, past: Past, events: Sequence[Event], holds: Holds, now: datetime
) -> Cause | None:
    """Give the oldest subject that does not rest; all that happened about it meanwhile is one run."""
    about: dict[str, list[str]] = {}
    for one in pending(rule, past, events, holds, now):
        about.setdefault(one.subject, []).append(one.id)
    for subject, names in about.items():
        if not is_limited(rule, past, subject, now):
            return Cause(subject, events=tuple(reversed(names)))
    return None
