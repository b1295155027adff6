"""What the requirements promise in a line, shown where no other test shows it."""

import threading
from pathlib import Path

import pytest

import gmconfig
from gmconfig import ConfigManager, Environment, FeatureFlagManager, FeatureState, SecretsManager
from gmconfig.api.flag.events import ingested
from gmconfig.storage.git import Repository
from gmconfig.storage.journal import Journal
from tests.trading import make
from tests.waiting import LIMIT


def test_every_core_component_is_one_import_away():
    components = ("ConfigManager", "SecretsManager", "FeatureFlagManager", "ConfigValidator")
    components += ("ConfigMonitor", "ConfigAutomation")
    for name in (
        *components,
        "Environment",
        "SecretType",
        "AlertSeverity",
        "ComplianceRule",
        "GmconfigError",
    ):
        assert getattr(gmconfig, name) is not None
    with pytest.raises(AttributeError):
        gmconfig.Nothing  # noqa: B018


def test_the_four_environments_differ(trading):
    found = {name: ConfigManager(name).get_config("settings", "system") for name in Environment}
    assert [system["environment"] for system in found.values()] == [str(name) for name in Environment]
    modes = {str(name): system["mode"] for name, system in found.items()}
    assert modes["production"] == "live"
    assert "live" not in {mode for name, mode in modes.items() if name != "production"}
    assert ConfigManager("production").get_config("settings", "database.pool") == 40
    assert ConfigManager("testing").get_config("settings", "database.pool") != 40


def test_set_config_writes_only_what_differs(trading, git):
    config_manager = ConfigManager(Environment.PRODUCTION)
    data = config_manager.get_config("settings")
    data["database"]["pool"] = 55
    del data["logging"]

    config_manager.set_config("settings", data, user="admin", reason="less noise")

    assert config_manager.get_config("settings") == data
    changed = git("show", "--format=", "--unified=0", "--", "config").splitlines()
    assert [line for line in changed if line[0] in "+-" and line[:3] not in ("+++", "---")] == [
        "-  pool: 40",
        "+  pool: 55",
        "-logging:",
        "-  level: WARNING",
        "+logging: null",
    ]


def test_environment_variable_substitution(tmp_path, monkeypatch):
    root = make(tmp_path / "repo")
    (root / "config/settings.yaml").write_text(
        "database:\n  host: ${DB_HOST:production.db.com}\n  port: ${DB_PORT:5432}\n"
    )
    manager = ConfigManager(Environment.DEVELOPMENT, root=root)
    assert manager.get_config("settings", "database") == {"host": "production.db.com", "port": 5432}

    monkeypatch.setenv("DB_HOST", "other.db.com")
    monkeypatch.setenv("GMCONFIG__DATABASE__PORT", "1234")

    assert manager.get_config("settings", "database") == {"host": "other.db.com", "port": 1234}


def test_sensitive_values_can_come_from_the_environment_alone(trading, monkeypatch):
    billing = Path("config/billing.yaml")
    billing.write_text(billing.read_text() + "gateway_token: ${GATEWAY_TOKEN}\n")
    with pytest.raises(gmconfig.Unresolved, match="GATEWAY_TOKEN"):
        ConfigManager("testing").get_config("billing")
    monkeypatch.setenv("GATEWAY_TOKEN", "tok-5ca1ab1e")
    manager = ConfigManager("testing")
    assert manager.get_config("billing", "gateway_token") == "tok-5ca1ab1e"
    manager.update_config(
        "billing", {"retries": 5}
    )  # a change writes the placeholder, and never what it stands for
    assert not [file for file in trading.rglob("*") if file.is_file() and b"5ca1ab1e" in file.read_bytes()]


def test_runtime_updates_without_restart(trading):
    manager = ConfigManager(Environment.PRODUCTION)
    changed = threading.Event()
    with manager.live("settings", interval=0.02) as settings:
        assert settings.get("database.pool") == 40
        settings.on_change("database.pool", lambda _: changed.set())
        ConfigManager(Environment.PRODUCTION).set_value("settings", "database.pool", 41)
        assert changed.wait(LIMIT)
        assert settings.get("database.pool") == 41

        Path("config/settings.yaml").write_text("broken: [")
        update = settings.reload()
        assert update.error is not None
        assert settings.get("database.pool") == 41
        assert {event["kind"] for event in journal(trading)} == {"reload-failed"}


