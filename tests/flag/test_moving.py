"""Who moves when flags change: nobody unasked, and those who do are counted before."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gmconfig import FeatureFlagManager, InvalidConfiguration, Refused, UnknownEnvironment, UsageError
from gmconfig.config.merge import merge
from gmconfig.flag.flagd.flag_set import FlagSet
from gmconfig.flag.lowering import Lowering
from gmconfig.flag.movement import moves
from gmconfig.flag.people import made_up, units_of
from gmconfig.flag.promotion import override
from tests.flag.repository import FlagRepository

FLAGS = """\
bucketing: flagd-v3
flags:
  # the new page
  checkout:   # asked for by many
    owner: web
    state: rollout
    rollout: {percentage: 25}
    environments:
      staging: {rollout: {percentage: 60}, users: [ada]}
  other: {state: rollout, rollout: {percentage: 50}, requires: checkout}
  third: {requires: [other, checkout], environments: {staging: {requires: {checkout: true}}}}
"""


@pytest.fixture
def repository(tmp_path):
    return FlagRepository(tmp_path / "repo", FLAGS)


@pytest.fixture
def manager(repository):
    return lambda environment=None: FeatureFlagManager(environment, repository.root, interval=0)


def text(repository) -> str:
    return (repository.root / "flags/flags.yaml").read_text()


def answers(manager, name, environment="production"):
    ask = manager(environment).evaluate_feature
    return [ask(name, user).variant for user, _ in made_up(500)]


SHARES = st.integers(0, 100_000).map(lambda share: share / 1000)


@given(
    st.tuples(SHARES, SHARES).map(sorted),
    st.text(min_size=1, max_size=8),
    st.sampled_from(["flagd-v2", "flagd-v3"]),
)
def test_raising_a_percentage_never_removes_a_user(shares, salt, bucketing):
    def flags(percentage):
        flag = {"state": "rollout", "rollout": {"percentage": percentage, "salt": salt}}
        return FlagSet({"flags": {"a": Lowering({"a": flag}, {}).lowered("a").definition}}, bucketing)

    found = moves(flags(shares[0]), flags(shares[1]), "a", made_up(300))
    assert all((move.before, move.after) == ("disabled", "enabled") for move in found)


def test_editing_one_flag_never_moves_the_users_of_another(manager):
    before = answers(manager, "checkout")
    moved = manager().set_rollout("other", 70).moves
    assert {one.flag for one in moved} == {"other"}
    assert answers(manager, "checkout") == before


def test_every_change_says_whom_it_moves(manager):
    raised = manager("production").set_rollout("checkout", 50)
    [production] = [one for one in raised.moves if one.environment == "production"]
    assert 2300 < production.moved < 2700 and production.users == 10_000
    assert [(move.before, move.after) for move in production.moves] == [("disabled", "enabled")]
    assert "staging" not in {one.environment for one in raised.moves}, "it has a share of its own"
    assert manager().update_feature_flag("checkout", owner="shop").moves == ()


@pytest.mark.parametrize(
    ("path", "value", "what"),
    [
        ("rollout.salt", "x", 'the salt "x" instead of "checkout"'),
        ("rollout.by", "company", 'the unit "company"'),
    ],
)
def test_another_salt_or_unit_asks_back(manager, repository, path, value, what):
    before = repository.git("rev-parse", "HEAD")

    with pytest.raises(Refused, match="of 10,000 users would get another variant") as refused:
        manager().set_value("checkout", path, value)
    assert what in str(refused.value) and "--rebucket" in refused.value.hint
    assert repository.git("rev-parse", "HEAD") == before and text(repository) == FLAGS

    done = manager().set_value("checkout", path, value, rebucket=True)
    assert sum(one.moved for one in done.moves if one.environment == "staging") > 4000


def test_nothing_is_asked_where_nobody_moves(manager, repository):
    manager().update_feature_flag("checkout", state="disabled")
    manager("staging").update_feature_flag("checkout", users=None)
    manager().set_value("checkout", "rollout.salt", "x")
    manager().update_feature_flag("checkout", rollout={"percentage": 100, "salt": "y"}, state="rollout")


def test_another_bucketing_asks_back(manager, repository):
    with pytest.raises(
        Refused, match='the bucketing "flagd-v2" instead of "flagd-v3".*2 more flags|1 more flag'
    ):
        manager().set_bucketing("flagd-v2")
    manager().set_bucketing("flagd-v2", rebucket=True)
    assert text(repository) == FLAGS.replace("flagd-v3", "flagd-v2")
    assert manager().set_bucketing("flagd-v2").changed is False


def test_a_new_name_keeps_everybody_and_all_that_is_written(manager, repository):
    before = {flag: answers(manager, flag, "staging") for flag in ("checkout", "other", "third")}

    outcome = manager().rename_feature_flag("checkout", "pay")

    assert outcome.moves == ()
    assert text(repository) == (
        FLAGS.replace("  checkout:   #", "  pay:   #")
        .replace("rollout: {percentage: 25}", "rollout: {percentage: 25, salt: checkout}")
        .replace("requires: checkout}", "requires: pay}")
        .replace("[other, checkout]", "[other, pay]")
        .replace("{checkout: true}", "{pay: true}")
    )
    assert answers(manager, "pay", "staging") == before["checkout"]
    assert answers(manager, "third", "staging") == before["third"]
    assert manager().evaluate_feature("checkout", "ada").error_code == "FLAG_NOT_FOUND"
    manager().rename_feature_flag("pay", "yes")
    assert '  "yes":   # asked for' in text(repository), "YAML 1.1 would read it as true"


def test_a_new_name_that_deals_anew_says_how_many(manager, repository):
    outcome = manager().rename_feature_flag("checkout", "pay", rebucket=True)
    assert "salt" not in text(repository)
    assert 4000 < sum(one.moved for one in outcome.moves if one.environment == "staging") < 5500


def test_a_raw_rule_that_buckets_by_its_name_cannot_keep_its_users(manager, repository):
    raw = "{targeting: {fractional: [[enabled, 50], [disabled, 50]]}}"
    repository.commit(f"flags:\n  a: {raw}\n  b: {{}}\n")
    with pytest.raises(Refused, match='the name "c" instead of "a"'):
        manager().rename_feature_flag("a", "c")
    assert manager().rename_feature_flag("a", "c", rebucket=True).moves
    with pytest.raises(Refused, match="already"):
        manager().rename_feature_flag("c", "b")
    with pytest.raises(InvalidConfiguration):
        manager().rename_feature_flag("b", "a\nb")


def test_a_flag_without_lines_of_its_own_is_renamed_by_hand(manager, repository):
    repository.commit("x: &x {a: {}}\n".replace("x: &x", "metadata: {m: &m hi}\nflags: ") + "")
    manager().rename_feature_flag("a", "b")
    assert "flags:  {b: {}}" in text(repository)


def test_promote_copies_what_is_served_as_one_small_commit(manager, repository):
    outcome = manager().promote_feature_flag("checkout", "staging", "production", reason="a good week")

    shown = repository.git("show", "--format=%s", "--unified=0").splitlines()
    assert shown[0] == "flag checkout: promote staging to production: a good week"
    assert [line for line in shown if line.startswith(("+ ", "- "))] == [
        "+      production:",
        "+        rollout:",
        "+          percentage: 60",
        "+        users:",
        "+          - ada",
    ]
    assert answers(manager, "checkout", "production") == answers(manager, "checkout", "staging")
    assert {one.environment for one in outcome.moves} == {"production"}
    assert manager().promote_feature_flag("checkout", "staging", "production").changed is False


def test_promote_takes_away_what_the_source_has_not(manager, repository):
    manager("production").update_feature_flag("checkout", users=["bob"], state="disabled")
    manager().promote_feature_flag("checkout", "production", "staging")
    flag = manager("staging").feature_flag("checkout").definition
    assert flag == manager("production").feature_flag("checkout").definition
    with pytest.raises(UsageError):
        manager().promote_feature_flag("checkout", "staging", "staging")
    with pytest.raises(UnknownEnvironment):
        manager().promote_feature_flag("checkout", "staging", "prod")


def test_promoting_another_salt_asks_back(manager, repository):
    manager("staging").set_value("checkout", "rollout.salt", "x", rebucket=True)
    with pytest.raises(Refused, match="--rebucket|another variant"):
        manager().promote_feature_flag("checkout", "staging", "production")
    manager().promote_feature_flag("checkout", "staging", "production", rebucket=True)


MAPS = st.recursive(
    st.integers(0, 3) | st.text(max_size=2) | st.lists(st.integers(0, 2), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=12,
).filter(lambda value: isinstance(value, dict))


@given(MAPS, MAPS)
@settings(max_examples=200)
def test_the_smallest_override_turns_one_map_into_another(below, wanted):
    assert merge([below, override(below, wanted)]) == wanted
    assert override(wanted, wanted) == {}


def test_made_up_users_have_what_flags_split_by():
    content = {
        "flags": {"a": {"targeting": {"fractional": [{"cat": ["s", {"var": "company.id"}]}, ["x", 1]]}}}
    }
    assert units_of(content) == {"company.id"}
    assert made_up(2, units_of(content)) == [
        ("user-1", {"company": {"id": "id-1"}}),
        ("user-2", {"company": {"id": "id-2"}}),
    ]


def test_hand_edits_are_told_before_they_are_committed(manager, repository):
    def staged():
        from gmconfig import ConfigValidator

        repository.git("add", ".")
        return [one.message for one in ConfigValidator(root=repository.root).check(staged=True).findings]

    assert staged() == [] and manager().lint().ok
    repository.write(FLAGS.replace("{percentage: 25}", "{percentage: 25, salt: v2}"))
    assert [one[:36] for one in staged()] == ['the salt "v2" instead of "checkout":']
    assert not manager().lint().ok and manager().lint(rebucket=True).ok
    repository.write(FLAGS.replace("checkout", "pay"))
    assert [one[:37] for one in staged()] == ['the name "pay" instead of "checkout":']
    repository.write(FLAGS.replace("flagd-v3", "flagd-v2"))
    [bucketing] = staged()
    assert bucketing.startswith('the bucketing "flagd-v2" instead of "flagd-v3":')
    repository.write(FLAGS.replace("percentage: 25", "percentage: 30"))
    assert staged() == []


def test_a_hook_does_not_stop_what_was_allowed(manager, repository):
    import sys

    hook = repository.root / ".git/hooks/pre-commit"
    hook.write_text(f"#!/bin/sh\nexec {sys.executable} -m gmconfig validate --staged\n")
    hook.chmod(0o755)
    manager().set_bucketing("flagd-v2", rebucket=True)
    assert "flagd-v2" in repository.git("show", "HEAD:flags/flags.yaml")
    repository.write(FLAGS)
    repository.git("add", ".")
    with pytest.raises(Exception, match="returned non-zero"):
        repository.git("commit", "-qm", "by hand")
