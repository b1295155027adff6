"""The OpenFeature provider, asked by a real client of the SDK: values, errors, hooks, events, reloads."""

import asyncio
import json
import subprocess
import sys
import threading

import pytest

pytest.importorskip("openfeature.api")
from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.event import ProviderEvent
from openfeature.exception import ErrorCode, ProviderNotReadyError
from openfeature.flag_evaluation import FlagEvaluationOptions, Reason
from openfeature.hook import Hook
from openfeature.provider import ProviderStatus

from gmconfig.flag.openfeature import GmconfigProvider
from tests.flag.repository import PROJECT, FlagRepository
from tests.waiting import until

FLAGS = """\
metadata: {team: shop}
flags:
  on: {state: enabled, owner: web}
  colour:
    variants: {red: "#f00", blue: "#00f"}
    default: red
    rules: [{if: {plan: pro}, serve: blue}]
  size: {variants: {small: 1, big: 10}, serve: big, state: enabled, default: small}
  ratio: {variants: {half: 0.5, none: 0.0}, serve: half, state: enabled, default: none}
  theme: {type: object, variants: {dark: {back: black}}, serve: dark, state: enabled, default: dark}
  undecided: {flagd: {state: ENABLED, variants: {a: x}}}
  frozen: {flagd: {state: DISABLED, variants: {a: true}, defaultVariant: a}}
  broken: {flagd: {state: ENABLED, variants: {a: true}, defaultVariant: a, targeting: {if: [{regex: [x]}, a]}}}
"""
ADA = EvaluationContext("ada", {"plan": "pro"})


@pytest.fixture
def repository(tmp_path):
    return FlagRepository(tmp_path / "repo", FLAGS)


@pytest.fixture
def events():
    """Every event of any provider in the order it came, without those of the SDK's own provider."""
    found: list[tuple[ProviderEvent, object]] = []
    handlers = {
        event: lambda details, event=event: (
            found.append((event, details)) if details.provider_name == "gmconfig" else None
        )
        for event in ProviderEvent
    }
    for event, handler in handlers.items():
        api.add_handler(event, handler)
    yield found
    for event, handler in handlers.items():
        api.remove_handler(event, handler)


@pytest.fixture
def client():
    """Set a provider and give a client of it."""

    def of(provider: GmconfigProvider):
        api.set_provider_and_wait(provider)
        return api.get_client()

    yield of
    api.clear_providers()


@pytest.fixture
def shop(repository, client):
    return client(GmconfigProvider(root=repository.root))


def seen(events, event: ProviderEvent) -> list:
    return [details for name, details in events if name is event]


@pytest.mark.parametrize(
    ("kind", "flag", "fallback", "value", "variant", "reason"),
    [
        ("boolean", "on", False, True, "enabled", Reason.STATIC),
        ("string", "colour", "x", "#00f", "blue", Reason.TARGETING_MATCH),
        ("integer", "size", 7, 10, "big", Reason.STATIC),
        ("float", "ratio", 7.0, 0.5, "half", Reason.STATIC),
        ("float", "size", 7.0, 10.0, "big", Reason.STATIC),
        ("object", "theme", {}, {"back": "black"}, "dark", Reason.STATIC),
        ("string", "undecided", "mine", "mine", None, Reason.DEFAULT),
        ("boolean", "frozen", False, False, None, Reason.DISABLED),
    ],
)
def test_every_type_of_value_now_and_awaited(shop, kind, flag, fallback, value, variant, reason):
    ask, ask_async = (getattr(shop, f"get_{kind}_details{suffix}") for suffix in ("", "_async"))

    for found in (ask(flag, fallback, ADA), asyncio.run(ask_async(flag, fallback, ADA))):
        assert (found.value, found.variant, found.reason) == (value, variant, reason)
        assert type(found.value) is type(value)
        assert found.error_code is None
        assert found.flag_metadata["team"] == "shop"
    assert getattr(shop, f"get_{kind}_value")(flag, fallback, ADA) == value


