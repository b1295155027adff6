"""The same answers as openfeature-flagd-core, for flags and contexts that nobody thought of."""

import copy
import logging

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

core = pytest.importorskip("openfeature.contrib.tools.flagd.core")
from openfeature.evaluation_context import EvaluationContext  # noqa: E402
from openfeature.exception import OpenFeatureError  # noqa: E402

from gmconfig.flag.flagd.flag_set import FlagSet  # noqa: E402

logging.getLogger("openfeature.contrib").setLevel(logging.CRITICAL)

NAMES = ["a", "b.c", "b", "list", "list.1", "version", "targetingKey", "absent", "$flagd.flagKey", ""]
VARIANTS = {"red": "r", "green": "g", "blue": "b", "true": "yes", "false": "no"}
TEXTS = st.sampled_from(["red", "green", "blue", "", "1", "01", "abc", "1.2.3", "v1.2", "1.2.3-rc.1", "nope"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 300), st.sampled_from([0.5, 1.0, -2.5, 1e20]), TEXTS
)
BINARY = ["==", "!=", "===", "!==", "<", ">", "<=", ">=", "in", "-", "/", "%", "starts_with", "ends_with"]
MANY = ["+", "*", "cat", "min", "max", "merge", "and", "or", "if", "missing", "!", "!!", "substr", "log"]
WEIGHTS = st.one_of(st.integers(-5, 100), st.sampled_from([12.0, 12.5, True, None, 2**31 - 1]))


def rules(inner):
    variable = st.sampled_from(NAMES).map(lambda name: {"var": name})
    with_default = st.tuples(st.sampled_from(NAMES), SCALARS).map(lambda pair: {"var": list(pair)})
    part = st.one_of(
        st.tuples(inner, WEIGHTS).map(list),
        st.tuples(TEXTS).map(list),
        st.tuples(TEXTS, st.integers(1, 50)).map(list),
    )
    split = st.lists(part, min_size=1, max_size=4)
    unit = st.one_of(variable, inner, TEXTS.map(lambda salt: {"cat": [salt, {"var": "targetingKey"}]}))
    return st.one_of(
        variable,
        with_default,
        st.tuples(st.sampled_from(BINARY), inner, inner).map(lambda t: {t[0]: [t[1], t[2]]}),
        st.tuples(st.sampled_from(MANY), st.lists(inner, max_size=4)).map(lambda t: {t[0]: t[1]}),
        st.tuples(inner, st.lists(inner, max_size=3)).map(lambda t: {"in": [t[0], t[1]]}),
        st.tuples(
            st.sampled_from(["map", "filter", "all", "some", "none"]),
            st.one_of(variable, st.lists(inner)),
            inner,
        ).map(lambda t: {t[0]: [t[1], t[2]]}),
        st.tuples(st.lists(inner, max_size=3), inner, SCALARS).map(lambda t: {"reduce": list(t)}),
        st.tuples(inner, st.sampled_from(["=", ">", "^", "~", "!!"]), TEXTS).map(
            lambda t: {"sem_ver": list(t)}
        ),
        split.map(lambda parts: {"fractional": parts}),
        st.tuples(unit, split).map(lambda t: {"fractional": [t[0], *t[1]]}),
        st.just({"$ref": "shared"}),
        st.tuples(inner, TEXTS, inner).map(lambda t: {"if": list(t)}),
    )


RULES = st.recursive(SCALARS, rules, max_leaves=12)
TARGETING = rules(RULES)
FLAGS = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["ENABLED"] * 9 + ["DISABLED"]),
        "variants": st.just(VARIANTS),
        "targeting": TARGETING,
    },
    optional={"defaultVariant": st.sampled_from(["red", "blue", None, "nope", ""])},
)
CONTEXTS = st.fixed_dictionaries(
    {},
    optional={
        "a": SCALARS,
        "b": st.one_of(SCALARS, st.fixed_dictionaries({"c": SCALARS})),
        "list": st.lists(SCALARS, max_size=3),
        "version": TEXTS,
    },
)
USERS = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=300))


@settings(max_examples=400, suppress_health_check=list(HealthCheck))
@given(FLAGS, TARGETING, st.lists(st.tuples(USERS, CONTEXTS), min_size=1, max_size=8))
def test_any_flag_is_decided_alike(flag, shared, people):
    content = {"flags": {"some": flag}, "$evaluators": {"shared": shared}}
    theirs = core.FlagdCore()
    theirs.set_flags(copy.deepcopy(content))
    ours = FlagSet(content)

    for user, context in people:
        decision = ours.evaluate("some", user, context, "fallback")
        mine = (decision.value, decision.variant, str(decision.reason), decision.error_code)
        assert mine == resolved(theirs, user, context)


@pytest.mark.parametrize(
    "split",
    [
        [{"var": "absent"}, ["red", 1], ["blue", 1]],
        [["red", 1.0], ["blue", 1]],
        [{"cat": ["onea", {"var": "rest"}]}, ["red", 1], ["blue", 1], ["green", 1]],
        [{"cat": ["oneaaokeiZA", ""]}, ["red", 1], ["blue", 1], ["green", 1]],
    ],
)
def test_what_chance_hardly_finds_is_decided_alike(split):
    content = {
        "flags": {"some": {"state": "ENABLED", "variants": VARIANTS, "targeting": {"fractional": split}}}
    }
    theirs = core.FlagdCore()
    theirs.set_flags(copy.deepcopy(content))
    decision = FlagSet(content).evaluate("some", "user", {"rest": "aokeiZA"}, "fallback")
    mine = (decision.value, decision.variant, str(decision.reason), decision.error_code)
    assert mine == resolved(theirs, "user", {"rest": "aokeiZA"})


def resolved(theirs, user, context):
    """Ask flagd-core; what it raises is what an OpenFeature client makes of it."""
    try:
        found = theirs.resolve_string_value("some", "fallback", EvaluationContext(user, context))
    except OpenFeatureError as error:
        return "fallback", None, "ERROR", error.error_code.value
    except Exception:  # whatever else escapes is GENERAL to a client
        return "fallback", None, "ERROR", "GENERAL"
    return found.value, found.variant, str(found.reason.value), None


@pytest.mark.parametrize("count", [4_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_a_population_is_split_alike(flags, count):
    from tests.flag.test_model import FULL

    content = flags.write(FULL).compiled().content
    theirs = core.FlagdCore()
    theirs.set_flags(copy.deepcopy(content))
    ours = FlagSet(content)
    names = ["new_algorithm", "child", "stepped"]

    for number in range(count):
        key, user = names[number % 3], f"user-{number}"
        found = theirs.resolve_boolean_value(key, False, EvaluationContext(user, {"plan": "pro"}))
        decision = ours.evaluate(key, user, {"plan": "pro"}, False)
        assert (decision.value, decision.variant, str(decision.reason)) == (
            found.value,
            found.variant,
            str(found.reason.value),
        )
