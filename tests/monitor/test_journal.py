"""The journal over years and clones: old months are dropped but for what counts, and no clone brings them back."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.api.journaling import Journals
from gmconfig.api.workspace import Workspace
from gmconfig.drift import detection
from gmconfig.errors import GitTrouble, UsageError
from gmconfig.finding import Severity
from gmconfig.monitor import backups, happened, lifecycle
from gmconfig.monitor.alert import Kind, State
from gmconfig.monitor.condition import Condition
from gmconfig.monitor.lasting import lasting
from tests.cli.test_json import agrees
from tests.deploy.fleet import Fleet

BEGAN = datetime(2024, 1, 15, tzinfo=UTC)
_DRIFT = {
    "environment": "production",
    "target": "web",
    "document": "settings",
    "kind": "changed",
    "record": "p-1",
}
_ids = st.sampled_from("abc")
_ids_of = st.lists(_ids, min_size=1, max_size=3)


def _condition(subject: str) -> Condition:
    return Condition("r", subject, Kind.DRIFT, Severity.ERROR, subject)


def _detection(name: str) -> dict[str, str]:
    return {**_DRIFT, "id": name, "path": name}


_events = st.one_of(
    _ids.map(lambda key: lifecycle.raised(_condition(key), 1)),
    st.builds(lambda key, to, muted: lifecycle.moved(_condition(key).id, to, muted=muted), _ids,
              st.sampled_from([State.ACKNOWLEDGED, State.RESOLVED]), st.booleans()),
    _ids_of.map(lambda ids: {"kind": detection.DETECTED, "detections": [_detection(one) for one in ids]}),
    _ids_of.map(lambda ids: {"kind": detection.RESOLVED, "ids": ids}),
    _ids_of.map(lambda ids: {"kind": detection.ACKNOWLEDGED, "ids": ids, "by": "ada", "reason": "r"}),
    st.builds(lambda state: {"kind": "deployment", "environment": "production", "id": "p-1", "state": state},
              st.sampled_from(["failed", "succeeded", "partial"])),
    st.builds(lambda name, kind: {"kind": kind, "secret": name, "environment": "production"}, _ids,
              st.sampled_from(["secret-overdue", "secret-rotated"])),
    st.builds(lambda good, key: {"kind": "backup", "place": "a", "id": key, "good": good}, st.booleans(), _ids),
    _ids_of.map(lambda ids: {"kind": "backup", "action": "pruned", "place": "a", "id": ids[0], "ids": ids}),
    st.just({"kind": "backup", "action": "created", "place": "a", "id": "b"}),
)  # fmt: skip


def _known(events: list[dict]) -> list[object]:
    """Give all that is made of events: what is open, what holds a year later, and what is known of backups."""
    later = BEGAN + timedelta(days=400)
    alerts = lifecycle.told_by(events).values()
    return [
        {one.id: one for one in alerts if one.muted or not one.resolved},
        {one.id: one for one in detection.told_by(events).values() if not one.resolved},
        sorted(map(repr, happened.conditions(events, later))),
        backups.last_verified(events),
        backups.last_created(events),
    ]


@given(st.lists(_events, max_size=14), st.integers(0, 14))
def test_what_is_dropped_changes_nothing_that_anybody_can_see(events: list[dict], cut: int):
    timed = [{**one, "time": (BEGAN + timedelta(hours=hour)).isoformat()} for hour, one in enumerate(events)]
    named = [(str(number), one) for number, one in enumerate(timed)]
    kept = lasting(named)
    left = [one for number, one in named if int(number) >= cut or number in kept]
    assert _known(left) == _known(timed)


def test_of_an_alert_stays_what_it_fired_last_with_and_what_mutes_it():
    one, other = _condition("mute"), _condition("over")
    events = [
        lifecycle.raised(one, 1),
        lifecycle.moved(one.id, State.RESOLVED),
        lifecycle.raised(one, 2),
        lifecycle.moved(one.id, State.RESOLVED, muted=True),
        lifecycle.raised(other, 1),
        lifecycle.moved(other.id, State.RESOLVED),
        lifecycle.moved(other.id, State.ACKNOWLEDGED),
    ]
    timed = [{**event, "time": (BEGAN + timedelta(hours=n)).isoformat()} for n, event in enumerate(events)]
    assert lasting([(str(n), event) for n, event in enumerate(timed)]) == {"2", "3"}
    assert lifecycle.told_by(timed)[other.id].state is State.RESOLVED  # nobody acknowledges what is over


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Fleet, Journals, Journals]:
    """A repository with a remote, and a clone of it, each with its journal; the first noted an alert long ago."""
    fleet = Fleet(tmp_path / "one", {})
    fleet.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
    fleet.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    fleet.git("push", "-q", "origin", "HEAD:main")
    fleet.git("clone", "-q", "-b", "main", str(tmp_path / "remote.git"), str(tmp_path / "two"))
    first, second = (Journals(Workspace(root=str(root))) for root in (fleet.root, tmp_path / "two"))
    first.journal.append({"kind": "noise"}, now=BEGAN)
    first.journal.append(lifecycle.raised(_condition("still open"), 1), now=BEGAN + timedelta(hours=1))
    first.journal.append({"kind": "noise"}, now=datetime.now(UTC))
    return fleet, first, second


def _kinds(journals: Journals) -> list[object]:
    return [one["kind"] for one in journals.journal.read()]


def test_two_clones_drop_a_month_and_neither_brings_it_back(clones: tuple[Fleet, Journals, Journals]):
    fleet, first, second = clones
    assert first.sync() == [one.month for one in first.months()]
    assert second.sync() == []
    assert _kinds(second) == ["noise", "alert", "noise"]
    [would] = first.prune(12, dry_run=True)
    assert (would.month, would.events, _kinds(first)) == ("2024-01", 1, _kinds(second))
    assert first.prune(12) == [would]
    assert _kinds(first) == ["alert", "noise"]
    second.journal.append(
        {"kind": "late"}, now=BEGAN + timedelta(hours=2)
    )  # by somebody who has not heard of it
    assert first.sync() == ["2024-01"]
    second.sync()
    first.sync()
    for one in (first, second):
        assert _kinds(one) == ["alert", "noise"]
        assert [month.pruned for month in one.months()] == [True, False]
    gone = "refs/gmconfig/journal/2024-01"
    assert fleet.git("rev-list", "--count", gone) == "1"
    assert first.prune(12) == second.prune(12) == [would]
    assert (first.sync(), second.sync()) == ([], [])


def test_both_may_drop_it_and_write_on(clones: tuple[Fleet, Journals, Journals]):
    _, first, second = clones
    first.sync()
    second.sync()
    for one in (first, second):
        one.prune(12)
        one.journal.append({"kind": "after"}, now=BEGAN + timedelta(hours=3))
    for one in (first, second, first):
        one.sync()
    assert (
        sorted(map(str, _kinds(first)))
        == sorted(map(str, _kinds(second)))
        == ["after", "after", "alert", "noise"]
    )
    assert (first.sync(), second.sync()) == ([], [])


def test_what_somebody_acknowledged_elsewhere_is_known_here(clones: tuple[Fleet, Journals, Journals]):
    _, first, second = clones
    first.sync()
    second.sync()
    [alert] = lifecycle.told_by(second.journal.read()).values()
    second.journal.append(lifecycle.moved(alert.id, State.ACKNOWLEDGED, "bo"))
    second.sync()
    first.sync()
    [after] = lifecycle.told_by(first.journal.read()).values()
    assert (after.state, after.by) == (State.ACKNOWLEDGED, "bo")


def test_the_verbs(clones: tuple[Fleet, Journals, Journals], tmp_path: Path):
    fleet, first, _ = clones
    with pytest.raises(UsageError, match="at least 2 months"):
        first.prune(1)
    assert fleet.run("monitor", "journal", "prune", "--keep-months", "12").stdout == (
        "2024-01  dropped  1 event still counts\n"
    )
    done = fleet.run("monitor", "journal", "sync", "-o", "json")
    agrees("monitor-journal-sync", done.stdout)
    assert json.loads(done.stdout)["pushed"][0] == "2024-01"
    said = json.loads(fleet.run("monitor", "journal", "list", "-o", "json").stdout)
    assert said[0] == {"month": "2024-01", "events": 1, "pruned": True}
    (tmp_path / "remote.git").rename(tmp_path / "away")
    with pytest.raises(GitTrouble, match="cannot be reached"):
        first.sync()
