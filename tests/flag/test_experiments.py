"""Experiments: begun and ended by commits, held to what they began as, reported from what was seen."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from gmconfig import FeatureFlagManager, InvalidConfiguration, NotFound, Refused, UsageError
from gmconfig.flag.experiment.assessment import Observed, Verdict, assess
from gmconfig.flag.experiment.definition import Experiment
from gmconfig.flag.experiment.inference import AlwaysValid, Fixed
from gmconfig.flag.experiment.mean import Mean
from gmconfig.flag.experiment.picture import picture
from gmconfig.flag.experiment.proportion import Proportion
from tests.flag.repository import FlagRepository

FILE = """\
flags:
  checkout:   # asked for by many
    state: rollout
    rollout: {percentage: 10}
  colour:
    type: string
    variants: {red: "#f00", green: "#0f0", blue: "#00f"}
    default: red
    serve: blue
    state: enabled
"""


@pytest.fixture
def repo(tmp_path):
    return FlagRepository(tmp_path / "repo", FILE)


@pytest.fixture
def manager(repo, tmp_path):
    def make(environment=None, **more):
        return FeatureFlagManager(environment, repo.root, events_dir=tmp_path / "events", interval=0, **more)

    return make


def test_an_experiment_begins_with_one_commit(repo, manager):
    manager("production").create_ab_test(
        "faster checkout",
        "checkout",
        ["disabled", "enabled"],
        [50, 50],
        ["order"],
        user="ada",
        reason="Q1 goal",
    )
    assert repo.git("log", "-1", "--format=%an|%s") == (
        "ada|flag checkout: start experiment faster checkout in production: Q1 goal"
    )
    (found,) = manager("production").list_experiments()
    assert (found.name, found.flag, found.control) == ("faster checkout", "checkout", "disabled")
    assert (found.arms, found.metrics) == ({"disabled": 0.5, "enabled": 0.5}, {"order": "proportion"})
    assert found.is_running and manager().list_experiments() == []
    decision = manager("production").evaluate_feature("checkout", "u1")
    assert decision.rule == "rollout" and decision.metadata["experiment"] == "faster checkout"
    with pytest.raises(Refused, match="runs on"):
        manager("production").create_ab_test("x", "checkout", metrics=["order"])


def test_a_boolean_flag_takes_names_of_its_variants_and_one_that_says_a_share_keeps_it(repo, manager):
    manager().create_ab_test(
        "t", "checkout", ["control", "treatment"], {"control": 20, "treatment": 20}, ["order"]
    )
    flags = manager()
    values = [flags.evaluate_feature("checkout", str(number)) for number in range(1000)]
    assert {one.variant: one.value for one in values} == {"control": False, "treatment": True}
    (found,) = manager().list_experiments()
    assert found.arms == {"control": pytest.approx(0.8), "treatment": pytest.approx(0.2)}
    manager().stop_experiment("t")
    manager().update_feature_flag("colour", state="rollout", percentage=30)
    manager().create_ab_test("", "colour", metrics={"order": "proportion", "money": "mean"})
    (found,) = (one for one in manager().list_experiments() if one.flag == "colour")
    assert (found.name, found.arms) == ("colour", {"blue": 0.3, "red": 0.7})


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((["red", "pink"], [50, 50], ["order"]), "no variant"),
        ((["red", "blue"], [50], ["order"]), "1 shares for 2 variants"),
        ((["red", "blue"], [0.5, 0.5], ["order"]), "adds up to 1 %"),
        ((["red", "blue"], [50, 50], {"order": "median"}), "not a kind of metric"),
    ],
)
def test_a_plan_that_does_not_fit_is_refused(repo, manager, arguments, told):
    with pytest.raises(UsageError, match=told):
        manager().create_ab_test("t", "colour", *arguments)
    assert repo.git("rev-list", "--count", "HEAD") == "1"


def test_what_could_not_be_compared_is_not_valid(repo, manager):
    with pytest.raises(InvalidConfiguration) as caught:
        manager().create_ab_test("t", "colour", ["red", "blue"], [50, 50])
    assert "nothing says what is measured" in str(caught.value.findings)
    with pytest.raises(InvalidConfiguration) as caught:
        manager().create_ab_test("t", "colour", ["red", "blue"], [50, 70], ["order"])
    assert "more than 100" in str(caught.value.findings)
    with pytest.raises(NotFound):
        manager().create_ab_test("t", "chekout", metrics=["order"])
    repo.commit(FILE + "    schedule: [{at: 2027-01-01T00:00:00Z, percentage: 20}]\n")
    with pytest.raises(InvalidConfiguration) as caught:
        manager().create_ab_test("t", "colour", ["red", "blue"], [50, 50], ["order"])
    assert "shares stay as they are" in str(caught.value.findings)


@pytest.mark.parametrize(("serve", "expected"), [(None, ("disabled", False)), ("enabled", ("enabled", True))])
def test_an_experiment_ends_with_one_variant_for_everybody(repo, manager, serve, expected):
    production = manager("production")
    production.create_ab_test("t", "checkout", allocation={"enabled": 50}, metrics=["order"])
    production.stop_experiment("t", serve)
    for number in range(50):
        decision = production.evaluate_feature("checkout", str(number))
        assert (decision.variant, decision.value) == expected and "experiment" not in decision.metadata
    (found,) = production.list_experiments()
    assert found.stopped and found.arms == {"enabled": 0.5, "disabled": 0.5}
    with pytest.raises(Refused, match="not running"):
        production.stop_experiment("checkout")
    production.create_ab_test("again", "checkout", metrics=["order"])
    assert production.list_experiments()[0].is_running


def running(repo, manager) -> str:
    manager("production").create_ab_test("t", "colour", ["red", "blue"], [50, 50], ["order"])
    return (repo.root / "flags/flags.yaml").read_text()


def told(manager) -> list[str]:
    return [
        f"{one.place} {one.rule}: {one.message}" for one in manager().lint().findings if one.rule == "running"
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("blue: 50", "blue: 40", "the allocation changed"),
        ("rollout:\n          variants", "rollout:\n          salt: other\n          variants", "the salt"),
        (
            "rollout:\n          variants",
            "rollout:\n          by: company\n          variants",
            "the unit changed",
        ),
        ('blue: "#00f"', 'blue: "#009"', "the variants"),
        ("metrics:", "planned_users: 500\n          metrics:", "planned number of users"),
        ("flags:\n", "bucketing: flagd-v2\nflags:\n", "the bucketing changed"),
    ],
)
def test_what_an_experiment_rests_on_must_not_change_while_it_runs(repo, manager, old, new, said):
    text = running(repo, manager)
    assert told(manager) == []
    assert old in text
    repo.commit(text.replace(old, new))
    (line,) = told(manager)
    assert said in line and 'while experiment "t" runs, which ' in line
    assert repo.git("rev-parse", "HEAD~1")[:7] in line
    repo.commit(text.replace("# asked", "# still asked") + "  another: {state: enabled}\n")
    assert told(manager) == []


def test_what_was_not_committed_yet_may_still_change(repo, manager):
    production = manager("production")
    production.create_ab_test("t", "colour", ["red", "blue"], [50, 50], ["order"], commit=False)
    repo.write((repo.root / "flags/flags.yaml").read_text().replace("blue: 50", "blue: 20"))
    assert told(manager) == []


def test_a_change_that_would_break_an_experiment_is_refused_and_the_kill_switch_is_not(repo, manager):
    running(repo, manager)
    with pytest.raises(InvalidConfiguration) as caught:
        manager("production").set_value("colour", "rollout.variants.blue", 20)
    assert "allocation changed" in str(caught.value.findings)
    manager("production").disable_feature_flag("colour")
    manager("production").enable_feature_flag("colour")


def test_a_shallow_clone_says_that_it_cannot_compare(repo, manager, tmp_path):
    running(repo, manager)
    repo.git("clone", "-q", "--depth=1", f"file://{repo.root}", str(tmp_path / "shallow"))
    report = FeatureFlagManager(root=tmp_path / "shallow").lint()
    assert [str(one.severity) for one in report.findings if one.rule == "running"] == ["warning"]


def live(production, users: int) -> None:
    """Let users come; those who get blue order twice as often, and spend more."""
    for number in range(users):
        user = f"user-{number}"
        blue = production.evaluate_feature("colour", user).value == "#00f"
        if number % (4 if blue else 8) == 0:
            production.track("order", user)
            production.track("money", user, 20.0 + number % 7)


def test_a_report_from_events(repo, manager):
    production = manager("production")
    with pytest.raises(NotFound):
        production.experiment_report("t")
    metrics = {"order": "proportion", "money": "mean"}
    production.create_ab_test("t", "colour", ["red", "blue"], [50, 50], metrics, minimum_effect=50)
    live(production, 4000)
    found = production.experiment_report("t")
    assert sum(found.users.values()) == 4000 and found.in_several == 0 and found.is_as_planned
    assert [(one.metric, one.verdict) for one in found.results] == [
        ("order", Verdict.HIGHER),
        ("money", Verdict.HIGHER),
    ]
    order = found.results[0].comparison
    assert order.control == pytest.approx(1 / 8, abs=0.02) and order.treatment == pytest.approx(
        1 / 4, abs=0.02
    )
    assert order.relative_interval.low < 1.0 < order.relative_interval.high
    assert found.results[0].power > 0.9 and found.method == "always valid"
    fixed = production.experiment_report("colour", fixed=True)
    assert fixed.results[0].comparison.interval.low > order.interval.low
    with pytest.raises(NotFound) as caught:
        manager().experiment_report("t")
    assert caught.value.hint == "it is defined in production: -e production"


def test_users_who_are_listed_or_fall_under_a_rule_are_no_part_of_it(repo, manager):
    production = manager("production")
    production.create_ab_test("t", "colour", ["red", "blue"], [50, 50], ["order"])
    production.update_feature_flag("colour", users=["vip"], rules=[{"if": {"plan": "pro"}, "serve": "blue"}])
    production.evaluate_feature("colour", "vip")
    production.evaluate_feature("colour", "u", {"plan": "pro"})
    production.evaluate_feature("colour", "v")
    assert sum(production.experiment_report("t").users.values()) == 1


def test_an_experiment_that_starts_counts_users_who_were_there_before(repo, manager):
    production = manager("production")
    production.evaluate_feature("colour", "u")
    manager("production").create_ab_test("t", "colour", ["red", "blue"], [50, 50], ["order"])
    production.evaluate_feature("colour", "u")
    assert sum(production.experiment_report("t").users.values()) == 1


def test_analytics_count_users_by_variant_reason_and_hour(repo, manager):
    production = manager("production")
    for number in range(30):
        production.is_feature_enabled("checkout", f"u{number}")
        production.is_feature_enabled("checkout", f"u{number}")
    manager("staging").is_feature_enabled("checkout", "u1")
    found = production.get_feature_analytics("checkout", hours_back=24)
    assert found.total == 30 and set(found.variants) == {"enabled", "disabled"}
    assert {reason for _, reason in found.users} == {"targeting_match"}
    enabled = found.variants["enabled"]
    assert sum(found.series("enabled", "targeting_match")) == enabled
    assert len(found.series("enabled", "targeting_match")) == 25
    assert manager().get_feature_analytics("checkout").total >= 30
    assert production.get_feature_analytics("colour").users == {}
    with pytest.raises(NotFound):
        production.get_feature_analytics("chekout")
    with pytest.raises(UsageError):
        production.get_feature_analytics("checkout", -1)


# The picture

PLAN = Experiment(
    'a <b> & "c"', "f", {"a": 0.5, "b": 0.5}, "a", {"m": "proportion", "n": "mean"}, "2026-01-01T00:00:00Z", None,
    10_000, None, "targetingKey", "",
)  # fmt: skip


@pytest.mark.parametrize("alpha", [0.05, 0.5])
@pytest.mark.parametrize(
    "samples",
    [
        {},
        {("m", "a"): Proportion(0, 10), ("m", "b"): Proportion(0, 10)},
        {("m", "a"): Proportion(10, 10), ("m", "b"): Proportion(1, 10), ("n", "a"): Mean(10, 0.0, 0.0)},
        {("n", "a"): Mean(10, 1e15, 1e29), ("n", "b"): Mean(10, -1e15, 1e29)},
        {("n", "a"): Mean(1, 5.0, 0.0), ("n", "b"): Mean(1, 6.0, 0.0)},
        {("n", "a"): Mean(500, 1e-9, 1e-18), ("n", "b"): Mean(500, 2e-9, 1e-18)},
    ],
)
def test_a_picture_is_drawn_whatever_was_seen(samples, alpha):
    for inference in (Fixed(alpha), AlwaysValid(alpha)):
        found = assess(PLAN, Observed({"a": 10, "b": 11, "z": 3}, 2, samples), inference)
        text = picture(found)
        root = ET.fromstring(text)
        assert root.attrib["role"] == "img" and root[0].text == 'Experiment a <b> & "c"'
        assert "10 users in a, 11 users in b" in root[1].text
        assert not re.search(r'"[^"]*(nan|inf)[^"]*"', text)
        for element in root.iter():
            for name in ("x", "x1", "x2", "cx"):
                assert 0 <= float(element.attrib.get(name, 0)) <= 920


def test_a_picture_of_a_broken_split_says_so():
    found = assess(replace(PLAN, metrics={"m": "proportion"}), Observed({"a": 1000, "b": 500}), Fixed())
    assert not found.is_as_planned and "no verdict can be trusted" in picture(found)


def test_a_flag_with_a_running_experiment_is_not_deleted(repo, manager):
    manager("production").create_ab_test("t", "checkout", ["disabled", "enabled"], [50, 50], ["order"])
    for way in (manager(), manager("production"), manager("staging")):
        with pytest.raises(Refused, match="runs on") as caught:
            way.delete_feature_flag("checkout")
        assert caught.value.hint.startswith("gmconfig flag experiment stop checkout -e ")
    manager("production").stop_experiment("t")
    assert manager().delete_feature_flag("checkout").commit
