"""Which backups stay: restic's rules, and the laws that no policy can break."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.backup.retention import Candidate, Rules, judged
from gmconfig.errors import UsageError

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def at(text: str, **more: object) -> Candidate:
    return Candidate(text, datetime.fromisoformat(text).replace(tzinfo=UTC), **more)  # type: ignore[arg-type]


def kept(backups: list[Candidate], rules: Rules, now: datetime = NOW) -> list[str]:
    return [verdict.id for verdict in judged(backups, rules, now) if verdict.stays]


def days(count: int) -> list[Candidate]:
    """One each noon, the last on 22 November."""
    moments = [datetime(2026, 11, 22, 12, tzinfo=UTC) - timedelta(days=n) for n in range(count)]
    return [Candidate(f"{moment:%m-%d}", moment) for moment in moments]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (Rules(last=2), ["11-22", "11-21"]),
        (Rules(daily=3), ["11-22", "11-21", "11-20"]),
        # 22 November is a Sunday: its week began on the 16th.
        (Rules(weekly=2), ["11-22", "11-15"]),
        (Rules(monthly=2), ["11-22", "10-31"]),
        (Rules(yearly=1), ["11-22"]),
        (Rules(within=timedelta(days=2)), ["11-22", "11-21", "11-20"]),
        (Rules(last=1, weekly=2), ["11-22", "11-15"]),
    ],
)
def test_a_rule_keeps_the_newest_of_each(rules, expected):
    assert kept(days(40), rules) == expected


def test_the_oldest_stays_while_a_rule_is_not_filled():
    assert kept(days(40), Rules(yearly=3)) == ["11-22", days(40)[-1].id]
    assert judged(days(40), Rules(yearly=3), NOW)[-1].reasons == ("yearly 3: the oldest there is",)


@pytest.mark.parametrize(
    ("within", "said"),
    [
        ({"days": 1}, "1 day"),
        ({"weeks": 2}, "14 days"),
        ({"hours": 36}, "36 hours"),
        ({"minutes": 90}, "1.5 hours"),
    ],
)
def test_how_long_is_said_as_people_say_it(within, said):
    [verdict] = judged(days(1), Rules(within=timedelta(**within)), NOW)
    assert verdict.reasons[0] == f"within {said} of the newest"


def test_what_is_dated_in_the_future_takes_no_place_of_a_rule():
    found = [at("2027-01-01"), at("2026-11-01"), at("2026-10-01")]
    assert kept(found, Rules(last=1)) == ["2027-01-01", "2026-11-01"]


def test_of_one_bucket_the_newest_stays():
    two = [at("2026-11-22T08:00"), at("2026-11-22T18:00"), at("2026-11-21T18:00")]
    assert kept(two, Rules(daily=2)) == ["2026-11-22T18:00", "2026-11-21T18:00"]
    assert kept(two, Rules(hourly=2)) == ["2026-11-22T18:00", "2026-11-22T08:00"]


def test_tags_pins_promises_and_the_future_stay():
    found = [
        at("2026-01-01", tags=("audit", "x")),
        at("2026-01-02", pinned=True),
        at("2026-11-01", retention_days=30),
        at("2026-09-01", retention_days=30),
        at("2027-01-01"),
        at("2026-11-20"),
        at("2026-11-19", verified=True),
        at("2026-11-18"),
    ]
    reasons = {one.id: one.reasons for one in judged(found, Rules(tags=("audit",)), NOW)}
    assert reasons == {
        "2026-01-01": ("tag audit",),
        "2026-01-02": ("pinned",),
        "2026-11-01": ("for 30 days",),
        "2026-09-01": (),
        "2027-01-01": ("dated in the future", "the newest"),
        "2026-11-20": (),
        "2026-11-19": ("the newest that was verified",),
        "2026-11-18": (),
    }


def test_a_broken_one_is_not_taken_for_the_last_good_one():
    found = [at("2026-11-20", broken=True), at("2026-11-19"), at("2026-11-18", verified=True, broken=True)]
    assert kept(found, Rules(tags=("none",))) == ["2026-11-19"]


def test_a_broken_one_takes_no_good_ones_place():
    found = [at("2026-11-20T18:00", broken=True), at("2026-11-20T09:00"), at("2026-11-21", verified=True)]
    assert kept(found, Rules(daily=2)) == ["2026-11-21", "2026-11-20T18:00", "2026-11-20T09:00"]
    assert kept(found, Rules(last=1)) == ["2026-11-21"]


def test_an_empty_policy_is_refused():
    with pytest.raises(UsageError, match="no rule"):
        judged(days(3), Rules(), NOW)
    assert judged([], Rules(), NOW) == []


def test_without_rules_a_backup_that_was_promised_nothing_stays():
    found = [at("2026-01-03"), at("2026-01-02"), at("2026-01-01", retention_days=5)]
    assert kept(found, Rules()) == ["2026-01-03", "2026-01-02"]


COUNT = st.integers(0, 4)
RULES = st.builds(
    Rules,
    last=COUNT,
    hourly=COUNT,
    daily=COUNT,
    weekly=COUNT,
    monthly=COUNT,
    yearly=COUNT,
    within=st.none() | st.timedeltas(timedelta(0), timedelta(days=90)),
    tags=st.lists(st.sampled_from("abc"), max_size=2).map(tuple),
)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC))
BACKUPS = st.lists(
    st.builds(
        Candidate,
        id=st.uuids().map(str),
        moment=MOMENTS,
        retention_days=st.none() | st.integers(0, 400),
        tags=st.lists(st.sampled_from("abc"), max_size=2).map(tuple),
        pinned=st.booleans(),
        verified=st.booleans(),
        broken=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)


def verdicts(backups, rules, now=NOW):
    try:
        return judged(backups, rules, now)
    except UsageError:
        return None


@given(BACKUPS, RULES, MOMENTS)
def test_the_last_good_backup_survives_every_policy_that_can_be_written(backups, rules, now):
    found = verdicts(backups, rules, now)
    if found is None:
        return
    staying = {one.id for one in found if one.stays}
    order = sorted(backups, key=lambda one: (one.moment, one.id), reverse=True)
    good = [one for one in order if not one.broken]
    verified = [one for one in good if one.verified]
    assert {one.id for one in (verified or good or order)[:1]} <= staying
    assert {one.id for one in good[:1]} <= staying


@given(BACKUPS, RULES, MOMENTS)
def test_what_was_promised_stays(backups, rules, now):
    for one, verdict in zip(backups, _in_order(verdicts(backups, rules, now), backups), strict=False):
        promised = one.retention_days is not None and now - one.moment < timedelta(days=one.retention_days)
        if one.pinned or one.moment > now or promised:
            assert verdict.stays


@given(BACKUPS, RULES, RULES)
def test_more_rules_never_keep_less(backups, some, more):
    joined = Rules(
        **{
            name: max(getattr(some, name), getattr(more, name))
            for name in ("last", "hourly", "daily", "weekly", "monthly", "yearly")
        },
        within=max((one.within for one in (some, more) if one.within is not None), default=None),
        tags=some.tags + more.tags,
    )
    few, many = verdicts(backups, some), verdicts(backups, joined)
    if few is None or many is None or some.are_empty:
        return
    # The oldest that only stands in for an unfilled rule may give way once the rule is longer.
    assert {one.id for one in few if one.stays} <= {one.id for one in many if one.stays} | _stand_ins(few)


@given(BACKUPS, RULES)
def test_pruning_twice_removes_nothing_more(backups, rules):
    first = verdicts(backups, rules)
    if first is None:
        return
    left = [one for one in backups if next(v for v in first if v.id == one.id).stays]
    again = verdicts(left, rules)
    assert again is None or all(one.stays for one in again)


def _in_order(found, backups):
    by_id = {one.id: one for one in found or ()}
    return [by_id[one.id] for one in backups if one.id in by_id]


def _stand_ins(found):
    return {one.id for one in found if any("oldest" in reason for reason in one.reasons)}
