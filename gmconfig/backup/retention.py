"""Which backups stay, and why: restic's rules over the calendar, and what no rule may take away.

Pure: moments come in, a verdict for each goes out.

Source:
    restic, "Removing backup snapshots" (060_forget).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

from gmconfig.counted import counted
from gmconfig.errors import UsageError

_BUCKETS: Mapping[str, Callable[[datetime], object]] = {
    "hourly": lambda moment: (moment.date(), moment.hour),
    "daily": lambda moment: moment.date(),
    "weekly": lambda moment: moment.isocalendar()[:2],
    "monthly": lambda moment: (moment.year, moment.month),
    "yearly": lambda moment: moment.year,
}
"""What a rule keeps the newest of: calendar hours, days, weeks from Monday to Sunday, months and years in UTC."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How many of each to keep; any rule that wants a backup keeps it.

    Attributes:
        last: the newest ones.
        hourly, daily, weekly, monthly, yearly: the newest of so many hours, days, … that have one.
        within: all that are at most so much older than the newest.
        tags: all with one of these tags.
    """

    last: int = 0
    hourly: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    yearly: int = 0
    within: timedelta | None = None
    tags: tuple[str, ...] = ()

    @property
    def are_empty(self) -> bool:
        """Whether they would keep nothing."""
        return not any(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the rules know of a backup; `broken` where it was found damaged."""

    id: str
    moment: datetime
    retention_days: int | None = None
    tags: tuple[str, ...] = ()
    pinned: bool = False
    verified: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a backup; no reasons: it goes."""

    id: str
    reasons: tuple[str, ...]

    @property
    def stays(self) -> bool:
        """Whether anything keeps it."""
        return bool(self.reasons)


def judged(backups: Sequence[Candidate], rules: Rules, now: datetime) -> list[Verdict]:
    """Say of each backup what keeps it, the newest first.

    Raises:
        UsageError: neither a rule nor any backup says how long to keep one: all but the last would go.
    """
    if rules.are_empty and backups and all(one.retention_days is None for one in backups):
        raise UsageError("no rule says what to keep", hint="gmconfig backup prune --keep-daily 14")
    ordered = sorted(backups, key=lambda one: (_utc(one.moment), one.id), reverse=True)
    reasons: dict[str, list[str]] = {one.id: [] for one in ordered}
    for name, reason in (*_by_rules(ordered, rules, now), *_in_any_case(ordered, rules, now)):
        reasons[name].append(reason)
    return [Verdict(one.id, tuple(reasons[one.id])) for one in ordered]


def _by_rules(ordered: Sequence[Candidate], rules: Rules, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield what rules keep; a backup that was found damaged takes no good one's place."""
    past = [one for one in ordered if _utc(one.moment) <= _utc(now)]
    good = [one for one in past if not one.broken]
    yield from dict.fromkeys((*_kept(past, rules), *_kept(good, rules)))


def _kept(past: Sequence[Candidate], rules: Rules) -> Iterator[tuple[str, str]]:
    yield from ((one.id, f"last {rules.last}") for one in past[: rules.last])
    for name, bucket in _BUCKETS.items():
        yield from _newest_of_each(past, name, getattr(rules, name), bucket)
    for one in past:
        if rules.within is not None and _utc(past[0].moment) - _utc(one.moment) <= rules.within:
            yield one.id, f"within {_in_words(rules.within)} of the newest"
        for tag in set(rules.tags).intersection(one.tags):
            yield one.id, f"tag {tag}"


def _newest_of_each(
    past: Sequence[Candidate], name: str, count: int, bucket: Callable[[datetime], object]
) -> Iterator[tuple[str, str]]:
    """Yield the newest of each bucket; the oldest of all too, while the rule is not filled."""
    last: object = None
    left = count
    for one in past:
        this = bucket(_utc(one.moment))
        if left > 0 and (this != last or one is past[-1]):
            yield one.id, f"{name} {count}" if this != last else f"{name} {count}: the oldest there is"
            left -= 1
        last = this


def _in_any_case(ordered: Sequence[Candidate], rules: Rules, now: datetime) -> Iterator[tuple[str, str]]:
    for one in ordered:
        if one.pinned:
            yield one.id, "pinned"
        if _utc(one.moment) > _utc(now):
            yield one.id, "dated in the future"
        if one.retention_days is not None and _age(one, now) < timedelta(days=one.retention_days):
            yield one.id, f"for {counted(one.retention_days, 'day')}"
        if one.retention_days is None and rules.are_empty:
            yield one.id, "nothing says how long"
    verified = next((one for one in ordered if one.verified and not one.broken), None)
    if verified:
        yield verified.id, "the newest that was verified"
    good = next((one for one in ordered if not one.broken), ordered[0] if ordered else None)
    if good and good is not verified:
        yield good.id, "the newest"


def _age(one: Candidate, now: datetime) -> timedelta:
    return _utc(now) - _utc(one.moment)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_words(span: timedelta) -> str:
    for unit, noun in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour")):
        if span >= unit and not span % unit:
            return counted(span // unit, noun)
    return f"{span / timedelta(hours=1):g} hours"