def journal(folder: Path) -> list[dict[str, object]]:
    return Journal(Repository.discover(str(folder))).read()


def test_rollout_strategies(trading):
    manager, users = FeatureFlagManager(), [f"user{number}" for number in range(1000)]
    manager.create_feature_flag("by_share", state=FeatureState.ROLLOUT, percentage=30)
    manager.create_feature_flag("by_share_too", state=FeatureState.ROLLOUT, percentage=30)
    manager.create_feature_flag("by_name", state=FeatureState.ROLLOUT, users=["user7", "user8"], percentage=0)

    def on(flag, of=manager):
        return {user for user in users if of.is_feature_enabled(flag, user)}

    assert 230 < len(on("by_share")) < 370
    assert on("by_name") == {"user7", "user8"}
    assert on("by_share", FeatureFlagManager()) == on("by_share")  # a hash of the user decides, and no dice
    assert on("by_share_too") != on("by_share")  # each flag has a hash of its own
    before = on("by_share")
    manager.set_rollout("by_share", 60)
    assert before < on("by_share")


def test_a_secret_is_for_the_configuration_of_its_environment(trading):
    SecretsManager("production").create_secret("jwt_secret", "production's own key")
    key = "security.jwt_secret_key"
    assert ConfigManager("production").get_config("settings", key) == "production's own key"
    assert ConfigManager("development").get_config("settings", key) == "0123456789abcdef0123456789abcdef"


def test_a_flag_is_tried_elsewhere_before_production(trading, git):
    FeatureFlagManager().create_feature_flag("fast_fills", "Fill orders faster", "routing")
    testing, production = FeatureFlagManager("testing"), FeatureFlagManager("production")
    testing.enable_feature_flag("fast_fills")
    assert testing.is_feature_enabled("fast_fills", "ada")
    assert not production.is_feature_enabled("fast_fills", "ada")
    testing.promote_feature_flag("fast_fills", "testing", "production")
    assert FeatureFlagManager("production").is_feature_enabled("fast_fills", "ada")
    assert not FeatureFlagManager("staging").lint().findings


def test_a_flag_says_what_it_is_for_and_whose_it_is(ok, trading):
    ok("flag", "create", "fast_fills", "--description", "Fill orders faster", "--owner", "routing")
    [listed] = [one for one in FeatureFlagManager().list_feature_flags() if one.name == "fast_fills"]
    assert (listed.description, listed.owner) == ("Fill orders faster", "routing")
    [row] = [line for line in ok("flag", "list").splitlines() if line.startswith("fast_fills")]
    assert row.split(maxsplit=3)[1:] == ["disabled", "routing", "Fill orders faster"]


def test_analytics_of_what_a_program_was_asked_need_no_folder_of_events(trading):
    manager = FeatureFlagManager()
    manager.create_feature_flag("fills", "Faster fills", "routing", FeatureState.ROLLOUT, 25.0)
    with pytest.raises(gmconfig.NotFound, match="where programs write events"):
        manager.get_feature_analytics("fills", 24)  # nobody has asked for anything yet
    for number in range(40):
        manager.is_feature_enabled("fills", f"user{number}")
        manager.evaluate_feature("fills", user_id=f"user{number}")
    found = manager.get_feature_analytics("fills", 24)
    enabled = sum(manager.is_feature_enabled("fills", f"user{number}") for number in range(40))
    assert (found.total, found.variants["enabled"]) == (40, enabled)
    assert {reason for _, reason in found.users} == {"targeting_match"}

    manager.create_ab_test("fills_test", "fills", ["slow", "quick"], [50, 50], ["order_filled"])
    for number in range(60):
        if manager.evaluate_feature("fills", f"user{number}").variant == "quick":
            manager.track("order_filled", f"user{number}")
    assert manager.experiment_report("fills_test").results[0].comparison.treatment == 1.0
    with pytest.raises(gmconfig.NotFound):
        FeatureFlagManager(record=False).get_feature_analytics("fills", 24)
    other = FeatureFlagManager(events_dir=trading / "events")
    other.is_feature_enabled("fills", "somebody")
    other.flush_events()
    told = manager.get_feature_analytics("fills", 24).total
    ingested(other.workspace, str(trading / "events"))
    assert manager.get_feature_analytics("fills", 24).total == told  # whatever was loaded here by hand
    assert FeatureFlagManager(record=False).get_feature_analytics("fills", 24).total == 1
