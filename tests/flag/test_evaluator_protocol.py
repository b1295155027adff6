"""Our evaluator where flagd's own is expected: the protocol, the testbed through real clients, flagd's provider."""

import inspect
import json
from functools import partial

import pytest

pytest.importorskip("openfeature.contrib.tools.flagd.api")
from openfeature import api
from openfeature.contrib.provider.flagd import FlagdProvider
from openfeature.contrib.provider.flagd.config import ResolverType
from openfeature.contrib.tools.flagd.api import Evaluator
from openfeature.contrib.tools.flagd.core import FlagdCore
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode, OpenFeatureError, ParseError

from gmconfig.flag.evaluator import GmconfigEvaluator
from gmconfig.flag.flagd.decision import Decision
from gmconfig.flag.openfeature import GmconfigProvider
from tests.flag.test_conformance import DATA, SCENARIOS, play

BEDS = DATA / "flagd-testbed/evaluator/flags/testkit-flags.json"
V3 = [one for one in SCENARIOS if not one.tags & {"@fractional-v1", "@fractional-v2"}]
SWITCH = {"state": "ENABLED", "variants": {"on": True, "off": False}, "defaultVariant": "on"}


def test_it_has_the_protocols_methods_with_their_parameters():
    wanted = {name: method for name, method in vars(Evaluator).items() if not name.startswith("_")}

    assert len(wanted) == 8
    for name, method in wanted.items():
        ours = inspect.signature(getattr(GmconfigEvaluator, name)).parameters
        assert list(ours) == list(inspect.signature(method).parameters), name


class Asking:
    """What a scenario asks, answered by an OpenFeature client."""

    def __init__(self, client) -> None:
        self.client = client

    def evaluate(self, key, user, context, fallback, *, kind) -> Decision:
        ask = getattr(self.client, f"get_{kind}_details")
        found = ask(key, fallback, EvaluationContext(user, context))
        return Decision(
            key, found.value, found.variant, found.reason, "", found.error_code, None, found.flag_metadata
        )


@pytest.fixture(scope="module")
def through_our_provider():
    api.set_provider_and_wait(GmconfigProvider(file=BEDS), "ours")
    yield Asking(api.get_client("ours"))
    api.clear_providers()


@pytest.fixture(scope="module")
def through_flagds_provider():
    """flagd's own provider, which reads the file, with our evaluator in it."""
    provider = FlagdProvider(resolver_type=ResolverType.FILE, offline_flag_source_path=str(BEDS))
    evaluator = GmconfigEvaluator()
    provider.resolver.evaluator = provider.resolver.connector.flag_store.evaluator = evaluator
    api.set_provider_and_wait(provider, "flagd's")
    yield Asking(api.get_client("flagd's"))
    api.clear_providers()


@pytest.mark.parametrize("scenario", V3, ids=str)
def test_flagds_testbed_through_a_client(scenario, through_our_provider, through_flagds_provider):
    play(scenario, through_our_provider)
    if not any("metadata" in step for step, _ in scenario.steps):  # an exception carries none
        play(scenario, through_flagds_provider)


def raised(call) -> tuple[type, ErrorCode] | None:
    try:
        call()
    except OpenFeatureError as error:
        return type(error), error.error_code
    return None


def test_it_raises_what_flagds_own_raises():
    flags = {
        "x": SWITCH,
        "broken": {**SWITCH, "targeting": {"regex": ["x"]}},
        "lost": {**SWITCH, "targeting": {"if": [True, "gone"]}},
    }
    ours, theirs = GmconfigEvaluator(), FlagdCore()
    for evaluator in (ours, theirs):
        evaluator.set_flags(json.dumps({"flags": flags, "metadata": {"a": 1}}))
        assert evaluator.get_flag_set_metadata() == {"a": 1}

    for key, kind, default in [("gone", "boolean", True), ("x", "string", ""), ("lost", "boolean", True)]:
        asks = [partial(getattr(one, f"resolve_{kind}_value"), key, default, None) for one in (ours, theirs)]
        assert raised(asks[0]) == raised(asks[1]) is not None
    with pytest.raises(ParseError):
        ours.resolve_boolean_value("broken", True)


def test_it_says_what_changed_and_keeps_the_last_good_flags():
    evaluator = GmconfigEvaluator("flagd-v2")

    assert evaluator.set_flags_and_get_changed_keys({"flags": {"a": SWITCH, "b": SWITCH}}) == ["a", "b"]
    other = {**SWITCH, "defaultVariant": "off"}
    assert evaluator.set_flags_and_get_changed_keys({"flags": {"a": other, "b": SWITCH, "c": SWITCH}}) == [
        "a",
        "c",
    ]
    for broken in ("{", '{"flags": {"a": {"state": "on"}}}', '{"flags": "a"}', "[]", "[" * 100_000):
        with pytest.raises(ParseError):
            evaluator.set_flags(broken)
    assert evaluator.resolve_boolean_value("a", True).value is False
    assert evaluator.set_flags_and_get_changed_keys({}) == ["a", "b", "c"]
