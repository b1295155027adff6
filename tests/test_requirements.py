"""The code samples of the requirements document, as they stand there, with `from gmconfig import …`."""

from pathlib import Path

import pytest

from tests.trading import founded, make
from tests.waiting import LIMIT


@pytest.fixture
def trading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = founded(tmp_path / "repo")
    monkeypatch.chdir(folder)
    return folder


def test_basic_configuration_management(trading, git):
    from gmconfig import ConfigManager, Environment

    # Initialize configuration manager
    config_manager = ConfigManager(Environment.PRODUCTION)

    # Get configuration
    config = config_manager.get_config("settings")
    assert config["system"]["version"] == "1.4.0"
    assert config["database"]["password"] == "correct-horse-battery"
    assert config_manager.get_config("settings", "database")["pool"] == 40
    assert config_manager.get_config("settings", section="database.pool") == 40

    # Update configuration
    config_manager.update_config(
        "settings", {"system": {"version": "2.0.0"}}, user="admin", reason="Version update"
    )
    assert config_manager.get_config("settings", "system.version") == "2.0.0"
    assert git("log", "-1", "--format=%an|%s") == "admin|settings: update in production: Version update"

    # Rollback configuration
    config_manager.rollback_config("settings", "v1", user="admin")
    assert config_manager.get_config("settings") == config
    assert [version.name for version in config_manager.get_versions("settings")] == ["v3", "v2", "v1"]


def test_set_config_writes_only_what_differs(trading, git):
    from gmconfig import ConfigManager, Environment

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


def test_secrets_management(trading):
    from gmconfig import SecretsManager, SecretType

    # Initialize secrets manager
    secrets_manager = SecretsManager()

    # Create a secret
    secrets_manager.create_secret(
        "database_password", "super_secret_password", SecretType.PASSWORD, "Database password for production"
    )

    # Get secret
    password = secrets_manager.get_secret("database_password")
    assert password == "super_secret_password"

    # Rotate secret
    secrets_manager.rotate_secret("database_password", "new_password")
    assert secrets_manager.get_secret("database_password") == "new_password"

    secrets_manager.update_secret("database_password", "newer_password", user="admin")
    assert secrets_manager.get_secret("database_password", user="admin") == "newer_password"
    listed = {secret.name: secret for secret in secrets_manager.list_secrets()}
    assert listed["database_password"].type == SecretType.PASSWORD
    assert "newer_password" not in repr(listed) + repr(secrets_manager.secret("database_password"))

    secrets_manager.delete_secret("database_password", user="admin")
    with pytest.raises(LookupError):
        secrets_manager.get_secret("database_password")


def test_configuration_validation(trading):
    from gmconfig import ConfigValidator

    # Initialize validator
    validator = ConfigValidator()
    config_data = {"system": {"name": "x", "version": "1.0", "mode": "live"}, "database": {"port": "eighty"}}

    # Validate configuration
    result = validator.validate_config_detailed("settings", config_data)

    assert not result.valid
    fields = {error.field: error.message for error in result.errors}
    assert {"system.version", "database.port", "database"} <= set(fields)

    assert not validator.validate_config("settings", config_data)
    from gmconfig import ConfigManager

    assert validator.validate_config("settings", ConfigManager("testing").get_config("settings"))


def test_validation_rules_of_your_own(trading):
    from gmconfig import ConfigManager, ConfigValidator

    validator = ConfigValidator()
    data = ConfigManager("testing").get_config("settings")
    validator.add_validation_rule(
        "settings", lambda data: [] if data["database"]["pool"] % 2 else ["pool must be odd"]
    )

    result = validator.validate_config_detailed("settings", data)

    assert [error.message for error in result.errors] == ["pool must be odd"]


def test_schema_generation(trading, git):
    from gmconfig import ConfigValidator

    validator = ConfigValidator()
    sample = {"retries": 3, "host": "db", "tags": ["a"]}
    schema = validator.generate_schema("jobs", sample)
    assert schema["properties"]["retries"]["type"] == "integer"

    validator.save_schema("jobs", schema)

    assert Path("schemas/jobs.schema.json").exists()
    assert git("status", "--porcelain") == ""
    assert validator.validate_config("jobs", sample)
    assert not validator.validate_config("jobs", {**sample, "retries": "many"})


def test_compliance_rules(trading):
    from gmconfig import AlertSeverity, ComplianceRule, ConfigValidator

    # Create compliance rule
    rule = ComplianceRule(
        id="custom_rule",
        name="Custom Rule",
        description="Custom compliance rule",
        category="security",
        severity=AlertSeverity.ERROR,
        config_path="system.ssl_enabled",
        validation_func="validate_ssl_enabled",
        parameters={"required_for_prod": True},
    )
    validator = ConfigValidator("production")
    validator.add_compliance_rule(rule)
    data = {
        "system": {"name": "x", "version": "1.0.0", "mode": "live", "ssl_enabled": False},
        "database": {"host": "db", "port": 1, "password": "correct-horse-battery"},
    }

    result = validator.validate_config_detailed("settings", data)

    assert "system.ssl_enabled" in {error.field for error in result.errors}
    data["system"]["ssl_enabled"] = True
    assert validator.validate_config("settings", data)


