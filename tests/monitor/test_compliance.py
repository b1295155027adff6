"""The compliance score: weighted, with its reasons, over time; an expired waiver counts again."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig import ConfigManager, ConfigMonitor
from gmconfig.errors import UnknownDocument, UnknownEnvironment
from gmconfig.finding import Severity
from gmconfig.monitor.compliance import trend as trending
from gmconfig.monitor.compliance.check import tallies
from gmconfig.monitor.compliance.score import WEIGHTS, Tally, by, score
from gmconfig.project import Project
from tests.deploy.fleet import BASE, Fleet
from tests.trading import make

RULES = {
    "rules": [
        {"id": "big", "severity": "critical", "config_path": "database.pool", "require": {"minimum": 5}},
        {"id": "quiet", "severity": "warning", "config_path": "debug", "require": {"const": False}},
    ],
    "disable": ["debug-off"],
}
WAIVER = {"rule": "quiet", "path": "debug", "reason": "a demo", "expires": "2026-12-31"}


def _tally(severity: Severity, passed: int, failed: int, unknown: int = 0, waived: int = 0) -> Tally:
    return Tally("r", severity, "d", "e", passed, failed, unknown, waived)


_tallies = st.lists(st.builds(_tally, st.sampled_from(Severity), *[st.integers(0, 9)] * 4), max_size=6)


@given(_tallies)
def test_the_score_is_what_the_convention_says(found: list[Tally]):
    checked = [(WEIGHTS[one.severity], one.passed, one.failed) for one in found]
    weights = sum(weight * (good + bad) for weight, good, bad in checked)
    total = score(found)
    if not weights:
        assert total.value is None
    else:
        assert total.value == pytest.approx(100 * sum(w * good for w, good, _ in checked) / weights)
        assert (total.value == 100) == (total.failed == 0)
    assert sum(one.passed for one in by(found, lambda one: one.severity).values()) == total.passed


@given(_tallies, st.integers(1, 5), st.integers(1, 5))
def test_what_is_unknown_or_waived_changes_no_score(found: list[Tally], unknown: int, waived: int):
    assert score([*found, _tally(Severity.CRITICAL, 0, 0, unknown, waived)]).value == score(found).value


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    fleet = Fleet(tmp_path, {}, environments={"production": None, "staging": None})
    (fleet.root / "policies").mkdir()
    fleet.write("policies/own.yaml", RULES)
    fleet.commit("rules")
    return fleet


def _status(fleet: Fleet, **asked):
    return ConfigMonitor(ConfigManager(root=fleet.root)).get_compliance_status(**asked)


def test_a_violation_costs_its_weight_where_it_is(fleet: Fleet):
    assert _status(fleet).score == 100
    fleet.write("config/environments/production.yaml", {"debug": True})
    found = _status(fleet)
    assert found.score == pytest.approx(100 * 22 / 24)
    assert found.environments["production"].value == pytest.approx(100 * 10 / 12)
    assert found.environments["staging"].value == 100
    assert found.rules["quiet"].value == 50
    [broken] = found.violations
    assert (broken.rule, broken.environment, broken.failing[0][0]) == ("quiet", "production", "debug")
    assert _status(fleet, environment="staging").compliant


def test_a_waiver_takes_it_out_and_counts_again_when_it_expired(fleet: Fleet):
    fleet.write("config/settings.yaml", {**BASE, "debug": True})
    fleet.write("policies/own.yaml", {**RULES, "waivers": [WAIVER]})
    project = Project.find(str(fleet.root))
    now = score(tallies(project, project.worktree(), "2026-12-31"))
    assert (now.value, now.waived) == (100, 2)
    later = score(tallies(project, project.worktree(), "2027-01-01"))
    assert (later.value, later.waived, later.failed) == (pytest.approx(100 * 20 / 24), 0, 2)


def test_what_cannot_be_known_here_counts_in_neither(fleet: Fleet):
    fleet.write("config/settings.yaml", {**BASE, "debug": "${DEBUG}"})
    assert (_status(fleet).total.unknown, _status(fleet).score) == (2, 100)


def test_the_trend_moves_with_the_commits_and_is_counted_once(fleet: Fleet, monkeypatch: pytest.MonkeyPatch):
    for pool in (3, 20):
        fleet.change(pool)
    past = _status(fleet, commits=30).trend
    scores = [one.score for one in past]
    assert [one.subject for one in past] == ["begin", "rules", "pool 3", "pool 20"]
    assert scores == [None if scores[0] is None else 100, 100, pytest.approx(100 * 4 / 24), 100]
    monkeypatch.setattr(trending, "moved_on", None)
    assert [one.score for one in _status(fleet, commits=2).trend] == scores[-2:]
    shutil.rmtree(fleet.root / ".git/gmconfig")
    monkeypatch.undo()
    assert [one.score for one in _status(fleet, commits=30).trend] == scores


def test_the_example_moves_as_it_should(tmp_path: Path, git):
    folder = make(tmp_path / "repo")
    live = folder / "config/environments/production.yaml"
    before = live.read_text()
    live.write_text(before.replace("session_minutes: 15", "session_minutes: 600"))
    assert live.read_text() != before
    git("commit", "-qam", "long sessions")
    live.write_text(before)
    git("commit", "-qam", "short again")
    found = ConfigMonitor(ConfigManager(root=folder)).get_compliance_status(commits=30)
    first, worse, last = [one.score for one in found.trend]
    assert worse < first == last == found.score


def test_a_trend_is_never_one_of_something_else(fleet: Fleet):
    assert _status(fleet, config_name="settings", commits=5).trend == ()
    assert len(_status(fleet, environment="production", commits=5).trend) == 2


def test_where_no_rule_applies_there_is_no_score_and_no_line(tmp_path: Path):
    fleet = Fleet(tmp_path, {})
    fleet.write("config/settings.yaml", {"a": 1})
    fleet.commit()
    done = fleet.run("monitor", "compliance", "--commits", "1")
    assert (done.returncode, done.stdout) == (
        0,
        "no rule applies; those of your own stand in policies/*.yaml\n",
    )


def test_unknown_names_are_refused(fleet: Fleet):
    with pytest.raises(UnknownDocument):
        _status(fleet, config_name="nope")
    with pytest.raises(UnknownEnvironment):
        _status(fleet, environment="nope")


def test_the_verb_says_score_and_reasons(fleet: Fleet):
    fleet.write("config/environments/production.yaml", {"debug": True})
    fleet.commit("debugging")
    done = fleet.run("monitor", "compliance")
    assert done.returncode == 1
    assert done.stdout.startswith("91.7  3 of 4 checks pass\n\nwarning  quiet  settings in production\n")
    assert "over 3 commits" in done.stdout
    assert fleet.run("monitor", "compliance", "-e", "staging").returncode == 0


def test_status_says_how_things_are(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}, "next": {}, "away": {"host": "elsewhere"}})
    fleet.apply("web")
    done = fleet.run("monitor", "status")
    assert done.returncode == 0, done.stdout
    for text in (
        "as it was deployed, answered",
        "not deployed yet, answered",
        "target web",
        "target away  ",
        "unknown",
        "backups",
        "none was made yet",
        "gmconfig backup create",
    ):
        assert text in done.stdout
    (fleet.live / "web/settings.yaml").write_text("database: {}\n")
    assert fleet.run("monitor", "status").returncode == 1
