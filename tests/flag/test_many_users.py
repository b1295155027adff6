"""100,000 users, flags nobody thought of: flagd's own evaluator, schema and file provider agree with us."""

import copy
import json
import logging
import types

import pytest

core = pytest.importorskip("openfeature.contrib.tools.flagd.core")
from openfeature import api  # noqa: E402
from openfeature.contrib.provider.flagd import FlagdProvider  # noqa: E402
from openfeature.contrib.provider.flagd.config import ResolverType  # noqa: E402
from openfeature.evaluation_context import EvaluationContext  # noqa: E402
from openfeature.exception import OpenFeatureError  # noqa: E402

from gmconfig.flag.flagd.flag_set import FlagSet  # noqa: E402
from gmconfig.flag.openfeature import GmconfigProvider  # noqa: E402
from gmconfig.storage.yaml import dump  # noqa: E402
from tests.flag.random_flags import Dice  # noqa: E402

NOW = 1_795_000_000


@pytest.fixture(autouse=True)
def quiet():
    """flagd-core logs each split and version that it does not like, with a traceback."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def one_moment(monkeypatch):
    """Let flagd-core see the time that we do."""
    import sys

    module = sys.modules["openfeature.contrib.tools.flagd.core.targeting.targeting"]
    monkeypatch.setattr(module, "time", types.SimpleNamespace(time=lambda: NOW))


def friendly(flags, seed: int, count: int) -> dict:
    """Flags as people write them, compiled."""
    dice, made = Dice(seed), {}
    for number in range(count):
        made[f"f{number}"] = dice.friendly(list(made))
    return flags.write(dump({"flags": made}).decode()).compiled().content


def theirs_of(found: core.FlagdCore, key: str, kind: str, fallback, whom: EvaluationContext) -> tuple:
    try:
        answer = getattr(found, f"resolve_{kind}_value")(key, fallback, whom)
    except OpenFeatureError as error:
        return fallback, None, "ERROR", error.error_code.value
    except Exception:  # whatever else escapes is GENERAL to a client
        return fallback, None, "ERROR", "GENERAL"
    return answer.value, answer.variant, str(answer.reason.value), None


@pytest.mark.parametrize("rounds", [1, pytest.param(10, marks=pytest.mark.long)])
def test_a_hundred_thousand_users_are_decided_alike(flags, one_moment, rounds):
    for seed in range(rounds):
        dice = Dice(seed)
        content = friendly(flags, seed, 100)
        content["flags"] |= {f"raw{number}": dice.flagd() for number in range(300)}
        theirs = core.FlagdCore()
        theirs.set_flags(copy.deepcopy(content))
        ours = FlagSet(content, clock=lambda: NOW)
        names, reasons = sorted(content["flags"]), set()

        for number in range(100_000):
            key, user, context = names[number % len(names)], dice.user(number), dice.context()
            kind, fallback = ("string", "mine") if key.startswith("raw") else ("boolean", False)
            decision = ours.evaluate(key, user, context, fallback)
            mine = (decision.value, decision.variant, str(decision.reason), decision.error_code)
            assert mine == theirs_of(theirs, key, kind, fallback, EvaluationContext(user, context)), (
                key,
                user,
                context,
            )
            reasons.add((decision.reason, decision.error_code, decision.variant))

        assert len(reasons) > 12  # all variants, defaults, errors: nobody was asked the same all the time


@pytest.mark.parametrize("seed", range(4))
def test_what_is_compiled_satisfies_flagds_schema_and_serves_the_same_in_flagds_file_provider(
    flags, conformance_data, tmp_path, seed
):
    from jsonschema import Draft7Validator
    from referencing import Registry, Resource

    content = friendly(flags, seed + 100, 40)
    schemas = [json.loads(file.read_text()) for file in (conformance_data / "flagd-schemas").rglob("*.json")]
    registry = Registry().with_resources((one["$id"], Resource.from_contents(one)) for one in schemas)
    schema = Draft7Validator({"$ref": "https://flagd.dev/schema/v0/flags.json"}, registry=registry)
    assert list(schema.iter_errors(content)) == []

    file = tmp_path / "flags.json"
    file.write_text(flags.compiled().text())
    api.set_provider_and_wait(GmconfigProvider(file=file), "ours")
    theirs = FlagdProvider(resolver_type=ResolverType.FILE, offline_flag_source_path=str(file))
    api.set_provider_and_wait(theirs, "theirs")
    clients, dice = [api.get_client("ours"), api.get_client("theirs")], Dice(seed)
    for number in range(500):
        key, whom = f"f{number % 40}", EvaluationContext(dice.user(number), dice.context())
        mine, other = (client.get_boolean_details(key, False, whom) for client in clients)
        assert mine == other
    api.clear_providers()
