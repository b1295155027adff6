"""JsonLogic's own tests, and flagd's testbed with both bucketings."""

import json
import os
import re
from pathlib import Path

import pytest

from gmconfig.flag.flagd.bucketing import Bucketing
from gmconfig.flag.flagd.decision import ErrorCode, Reason
from gmconfig.flag.flagd.flag_set import FlagSet
from gmconfig.flag.flagd.kind import Kind
from gmconfig.flag.logic.compiler import Compiler
from tests.flag.gherkin import Scenario, scenarios

DATA = Path(os.environ.get("GMCONFIG_CONFORMANCE_DATA", "/nowhere"))
FEATURES = sorted((DATA / "flagd-testbed/evaluator/gherkin").glob("*.feature"))
SCENARIOS = [scenario for file in FEATURES for scenario in scenarios(file)]
READ = {
    "Boolean": lambda text: text == "true",
    "Integer": int,
    "Float": float,
    "String": str,
    "Object": json.loads,
}


def test_every_json_logic_case(conformance_data):
    cases = json.loads((conformance_data / "json-logic/tests.json").read_text())
    cases = [case for case in cases if isinstance(case, list)]

    assert [case for case in cases if Compiler().compile(case[0])(case[1]) != case[2]] == []
    assert len(cases) == 277


def test_the_testbed_is_whole(conformance_data):
    assert len(SCENARIOS) == 140


@pytest.fixture(scope="module")
def testbed() -> dict[Bucketing, FlagSet]:
    content = json.loads((DATA / "flagd-testbed/evaluator/flags/testkit-flags.json").read_text())
    return {bucketing: FlagSet(content, bucketing) for bucketing in Bucketing}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_flagd_testbed(scenario: Scenario, testbed):
    if "@fractional-v1" in scenario.tags:
        return  # the bucketing before flagd counted in integers, which is not built
    play(scenario, testbed[Bucketing.V2])
    if "@fractional-v2" not in scenario.tags:
        play(scenario, testbed[Bucketing.V3])


def play(scenario: Scenario, flags: FlagSet) -> None:
    world = World(flags)
    for text, table in scenario.steps:
        pattern, step = next(
            (found, step) for pattern, step in STEPS.items() if (found := re.fullmatch(pattern, text))
        )
        step(world, *pattern.groups(), *([table] if table else []))


class World:
    """What one scenario has said so far."""

    def __init__(self, flags: FlagSet) -> None:
        self.flags = flags
        self.context: dict[str, object] = {}
        self.user: str | None = None

    def begun(self) -> None:
        self.context.clear()

    def flag(self, kind: str, key: str, fallback: str) -> None:
        self.kind, self.key, self.fallback = kind, key, READ[kind](fallback)

    def attribute(self, key: str, kind: str, value: str) -> None:
        self.context[key] = READ[kind](value)

    def targeting_key(self, value: str) -> None:
        self.user = value

    def nested(self, outer: str, inner: str, value: str) -> None:
        self.context[outer] = {inner: value}

    def evaluated(self) -> None:
        self.decision = self.flags.evaluate(
            self.key, self.user, self.context, self.fallback, kind=Kind(self.kind.lower())
        )

    def value(self, text: str) -> None:
        wanted = READ[self.kind](text.replace('\\"', '"'))
        assert self.decision.value == wanted
        assert type(self.decision.value) is type(wanted)

    def reason(self, text: str) -> None:
        assert self.decision.reason == Reason(text)

    def error(self, text: str) -> None:
        assert self.decision.error_code == ErrorCode(text)

    def metadata(self, table: list[list[str]]) -> None:
        assert self.decision.metadata == {key: READ[kind](value) for key, kind, value in table[1:]}

    def no_metadata(self) -> None:
        assert not self.decision.metadata


STEPS = {
    "an evaluator": World.begun,
    'an? (\\w+)-flag with key "(.*)" and a fallback value "(.*)"': World.flag,
    'a context containing a key "(.*)", with type "(.*)" and with value "(.*)"': World.attribute,
    'a context containing a targeting key with value "(.*)"': World.targeting_key,
    'a context containing a nested property with outer key "(.*)" and inner key "(.*)", with value "(.*)"': (
        World.nested
    ),
    "the flag was evaluated with details": World.evaluated,
    'the resolved details value should be "(.*)"': World.value,
    'the reason should be "(.*)"': World.reason,
    'the error-code should be "(.*)"': World.error,
    "the resolved metadata should contain": World.metadata,
    "the resolved metadata is empty": World.no_metadata,
}