@pytest.mark.parametrize(
    ("kind", "flag", "fallback", "code"),
    [
        ("boolean", "nothing", True, ErrorCode.FLAG_NOT_FOUND),
        ("string", "on", "x", ErrorCode.TYPE_MISMATCH),
        ("integer", "on", 3, ErrorCode.TYPE_MISMATCH),
        ("integer", "ratio", 3, ErrorCode.TYPE_MISMATCH),
        ("boolean", "broken", True, ErrorCode.PARSE_ERROR),
    ],
)
def test_what_goes_wrong_is_told_and_gives_the_fallback(shop, kind, flag, fallback, code):
    told = []

    class Noting(Hook):
        def error(self, hook_context, exception, hints):
            told.append(exception.error_code)

    options = FlagEvaluationOptions(hooks=[Noting()])
    found = getattr(shop, f"get_{kind}_details")(flag, fallback, ADA, options)

    assert (found.value, found.variant, found.reason) == (fallback, None, Reason.ERROR)
    assert found.error_code == code == told[0]
    assert flag in found.error_message or "regex" in found.error_message


def test_the_providers_hooks_run_and_every_level_of_context_counts(repository, client):
    stages = []

    class Upgrading(Hook):
        def before(self, hook_context, hints):
            stages.append("before")
            return EvaluationContext(attributes={"plan": "pro"})

        def after(self, hook_context, details, hints):
            stages.append(f"after {details.variant}")

        def finally_after(self, hook_context, details, hints):
            stages.append("finally")

    plain = client(GmconfigProvider(root=repository.root))
    assert plain.get_string_value("colour", "x", EvaluationContext("ada")) == "#f00"
    assert api.get_client().get_provider_status() is ProviderStatus.READY
    hooked = client(GmconfigProvider(root=repository.root, hooks=[Upgrading()]))
    assert hooked.get_string_value("colour", "x", EvaluationContext("ada")) == "#00f"
    assert stages == ["before", "after blue", "finally"]
    plain = client(GmconfigProvider(root=repository.root))
    plain.context = EvaluationContext(attributes={"plan": "pro"})
    assert plain.get_string_value("colour", "x") == "#00f"


def test_domains_have_environments_of_their_own(repository, client):
    repository.write("flags: {x: {state: enabled, environments: {staging: {state: disabled}}}}\n")
    client(GmconfigProvider("production", repository.root))
    api.set_provider_and_wait(GmconfigProvider("staging", repository.root), "test")

    assert api.get_client().get_boolean_value("x", False)
    assert not api.get_client("test").get_boolean_value("x", True)
    assert api.get_client("test").get_metadata().domain == "test"
    assert api.get_provider_metadata("test").name == "gmconfig"


def test_a_commit_is_followed_and_a_broken_one_leaves_the_last_good_flags(repository, client, events):
    ask = client(GmconfigProvider(root=repository.root, at="main", interval=0.02)).get_boolean_value
    repository.write("flags: {}\n")  # not committed: nobody sees it
    assert ask("on", False)

    commit = repository.commit(FLAGS.replace("on: {state: enabled", "on: {state: disabled"))
    until(lambda: not ask("on", True))
    until(lambda: seen(events, ProviderEvent.PROVIDER_CONFIGURATION_CHANGED))
    changed = seen(events, ProviderEvent.PROVIDER_CONFIGURATION_CHANGED)
    assert [(details.flags_changed, details.metadata) for details in changed] == [
        (["on"], {"commit": commit})
    ]

    repository.commit("flags: {on: {state: enabeld}}\n")
    until(lambda: seen(events, ProviderEvent.PROVIDER_STALE))
    assert "flags/flags.yaml:1:21" in seen(events, ProviderEvent.PROVIDER_STALE)[0].message
    assert api.get_client().get_provider_status() is ProviderStatus.STALE
    assert not ask("on", True)

    repository.commit("flags: {on: {state: enabled}}\n")
    until(lambda: ask("on", False))
    until(lambda: len(seen(events, ProviderEvent.PROVIDER_CONFIGURATION_CHANGED)) == 2)
    assert api.get_client().get_provider_status() is ProviderStatus.READY
    until(lambda: len(seen(events, ProviderEvent.PROVIDER_READY)) == 2)  # handlers are called in any order


def test_a_commit_that_changes_no_flag_is_no_event(repository, client, events):
    client(GmconfigProvider(root=repository.root, at="HEAD", interval=0.02))
    (repository.root / "README").write_text("x")
    repository.commit("# who owns what is decided on Mondays\n" + FLAGS)

    repository.commit(FLAGS + "  more: {state: enabled}\n")
    until(lambda: seen(events, ProviderEvent.PROVIDER_CONFIGURATION_CHANGED))

    assert [d.flags_changed for d in seen(events, ProviderEvent.PROVIDER_CONFIGURATION_CHANGED)] == [["more"]]