def test_environment_variable_substitution(tmp_path, monkeypatch):
    from gmconfig import ConfigManager, Environment

    root = make(tmp_path / "repo")
    (root / "config/settings.yaml").write_text(
        "database:\n  host: ${DB_HOST:production.db.com}\n  port: ${DB_PORT:5432}\n"
    )
    manager = ConfigManager(Environment.DEVELOPMENT, root=root)
    assert manager.get_config("settings", "database") == {"host": "production.db.com", "port": 5432}

    monkeypatch.setenv("DB_HOST", "other.db.com")
    monkeypatch.setenv("GMCONFIG__DATABASE__PORT", "1234")

    assert manager.get_config("settings", "database") == {"host": "other.db.com", "port": 1234}


def test_runtime_updates_without_restart(trading):
    import threading

    from gmconfig import ConfigManager, Environment

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
        assert [event["kind"] for event in journal(trading)] == ["reload-failed"]


def journal(folder: Path) -> list[dict[str, object]]:
    from gmconfig.storage.git import Repository
    from gmconfig.storage.journal import Journal

    return Journal(Repository.discover(str(folder))).read()


def test_debug_mode(trading, caplog):
    import logging

    from gmconfig import ConfigManager, Environment

    caplog.set_level(logging.DEBUG)

    # Enable debug mode
    config_manager = ConfigManager(Environment.DEVELOPMENT)
    config_manager.get_config("settings")
    config_manager.update_config("settings", {"logging": {"level": "INFO"}}, user="admin", reason="quiet")

    assert "settings" in caplog.text
    assert "correct-horse-battery" not in caplog.text


def test_every_public_name_is_there():
    import gmconfig

    for name in (
        "ConfigManager",
        "SecretsManager",
        "ConfigValidator",
        "Environment",
        "SecretType",
        "AlertSeverity",
        "ComplianceRule",
        "GmconfigError",
    ):
        assert getattr(gmconfig, name) is not None
    with pytest.raises(AttributeError):
        gmconfig.Nothing  # noqa: B018


def test_feature_flags(trading, git):
    from gmconfig import FeatureFlagManager, FeatureState

    # Initialize feature flag manager
    feature_manager = FeatureFlagManager()

    # Create feature flag
    feature_manager.create_feature_flag(
        "new_algorithm",
        "New trading algorithm",
        "engineering_team",
        FeatureState.ROLLOUT,
        enabled_percentage=25.0,
    )

    # Check if feature is enabled
    is_enabled = feature_manager.is_feature_enabled("new_algorithm", user_id="user123")

    # Evaluate feature with details
    evaluation = feature_manager.evaluate_feature("new_algorithm", user_id="user123")

    assert evaluation.value is is_enabled
    assert (evaluation.variant, evaluation.rule) == ("enabled" if is_enabled else "disabled", "rollout")
    assert git("log", "-1", "--format=%s") == "flag new_algorithm: create"
    inside = sum(feature_manager.is_feature_enabled("new_algorithm", user_id=str(n)) for n in range(4000))
    assert 900 < inside < 1100

    feature_manager.update_feature_flag("new_algorithm", percentage=100, reason="it works", user="admin")
    assert feature_manager.is_feature_enabled("new_algorithm", user_id="user123", context={"plan": "pro"})
    assert git("log", "-1", "--format=%an|%s") == "admin|flag new_algorithm: rollout.percentage 100: it works"


def test_ab_tests_and_feature_analytics(trading, tmp_path, git):
    from gmconfig import FeatureFlagManager, FeatureState

    feature_manager = FeatureFlagManager(events_dir=tmp_path / "events", interval=0)
    feature_manager.create_feature_flag(
        "new_algorithm", "New trading algorithm", "engineering_team", FeatureState.ROLLOUT, percentage=25.0
    )

    # Create A/B test
    feature_manager.create_ab_test(
        "algorithm_test",
        "new_algorithm",
        variants=["control", "treatment"],
        allocation=[50, 50],
        metrics=["order_filled"],
    )
    assert git("log", "-1", "--format=%s") == "flag new_algorithm: start experiment algorithm_test"
    assert feature_manager.feature_flag("new_algorithm").state is FeatureState.EXPERIMENT
    for number in range(200):
        if feature_manager.is_feature_enabled("new_algorithm", user_id=f"user{number}"):
            feature_manager.track("order_filled", f"user{number}")

    # Get feature analytics
    analytics = feature_manager.get_feature_analytics("new_algorithm", hours_back=24)

    assert analytics.total == 200
    assert analytics.variants.keys() == {"control", "treatment"}
    report = feature_manager.experiment_report("algorithm_test")
    (result,) = report.results
    assert (result.verdict, result.comparison.treatment) == ("higher", 1.0)
