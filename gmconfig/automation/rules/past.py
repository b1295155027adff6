"""What is remembered of a rule: its last time, the events that it acted on, its runs, who runs it now. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from gmconfig.record.holder import Holder, holder_of

DAY = timedelta(days=1)
"""For how long events are acted on, and are remembered to have been."""

_MOST = 1000
_KEPT = 20  # however old: what was fetched stays there until something else is


class Cause(NamedTuple):
    """Why a rule runs: a time of its schedule, or events (the last one first) about a subject."""

    subject: str
    slot: datetime | None = None
    events: tuple[str, ...] = ()
    missed: bool = False

    @property
    def id(self) -> str:
        """What it is called in the journal."""
        return self.slot.isoformat() if self.slot else self.events[0] if self.events else ""


class Claim(NamedTuple):
    """Who runs it, why, and which try that is, counted from 1."""

    holder: Holder
    cause: Cause
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Past:
    """What one rule did.

    Attributes:
        since: when it was first heard of.
        slot: the last time of its schedule that was taken up.
        acted: events that were acted on, with their times.
        runs: when it ran, and on what.
        claim: who runs it now, or ran it and never came back.
        last: what came of its last run, as JSON has it.
    """

    since: datetime
    slot: datetime | None = None
    acted: Mapping[str, datetime] = field(default_factory=dict)
    runs: tuple[tuple[datetime, str], ...] = ()
    claim: Claim | None = None
    last: Mapping[str, Any] | None = None

    def claimed(self, claim: Claim, now: datetime) -> Past:
        """Give it with somebody who runs the rule now; what it was claimed for is not claimed again."""
        cause = claim.cause
        kept = sorted(self.acted, key=lambda name: self.acted[name])[-_KEPT:]
        acted = {name: time for name, time in self.acted.items() if now - time < 2 * DAY or name in kept}
        acted |= dict.fromkeys(cause.events, now)
        runs = (*self.runs, (now, cause.subject))[-_MOST:]
        return replace(self, slot=cause.slot or self.slot, acted=acted, runs=runs, claim=claim)

    def ended(self, last: Mapping[str, Any], moment: datetime) -> Past:
        """Give it with what came of its run, and nobody who runs the rule; it rests from that moment on."""
        runs = tuple((moment, subject) for _, subject in self.runs[-1:])
        return replace(self, claim=None, last=last, runs=(*self.runs[:-1], *runs))

    def ran(self, subject: str, now: datetime, last: Mapping[str, Any]) -> Past:
        """Give it with a run that nobody had to claim."""
        return replace(self, runs=(*self.runs, (now, subject))[-_MOST:], last=last)

    def as_json(self) -> dict[str, object]:
        """Give it as the ref's note has it."""
        return {
            "since": self.since.isoformat(),
            "slot": self.slot.isoformat() if self.slot else None,
            "acted": {name: time.isoformat() for name, time in self.acted.items()},
            "runs": [[time.isoformat(), subject] for time, subject in self.runs],
            "claim": _claim_as_json(self.claim) if self.claim else None,
            "last": self.last,
        }


def past_of(content: Mapping[str, object], now: datetime) -> Past:
    """Read a note; where there is none, or it makes no sense, the rule is new."""
    said: Any = content
    try:
        return Past(
            _moment(said["since"]),
            _moment(said["slot"]) if said["slot"] else None,
            {str(name): _moment(time) for name, time in said["acted"].items()},
            tuple((_moment(time), str(subject)) for time, subject in said["runs"]),
            _claim_of(said["claim"]) if said["claim"] else None,
            said["last"] if isinstance(said["last"], dict) else None,
        )
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError):
        return Past(now)


def _claim_as_json(claim: Claim) -> dict[str, object]:
    cause = claim.cause
    return {
        "holder": claim.holder.as_json(),
        "attempt": claim.attempt,
        "subject": cause.subject,
        "slot": cause.slot.isoformat() if cause.slot else None,
        "events": list(cause.events),
    }


def _claim_of(said: Any) -> Claim | None:
    holder = holder_of(said["holder"])
    slot = _moment(said["slot"]) if said["slot"] else None
    cause = Cause(str(said["subject"]), slot, tuple(map(str, said["events"])))
    return Claim(holder, cause, int(said["attempt"])) if holder else None


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text)).astimezone(UTC)
