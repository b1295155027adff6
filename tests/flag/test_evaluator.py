"""The evaluator at its edges: units, hostile rules, large lists, many threads."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.errors import BrokenConfiguration
from gmconfig.flag.flagd import cbor
from gmconfig.flag.flagd.bucketing import Bucketing
from gmconfig.flag.flagd.decision import ErrorCode, Reason
from gmconfig.flag.flagd.flag_set import FlagSet
from gmconfig.flag.flagd.version import sem_ver

SWITCH = {"enabled": True, "disabled": False}


def flag(targeting, **more):
    return {
        "state": "ENABLED",
        "variants": SWITCH,
        "defaultVariant": "disabled",
        "targeting": targeting,
        **more,
    }


def split(percent: int, salt: str = "s"):
    unit = {"cat": [salt, {"var": "targetingKey"}]}
    return {"fractional": [unit, ["enabled", percent * 1000], ["disabled", 100_000 - percent * 1000]]}


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(st.characters(exclude_categories=["Cs"])),
    ),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text("abcdé", max_size=30), inner)),
    max_leaves=8,
)


@given(JSON)
def test_units_are_encoded_as_cbor2_does(value):
    cbor2 = pytest.importorskip("cbor2")
    from openfeature.contrib.tools.flagd.core.targeting.custom_ops import normalize_numbers

    assert cbor.encoded(value) == cbor2.dumps(normalize_numbers(value), canonical=True)


@given(
    st.sampled_from(list(Bucketing)),
    st.text("abcdef0123", max_size=8),
    st.lists(st.integers(0, 100), min_size=2),
)
def test_raising_a_percentage_takes_nobody_out(bucketing, salt, percentages):
    low, high = min(percentages), max(percentages)
    flags = FlagSet({"flags": {"low": flag(split(low, salt)), "high": flag(split(high, salt))}}, bucketing)
    users = [f"user-{number}" for number in range(200)]

    among = {name: {user for user in users if flags.evaluate(name, user).value} for name in ("low", "high")}

    assert among["low"] <= among["high"]


def test_the_bucketings_differ_and_both_keep_their_share():
    inside = {}
    for bucketing in Bucketing:
        flags = FlagSet({"flags": {"f": flag(split(25))}}, bucketing)
        inside[bucketing] = {user for user in map(str, range(20_000)) if flags.evaluate("f", user).value}

    assert all(4_700 < len(users) < 5_300 for users in inside.values())
    assert len(inside[Bucketing.V2] ^ inside[Bucketing.V3]) > 6_000


def test_a_million_users_are_indexed_once():
    users = [f"user-{number}" for number in range(1_000_000)]
    content = {
        "flags": {name: flag({"if": [{"in": [{"var": "targetingKey"}, users]}, "enabled"]}) for name in "abc"}
    }
    begun = time.process_time()

    flags = FlagSet(content)
    found = [flags.evaluate("c", f"user-{number}").value for number in range(999_900, 1_000_100)]

    assert found == [True] * 100 + [False] * 100
    assert time.process_time() - begun < 30  # a scan of the list would take minutes


@pytest.mark.parametrize(
    "evaluators",
    [
        {"a": {"$ref": "a"}},
        {"a": {"!": [{"$ref": "b"}]}, "b": {"!": [{"$ref": "a"}]}},
        {"a": {"or": [{"$ref": "absent"}]}},
        {"a": {"and": [{"$ref": "l0"}]}, "l40": {"var": "x"}}
        | {f"l{n}": {"and": [{"$ref": f"l{n + 1}"}, {"$ref": f"l{n + 1}"}]} for n in range(40)},
    ],
    ids=["itself", "in a circle", "nothing", "doubling forty times"],
)
def test_references_that_lead_nowhere_are_errors(evaluators):
    flags = FlagSet({"flags": {"f": flag({"if": [{"$ref": "a"}, "enabled"]})}, "$evaluators": evaluators})

    assert flags.evaluate("f", "ada", {"x": True}).error_code == ErrorCode.PARSE_ERROR


def test_rules_that_grow_without_end_are_errors():
    deep: object = True
    for _ in range(400):
        deep = {"!": [deep]}
    double = {"+": [{"var": "accumulator"}, {"var": "accumulator"}]}
    square = {"*": [{"var": "accumulator"}, {"var": "accumulator"}]}
    twice = {"cat": [{"var": "accumulator"}, {"var": "accumulator"}]}
    merged = {"merge": [{"var": "accumulator"}, {"var": "accumulator"}]}
    nested: object = 1
    for _ in range(3):
        nested = {"map": [{"var": "many"}, nested]}
    around = {"map": [[{"var": "many"}] * 9, {"map": [{"var": ""}, {"map": [list(range(5000)), 1]}]}]}
    flags = FlagSet(
        {
            "flags": {
                "merged": flag({"reduce": [{"var": "many"}, merged, [1]]}),
                "around": flag(around),
                "few": flag({"if": [{"map": [{"var": "many"}, nested]}, "enabled"]}),
                "deep": flag(deep),
                "double": flag({"reduce": [{"var": "many"}, double, 1]}),
                "square": flag({"reduce": [{"var": "many"}, square, 2]}),
                "twice": flag({"reduce": [{"var": "many"}, twice, "ha"]}),
            }
        }
    )

    many = {"many": list(range(5000))}
    assert flags.evaluate("deep", "ada").error_code == ErrorCode.PARSE_ERROR
    growing = ("double", "square", "twice", "merged", "around")
    assert {flags.evaluate(name, "ada", many).error_code for name in growing} == {ErrorCode.GENERAL}
    assert flags.evaluate("few", "ada", many).variant == "enabled"


@pytest.mark.parametrize(
    "version", ["1" * 100_000, "1." * 50_000, "1.0.0-" + "a." * 50_000, "-", "+", "v", "1.0.0-01"]
)
def test_versions_from_outside_are_answered_at_once(version):
    assert sem_ver({}, version, "=", "1.0.0") is None


def test_a_decision_cannot_change_the_flag():
    content = {"state": "ENABLED", "variants": {"a": {"colours": ["red"]}}, "defaultVariant": "a"}
    flags = FlagSet({"flags": {"static": content, "aimed": {**content, "targeting": {"if": [True, "a"]}}}})

    for name in ("static", "aimed"):
        flags.evaluate(name, "ada").value["colours"].append("blue")
        assert flags.evaluate(name, "ada").value == {"colours": ["red"]}


def test_the_branch_that_decided_is_named():
    rules = {"if": [{"==": [{"var": "targetingKey"}, "ada"]}, "enabled", {"var": "beta"}, "enabled", None]}
    flags = FlagSet({"flags": {"f": flag(rules)}}, labels={"f": ("users", "rules[0]", "default")})

    told = [flags.evaluate("f", user, {"beta": user == "bob"}) for user in ("ada", "bob", "eve")]

    assert [decision.rule for decision in told] == ["users", "rules[0]", "default"]
    assert [decision.reason for decision in told] == [Reason.TARGETING_MATCH] * 2 + [Reason.DEFAULT]


def test_threads_share_one_set():
    flags = FlagSet({"flags": {"f": flag(split(50))}})
    users = [str(number) for number in range(2000)]
    alone = [flags.evaluate("f", user) for user in users]

    with ThreadPoolExecutor(8) as pool:
        for together in pool.map(lambda _: [flags.evaluate("f", user) for user in users], range(16)):
            assert together == alone


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"flags": "x"},
        {"flags": {"f": 1}},
        {"flags": {"f": {"state": "on", "variants": SWITCH}}},
        {"flags": {"f": {"state": "ENABLED", "variants": {}}}},
        {"flags": {"f": {"state": "ENABLED", "variants": SWITCH, "defaultVariant": 1}}},
        {"flags": {}, "$evaluators": [1]},
    ],
    ids=json.dumps,
)
def test_what_is_no_flagd_content_is_refused(content):
    with pytest.raises(BrokenConfiguration):
        FlagSet(content)
