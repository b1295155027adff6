"""When a rule runs: times of a schedule, also where clocks change; events, how often, and never by itself."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.automation.rules.claims import claim_for
from gmconfig.automation.rules.condition import holds
from gmconfig.automation.rules.due import due
from gmconfig.automation.rules.event import Event, told
from gmconfig.automation.rules.past import Cause, Past, past_of
from gmconfig.automation.rules.rule import AutomationRule, rule_of
from gmconfig.automation.rules.schedule import Schedule
from gmconfig.record import note

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LINES = [
    "30 2 * * *",
    "* * * * *",
    "*/15 * * * *",
    "0 */6 * * *",
    "5 3 1 * *",
    "30 2 * * SUN",
    "0 9 * * MON-FRI",
]
ZONES = ["UTC", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]
lines, zones = st.sampled_from(LINES), st.sampled_from(ZONES)
# Around the days on which clocks change, where arithmetic goes wrong if it does, and any other day.
moments = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes),
    st.sampled_from(
        [
            datetime(2026, 3, 29, tzinfo=UTC),
            datetime(2026, 10, 25, tzinfo=UTC),
            datetime(2026, 3, 8, tzinfo=UTC),
            datetime(2026, 11, 1, tzinfo=UTC),
            datetime(2026, 4, 4, 12, tzinfo=UTC),
            NOON,
        ]
    ),
    st.integers(-2000, 2000),
)


@given(lines, zones, moments)
def test_the_last_time_is_the_newest_that_came(line, zone, moment):
    schedule = Schedule(line, zone)
    last, following = schedule.last(moment), schedule.next(moment)
    assert last <= moment < following
    assert schedule.next(last - timedelta(seconds=1)) == last
    assert schedule.last(following - timedelta(seconds=1)) == last
    assert schedule.last(last) == last


@given(zones, moments)
def test_a_daily_time_comes_once_on_every_day_whatever_clocks_do(zone, moment):
    schedule = Schedule("30 2 * * *", zone)
    first = schedule.next(moment)
    second = schedule.next(first)
    days = [slot.astimezone(ZoneInfo(zone)).date() for slot in (first, second)]
    assert days[1] - days[0] == timedelta(days=1)


@given(st.lists(st.integers(0, 4000), min_size=1, max_size=30), lines, zones, moments)
def test_a_time_is_taken_up_once_however_often_and_late_somebody_looks(minutes, line, zone, moment):
    rule, past = AutomationRule("r", schedule=line, timezone=zone, do="backup"), Past(moment)
    taken = []
    for minute in sorted(minutes):
        now = moment + timedelta(minutes=minute)
        cause = due(rule, past, [], holds, now)
        if cause is not None:
            taken.append(cause.slot)
            past = past.claimed(claim_for(cause, "ann", now), now).ended({}, now)
        assert due(rule, past, [], holds, now) is None
        assert Schedule(line, zone).last(now) <= max(past.slot or past.since, past.since)
    assert taken == sorted(set(taken))


def test_a_day_without_a_runner_is_one_run():
    rule = AutomationRule("r", schedule="0 * * * *", do="backup")
    past = Past(NOON - timedelta(days=1), slot=NOON - timedelta(days=1))
    assert due(rule, past, [], holds, NOON + MINUTE) == Cause("schedule", NOON)


def test_a_time_that_is_too_late_is_missed_and_not_run():
    rule = AutomationRule("r", schedule="0 * * * *", within="10m", do="backup")
    past = Past(NOON - HOUR)
    assert not due(rule, past, [], holds, NOON + 10 * MINUTE).missed
    assert due(rule, past, [], holds, NOON + 11 * MINUTE).missed


# Events


def event(name: str, minute: int, target: str = "web", kind: str = "drift.detected", *rules: str) -> Event:
    return Event(name, kind, NOON + minute * MINUTE, {"target": target, "environment": "production"}, rules)


def taken(rule: AutomationRule, past: Past, events: list[Event], now: datetime) -> tuple[list[Cause], Past]:
    """Run a rule until nothing is due any more."""
    causes = []
    while (cause := due(rule, past, events, holds, now)) is not None:
        causes.append(cause)
        past = past.claimed(claim_for(cause, "ann", now), now).ended({}, now)
    return causes, past


def test_an_event_is_acted_on_once_also_after_the_memory_was_written_and_read():
    rule, events = AutomationRule("r", on="drift.*", do="correct-drift"), [event("a", 0)]
    causes, past = taken(rule, Past(NOON), events, NOON + MINUTE)
    assert [cause.events for cause in causes] == [("a",)]
    assert taken(rule, past_of(past.as_json(), NOON), events, NOON + 30 * MINUTE)[0] == []


def test_what_was_acted_on_last_is_remembered_however_it_is_called():
    names = [f"origin/main@{number:02}" for number in range(30, 0, -1)]
    acted = {name: NOON + number * MINUTE for number, name in enumerate(names)}
    stored = json.loads(note.as_bytes(Past(NOON, acted=acted).as_json()))
    later = NOON + timedelta(days=3)
    after = past_of(stored, NOON).claimed(claim_for(Cause("drift/web"), "ann", later), later)
    assert sorted(after.acted) == [f"origin/main@{number:02}" for number in range(1, 21)]


def test_a_runner_whose_clock_was_ahead_keeps_nobody_waiting():
    rule = AutomationRule("r", on="drift.*", do="correct-drift", maximum={"runs": 1, "per": "1h"})
    past = Past(NOON, runs=((NOON + timedelta(days=3), "drift/web/production"),))
    assert due(rule, past, [event("a", 0)], holds, NOON + MINUTE) is not None


def test_what_happens_about_the_same_while_it_rests_is_one_run_later():
    rule = AutomationRule("r", on="drift.*", do="correct-drift", cooldown="10m")
    events = [event("a", 0), event("b", 1), event("c", 2), event("d", 2, "worker")]
    _, past = taken(rule, Past(NOON), events[:1], NOON)
    causes, past = taken(rule, past, events, NOON + 3 * MINUTE)
    assert [cause.events for cause in causes] == [("d",)]
    assert taken(rule, past, events, NOON + 9 * MINUTE)[0] == []
    causes, _ = taken(rule, past, events, NOON + 10 * MINUTE)
    assert [cause.events for cause in causes] == [("c", "b")]


def test_it_runs_at_most_so_often():
    rule = AutomationRule("r", on="drift.*", do="validate", cooldown="0s", maximum={"runs": 2, "per": "1h"})
    events = [event(f"e{number}", 0, f"web-{number}") for number in range(5)]
    first, past = taken(rule, Past(NOON), events, NOON)
    second, past = taken(rule, past, events, NOON + 59 * MINUTE)
    third, _ = taken(rule, past, events, NOON + 60 * MINUTE)
    assert [len(first), len(second), len(third)] == [2, 0, 2]


@pytest.mark.parametrize(
    ("happened", "is_due"),
    [
        (event("a", 0), True),
        (event("a", -1), False),
        (event("a", 0, "web", "deployment.failed"), False),
        (event("a", 0, "web", "drift.detected", "other"), True),
        (event("a", 0, "web", "drift.detected", "r"), False),
        (event("a", 0, "web", "drift.detected", "other", "r", "third"), False),
        (event("a", 0, "worker"), False),
    ],
    ids=[
        "it",
        "before the rule",
        "another kind",
        "of another rule",
        "of its own",
        "of its own, round a corner",
        "if",
    ],
)
def test_which_events_it_acts_on(happened, is_due):
    condition = {"==": [{"var": "target"}, "web"]}
    rule = AutomationRule("r", on="drift.*", if_=condition, do="correct-drift")
    assert (due(rule, Past(NOON), [happened], holds, NOON + MINUTE) is not None) is is_due
    assert (
        due(AutomationRule("r", on="**", do="validate", enabled=False), Past(NOON), [happened], holds, NOON)
        is None
    )


def test_what_is_older_than_a_day_is_left():
    rule = AutomationRule("r", on="**", do="validate")
    past = Past(NOON - timedelta(days=9))
    assert due(rule, past, [event("a", 0)], holds, NOON + timedelta(hours=23)) is not None
    assert due(rule, past, [event("a", 0)], holds, NOON + timedelta(hours=25)) is None
    assert due(rule, past, [event("a", 60 * 24 * 400)], holds, NOON) is None


def test_alerts_about_a_rule_never_wake_it_and_wake_others():
    entry = {
        "kind": "alert",
        "to": "firing",
        "rule": "automation-failed",
        "subject": "r",
        "time": NOON.isoformat(),
    }
    [alert] = told([("x", entry)])
    assert due(AutomationRule("r", on="alert.*", do="validate"), Past(NOON), [alert], holds, NOON) is None
    assert due(AutomationRule("s", on="alert.*", do="validate"), Past(NOON), [alert], holds, NOON) is not None


def test_a_condition_that_cannot_be_worked_out_does_not_hold():
    rule = AutomationRule("r", on="**", if_={"<": [{"var": "detections"}, {"var": "target"}]}, do="validate")
    happened = Event("a", "drift.detected", NOON, {"detections": [{}], "target": {}})
    assert due(rule, Past(NOON), [happened], holds, NOON) is None


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"since": "x"},
        {"since": [], "slot": 3, "acted": 1, "runs": 7, "claim": 1},
        {"since": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_what_anybody_may_have_written_on_the_ref_is_a_rule_that_is_new(content):
    assert past_of(content, NOON) == Past(NOON)


def test_a_ready_rule_is_completed_and_what_is_said_wins():
    assert rule_of("backup-nightly", None).schedule == "30 2 * * *"
    mine = rule_of("backup-nightly", {"schedule": "0 5 * * *", "do": {"backup": {"retention_days": 7}}})
    assert (mine.schedule, mine.action, mine.arguments) == ("0 5 * * *", "backup", {"retention_days": 7})
    before = rule_of("backup-before-deployment", {"enabled": False})
    assert (before.events, before.enabled, before.is_before) == (("deployment.before",), False, True)
    assert not AutomationRule("r", on="deployment.*", do="validate").is_before


def test_an_event_with_an_impossible_time_is_passed_over():
    assert list(told([("x", {"kind": "drift-detected", "time": "0001-01-01T00:00:00+14:00"})])) == []
