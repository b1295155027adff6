"""FeatureFlagManager: each change is one minimal commit, and programs follow it."""

import logging

import pytest

from gmconfig import FeatureFlagManager, FeatureState, InvalidConfiguration, NotFound, Refused, UsageError

FILE = """\
# who owns what is decided on Mondays
flags:
  dark_mode:   # asked for by many
    owner: web
    state: rollout
    rollout: {percentage: 10}
    environments:
      staging: {state: enabled}
  checkout: {state: enabled, requires: dark_mode}
"""


@pytest.fixture
def manager(repo, git, monkeypatch):
    (repo / "gmconfig.yaml").write_text("environments: {production: , staging: {extends: production}}\n")
    (repo / "flags").mkdir()
    (repo / "flags/web.yaml").write_text(FILE)
    git("add", ".")
    git("commit", "-qm", "begin")
    monkeypatch.chdir(repo)
    return lambda environment=None, **more: FeatureFlagManager(environment, repo, **more)


def changed(git) -> list[str]:
    """The lines that the last commit changed."""
    lines = git("show", "--format=", "--unified=0").splitlines()
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_a_new_flag_joins_the_only_file(manager, git):
    manager().create_feature_flag("x", "An x", "me", "enabled", users=["a"], reason="because")

    assert changed(git) == [
        "+  x:",
        "+    description: An x",
        "+    owner: me",
        "+    state: enabled",
        "+    users:",
        "+      - a",
    ]
    assert git("log", "-1", "--format=%s") == "flag x: create: because"
    with pytest.raises(Refused, match="already"):
        manager().create_feature_flag("x")


def test_the_kill_switch_is_one_line_and_comes_back_to_the_share(manager, git):
    production = manager("production")

    production.disable_feature_flag("dark_mode", reason="errors")
    assert not any(production.is_feature_enabled("dark_mode", str(n)) for n in range(200))
    assert changed(git) == ["+      production:", "+        state: disabled"]

    production.enable_feature_flag("dark_mode")
    assert changed(git) == ["-        state: disabled", "+        state: rollout"]
    assert 0 < sum(production.is_feature_enabled("dark_mode", str(n)) for n in range(200)) < 60
    assert manager().disable_feature_flag("dark_mode", dry_run=True).still_overridden == (
        "staging",
        "production",
    )


def test_a_rollout_is_a_number(manager, git):
    manager().set_rollout("dark_mode", 50.0)
    assert changed(git) == ["-    rollout: {percentage: 10}", "+    rollout: {percentage: 50}"]

    manager("staging").set_rollout("dark_mode", 12.5, commit=False)
    flag = manager("staging").feature_flag("dark_mode")
    assert (flag.state, flag.percentage, flag.owner) == (FeatureState.ROLLOUT, 12.5, "web")


def test_what_would_not_be_valid_is_refused(manager, git):
    head = git("rev-parse", "HEAD")

    with pytest.raises(InvalidConfiguration):
        manager().delete_feature_flag("dark_mode")  # checkout requires it
    with pytest.raises(InvalidConfiguration):
        manager().set_rollout("dark_mode", 101)
    with pytest.raises(InvalidConfiguration):
        manager().create_feature_flag("x", state=FeatureState.ROLLOUT)
    with pytest.raises(NotFound) as missing:
        manager().set_rollout("darkmode", 5)
    assert "dark_mode" in missing.value.hint
    with pytest.raises(UsageError) as unknown:
        manager().update_feature_flag("dark_mode", ownr="x")
    assert "owner" in unknown.value.hint
    with pytest.raises(UsageError):
        manager().create_feature_flag("x", state="on")
    assert git("rev-parse", "HEAD") == head


def test_update_sets_and_removes(manager, git):
    manager().update_feature_flag("dark_mode", owner=None, expires="2027-01-01", state=FeatureState.ARCHIVED)

    assert changed(git) == [
        "-    owner: web",
        "-    state: rollout",
        "+    state: archived",
        '+    expires: "2027-01-01"',
    ]


def test_a_running_program_follows_and_keeps_the_last_good_flags(manager, repo, caplog):
    program = manager(interval=0)
    assert not program.is_feature_enabled("dark_mode", None)
    with caplog.at_level(logging.WARNING, "gmconfig.flag"):
        (repo / "flags/web.yaml").write_text("flags: {dark_mode: {state: enabeld}}")
        assert program.evaluate_feature("dark_mode", "ada").rule == "rollout"
        assert "the last good ones stay" in caplog.text

    (repo / "flags/web.yaml").write_text("flags: {dark_mode: {state: enabled}}\n")

    assert program.is_feature_enabled("dark_mode", None)
    assert not manager(at="HEAD").is_feature_enabled("dark_mode", None)


def test_what_does_not_exist_is_off_and_says_so(manager):
    decision = manager().evaluate_feature("nothing", "ada", default="x")

    assert (decision.value, decision.error_code, decision.enabled) == ("x", "FLAG_NOT_FOUND", False)
    assert not manager().is_feature_enabled("nothing", "ada")


def test_differences_count_people_and_name_the_rule(manager):
    found = {one.flag: one for one in manager().diff("production", "staging", people=1000)}
    assert 850 < found["dark_mode"].moved == found["checkout"].moved < 950
    assert {move.rule for move in found["dark_mode"].moves} == {"state"}

    simulation = manager("production").simulate("dark_mode", 1000, percentage=30)
    assert 150 < simulation.moved < 250
    assert sum(simulation.variants.values()) == simulation.users == 1000
    manager().set_rollout("dark_mode", 20)
    assert 60 < manager().diff("HEAD~1", "HEAD", ["dark_mode"], 1000)[0].moved < 140


def test_the_schedule_of_another_way_is_not_overwritten(manager, repo):
    (repo / "flags/web.yaml").write_text(
        "flags: {a: {state: rollout, progressive: {from: 2027-01-01, to: 2027-02-01}}}\n"
    )

    with pytest.raises(Refused, match="progressive"):
        manager().set_rollout("a", 5)