def test_a_compiled_file_is_followed_without_a_repository(tmp_path, client, events):
    file = tmp_path / "flags.json"

    def put(text: str) -> None:
        file.with_suffix(".new").write_text(text)
        file.with_suffix(".new").replace(file)

    def deploy(default: str) -> None:
        variants = {"enabled": True, "disabled": False}
        flag = {"state": "ENABLED", "variants": variants, "defaultVariant": default}
        put(json.dumps({"flags": {"x": flag}}))

    deploy("enabled")
    found = client(GmconfigProvider(file=file, interval=0.02))
    assert found.get_boolean_value("x", False)
    deploy("disabled")
    until(lambda: not found.get_boolean_value("x", True))
    put("{")
    until(lambda: seen(events, ProviderEvent.PROVIDER_STALE))
    file.unlink()
    until(lambda: len(seen(events, ProviderEvent.PROVIDER_STALE)) == 2)
    assert not found.get_boolean_value("x", True)
    deploy("enabled")
    until(lambda: found.get_boolean_value("x", False))


def test_flags_that_are_broken_from_the_start_become_ready_when_they_are_mended(repository, client, events):
    repository.write("flags: [")
    with pytest.raises(ProviderNotReadyError, match="flags/flags.yaml"):
        client(GmconfigProvider(root=repository.root, interval=0.02))
    asked = api.get_client().get_boolean_details("on", True)
    assert (asked.value, asked.error_code) == (True, ErrorCode.PROVIDER_NOT_READY)
    assert api.get_client().get_provider_status() is ProviderStatus.ERROR

    repository.write("flags: {on: {state: disabled}}\n")

    until(lambda: api.get_client().get_provider_status() is ProviderStatus.READY)
    assert not api.get_client().get_boolean_value("on", True)


def test_shutting_down_ends_the_thread_and_can_be_taken_back(repository, client):
    others = set(threading.enumerate())

    def threads() -> int:
        return sum(thread.name == "gmconfig-flags" for thread in set(threading.enumerate()) - others)

    provider = GmconfigProvider(root=repository.root, interval=0.02)
    client(provider)
    assert threads() == 1
    api.shutdown()
    assert threads() == 0
    assert provider.resolve_boolean_details("on", False).value
    provider.initialize(EvaluationContext())
    assert threads() == 1


def test_without_the_sdk_the_extra_is_named():
    code = "import sys; sys.modules['openfeature.event'] = None; import gmconfig.flag.openfeature"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert 'ImportError: this needs OpenFeature\'s SDK, the extra "openfeature"' in done.stderr


def test_exposures_and_tracking_events_reach_an_experiment(repository, tmp_path):
    from openfeature.track import TrackingEventDetails

    from gmconfig import FeatureFlagManager

    manager = FeatureFlagManager("production", repository.root, events_dir=tmp_path / "events")
    metrics = {"order": "proportion", "money": "mean"}
    manager.create_ab_test("t", "colour", ["red", "blue"], [50, 50], metrics)
    provider = GmconfigProvider("production", repository.root, events_dir=tmp_path / "events")
    api.set_provider_and_wait(provider)
    client = api.get_client()
    for number in range(40):
        context = EvaluationContext(f"user-{number}")
        client.get_string_value("colour", "red", context)
        client.track("order", context)
        client.track("money", context, TrackingEventDetails(12.5))
    client.track("order", EvaluationContext())
    api.shutdown()

    report = manager.experiment_report("t")
    assert sum(report.users.values()) == 40
    assert [one.comparison.treatment for one in report.results] == [1.0, 12.5]


def test_the_provider_writes_events_where_gmconfig_yaml_says(repository):
    (repository.root / "gmconfig.yaml").write_text(PROJECT + "flags: {events_dir: told}\n")
    for record in (False, True):
        provider = GmconfigProvider("production", repository.root, record=record)
        provider.resolve_string_details("colour", "red", ADA)
        provider.shutdown()
        assert (repository.root / "told").exists() is record
