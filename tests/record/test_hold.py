"""Holds and freezes: what stays wanted, and what stops a deployment."""

from datetime import UTC, datetime, timedelta

import pytest

from gmconfig.errors import BrokenConfiguration, NotFound, Refused
from gmconfig.project import Project
from gmconfig.project.window import windows
from gmconfig.record.freeze import Freeze, Freezes
from gmconfig.record.hold import Hold, Holds


def test_a_hold_concerns_all_or_the_targets_it_names(alone: Project):
    holds = Holds(alone, "production")
    holds.add(Hold("c1", "production-1", by="Ann", reason="incident"))
    assert holds.of("web") == Hold("c1", "production-1", by="Ann", reason="incident")
    holds.add(Hold("c2", targets=("web",)))
    assert [(holds.of(name) or Hold("")).commit for name in ("web", "web/host-1", "cron")] == [
        "c2",
        "c2",
        "c1",
    ]
    holds.add(Hold("c3"))
    assert [hold.commit for hold in holds.all()] == ["c3"]


def test_lifting_gives_back_what_was_held(alone: Project):
    holds = Holds(alone, "production")
    holds.add(Hold("c1", targets=("web", "cron")))
    assert [hold.commit for hold in holds.lift(["web"])] == ["c1"]
    assert holds.of("web") is None
    assert holds.of("cron") == Hold("c1", targets=("cron",))
    holds.lift()
    assert holds.all() == ()
    with pytest.raises(NotFound, match="nothing is held in production"):
        holds.lift()


def test_one_target_cannot_leave_a_hold_of_all(alone: Project):
    holds = Holds(alone, "production")
    holds.add(Hold("c1"))
    with pytest.raises(Refused, match='all of production is held, not "web" alone'):
        holds.lift(["web"])


def test_a_freeze_by_command_lasts_until_its_end(alone: Project):
    freezes = Freezes(alone, "production")
    end = datetime(2026, 12, 27, tzinfo=UTC)
    freezes.begin(Freeze("production", "holidays", "Ann", until=end))
    held = freezes.active(end - timedelta(days=1))
    assert str(held) == "production is frozen until 2026-12-27 00:00 UTC, by Ann: holidays"
    assert freezes.active(end) is None
    freezes.begin(Freeze("production", "incident"))
    freezes.end()
    assert freezes.active() is None
    with pytest.raises(NotFound, match="was not frozen by command"):
        freezes.end()


@pytest.mark.parametrize(
    ("declared", "moment", "expected"),
    [
        ({"from": "2026-12-20", "until": "2026-12-27"}, "2026-12-20T00:00", "2026-12-27T00:00"),
        ({"from": "2026-12-20", "until": "2026-12-27"}, "2026-12-19T23:59", None),
        ({"from": "2026-12-20", "until": "2026-12-27"}, "2026-12-27T00:00", None),
        ({"weekly": "fri 16:00 - mon 08:00"}, "2026-11-20T16:00", "2026-11-23T08:00"),
        ({"weekly": "fri 16:00 - mon 08:00"}, "2026-11-20T15:59", None),
        ({"weekly": "fri 16:00 - mon 08:00"}, "2026-11-23T07:59", "2026-11-23T08:00"),
        ({"weekly": "fri 16:00 - mon 08:00"}, "2026-11-23T08:00", None),
        (
            {"weekly": "fri 16:00 - mon 08:00", "timezone": "America/New_York"},
            "2026-11-20T21:00",
            "2026-11-23T13:00",
        ),
        ({"from": "2026-12-20", "environments": ["staging"]}, "2026-12-21T00:00", None),
        ({"from": "2026-12-01", "weekly": "fri 16:00 - mon 08:00"}, "2026-11-21T00:00", None),
        ({"from": "2026-12-01", "weekly": "fri 16:00 - mon 08:00"}, "2026-12-05T00:00", "2026-12-07T08:00"),
        ({"until": "2026-12-06", "weekly": "fri 16:00 - mon 08:00"}, "2026-12-05T00:00", "2026-12-06T00:00"),
        # Clocks go back in the night to Sunday, 1 November: the weekend is an hour longer.
        (
            {"weekly": "sat 12:00 - sun 12:00", "timezone": "America/New_York"},
            "2026-10-31T16:00",
            "2026-11-01T17:00",
        ),
    ],
)
def test_declared_windows(declared: dict[str, object], moment: str, expected: str | None):
    [window] = windows([declared])
    end = window.ends("production", datetime.fromisoformat(moment).replace(tzinfo=UTC))
    assert (end and end.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")) == expected


@pytest.mark.parametrize(
    "declared",
    [
        {},
        {"reason": "x"},
        {"from": "soon"},
        {"weekly": "friday"},
        {"weekly": "mon 00:00 - mon 00:00"},
        {"from": "2026-12-20", "until": "2026-12-20"},
        {"from": "2026-01-01", "timezone": "Mars/Olympus"},
        "always",
    ],
)
def test_a_window_that_is_not_understood_lets_nothing_through(declared: object):
    with pytest.raises(BrokenConfiguration, match=r"freezes\[0\] in gmconfig.yaml"):
        list(windows([declared]))


def test_a_declared_freeze_is_met_and_cannot_be_thawed(alone: Project, tmp_path):
    file = tmp_path / "alone" / "gmconfig.yaml"
    file.write_text(file.read_text() + "freezes:\n  - {from: 2020-01-01, reason: audit}\n")
    freezes = Freezes(Project.find(str(tmp_path / "alone")), "production")
    assert str(freezes.active()) == "production is frozen: audit"
    with pytest.raises(NotFound) as caught:
        freezes.end()
    assert "gmconfig.yaml" in str(caught.value.hint)
