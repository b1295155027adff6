"""The API reference of the requirements document: each method's arguments by name and position, and what it does."""

import inspect
import json
from pathlib import Path

import pytest

import gmconfig
from gmconfig import (
    AccessDenied,
    AlertSeverity,
    AutomationRule,
    ComplianceRule,
    ConfigAutomation,
    ConfigManager,
    ConfigMonitor,
    ConfigValidator,
    DeploymentStatus,
    FeatureFlagManager,
    FeatureState,
    NotFound,
    SecretsManager,
    SecretType,
    UsageError,
)
from gmconfig.errors import UnknownDocument
from tests.requirements import document
from tests.waiting import LIMIT

pytestmark = document.needs_document

ENTRIES = document.entries() if document.path() else ()


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_the_arguments(entry):
    signature = inspect.signature(getattr(getattr(gmconfig, entry.owner), entry.name))
    own = list(signature.parameters.values())[1:]
    named = {name: default for name, _, default in (one.partition("=") for one in entry.arguments)}
    if "**kwargs" in named:
        del named["**kwargs"]
        assert own[-1].kind is inspect.Parameter.VAR_KEYWORD
    signature.bind(None, **dict.fromkeys(named, 1))
    signature.bind(None, *named)
    for parameter, (name, default) in zip(own, named.items(), strict=False):
        assert parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        assert parameter.name.endswith(name)  # the samples call a flag's `percentage` `enabled_percentage`
        assert not default or repr(parameter.default) == default


def test_every_method_is_called_here():
    """What the reference adds is missing here until somebody calls it."""
    written = Path(__file__).read_text()
    assert [str(entry) for entry in ENTRIES if f".{entry.name}(" not in written] == []


def test_configmanager(trading, git):
    manager = ConfigManager("production")
    data = manager.get_config("settings")
    assert manager.get_config("settings", "database")["pool"] == 40
    assert manager.get_config("settings", section="database.pool") == 40
    backup = manager.backup_configs("before")

    manager.set_config("settings", {**data, "logging": {"level": "ERROR"}}, "ada", "less noise")
    assert manager.get_config("settings", "logging.level") == "ERROR"
    manager.update_config("settings", {"database": {"pool": 41}}, "bob", "more")
    assert manager.get_config("settings", "database") == {**data["database"], "pool": 41}
    assert manager.get_versions("settings")[0].name == "v3"
    manager.rollback_config("settings", "v2", "cem", "too many")
    assert manager.get_config("settings", "database.pool") == 40
    assert manager.get_config("settings", "logging.level") == "ERROR"
    authors = git("log", "-3", "--format=%an").split()
    assert authors == ["cem", "bob", "ada"]
    for reason in ("less noise", "more", "too many"):
        assert reason in git("log", "-3", "--format=%B")

    assert manager.restore_configs("before").commit
    assert manager.get_config("settings") == data
    assert manager.restore_configs(backup).commit is None


def test_secretsmanager(trading):
    manager = SecretsManager()
    manager.create_secret("api_key", "one", SecretType.API_KEY, "For the gateway")
    assert manager.get_secret("api_key", "ada") == "one"
    manager.update_secret("api_key", "two", "ada")
    assert manager.get_secret("api_key") == "two"
    manager.rotate_secret("api_key", "three", "ada")
    assert manager.get_secret("api_key") == "three"
    [listed] = [one for one in manager.list_secrets() if one.name == "api_key"]
    assert (listed.type, listed.description) == (SecretType.API_KEY, "For the gateway")

    manager.set_access_policy("api_key", ["test", "gateway"])
    assert manager.get_secret("api_key", "gateway") == "three"
    with pytest.raises(AccessDenied):
        manager.get_secret("api_key", "stranger")
    assert "api_key" in {one.name for one in manager.list_secrets("test")}
    assert "api_key" not in {one.name for one in manager.list_secrets("stranger")}

    manager.delete_secret("api_key", "test")
    with pytest.raises(NotFound):
        manager.get_secret("api_key")


def test_featureflagmanager(trading, tmp_path):
    manager = FeatureFlagManager(events_dir=tmp_path / "events")
    manager.create_feature_flag("fast", "Fast fills", "routing", FeatureState.ROLLOUT, 25.0)
    manager.create_feature_flag("faster", "Faster fills", "routing", FeatureState.ROLLOUT, percentage=25.0)
    assert {manager.feature_flag(name).percentage for name in ("fast", "faster")} == {25}
    manager.update_feature_flag(
        "fast", percentage=0, users=["ada"], rules=[{"if": {"plan": "pro"}, "serve": True}]
    )
    assert manager.is_feature_enabled("fast", "ada")
    assert not manager.is_feature_enabled("fast", "bob", {"plan": "free"})
    assert manager.is_feature_enabled("fast", "bob", {"plan": "pro"})
    decided = manager.evaluate_feature("fast", "bob", {"plan": "pro"})
    assert (decided.value, decided.rule) == (True, "rules[0]")
    assert manager.evaluate_feature("fast", "ada").rule == "users"

    manager.create_ab_test("fills", "faster", ["slow", "quick"], [50, 50], ["order_filled"])
    for number in range(60):
        user = f"user{number}"
        if manager.evaluate_feature("faster", user).variant == "quick":
            manager.track("order_filled", user)
    analytics = manager.get_feature_analytics("faster", 24)
    assert (analytics.total, analytics.variants.keys()) == (60, {"slow", "quick"})
    assert manager.experiment_report("fills").results[0].comparison.treatment == 1.0


def test_configvalidator(trading, git):
    validator = ConfigValidator()
    data = ConfigManager("testing").get_config("settings")
    assert validator.validate_config("settings", data)
    wrong = {**data, "database": {**data["database"], "port": "eighty"}}
    assert not validator.validate_config("settings", wrong)
    [error] = validator.validate_config_detailed("settings", wrong).errors
    assert (error.field, "eighty" in error.message) == ("database.port", True)

    validator.add_validation_rule(
        "settings", lambda tree: [] if tree["database"]["pool"] % 2 else ["pool must be odd"]
    )
    found = validator.validate_config_detailed("settings", data).errors
    assert [one.message for one in found] == ["pool must be odd"]
    assert ConfigValidator().validate_config(
        "settings", data
    )  # it lives in the validator that it was added to

    for verdict, messages in ((None, []), (True, []), (False, ["is not allowed"]), ("no", ["no"])):
        asked = ConfigValidator()
        asked.add_validation_rule("settings", lambda _, verdict=verdict: verdict)
        assert [one.message for one in asked.validate_config_detailed("settings", data).errors] == messages
    assert not ConfigValidator().validate_config("settings", [1])
    assert not ConfigValidator().validate_config("settings", None)
    unknown = ConfigValidator().validate_config_detailed("setings", data)
    assert (unknown.valid, 'did you mean "settings"?' in unknown.warnings[0].message) == (True, True)

    sample = {"retries": 3, "host": "db", "tags": ["a"]}
    schema = validator.generate_schema("jobs", sample)
    assert schema["properties"]["retries"]["type"] == "integer"
    validator.save_schema("jobs", schema)
    assert json.loads(Path("schemas/jobs.schema.json").read_text()) == schema
    assert git("status", "--porcelain") == ""
    assert validator.validate_config("jobs", sample)
    assert not validator.validate_config("jobs", {**sample, "retries": "many"})


def test_configmonitor(trading):
    monitor = ConfigMonitor(ConfigManager("production"), targets=False)
    rule = ComplianceRule(
        id="small", severity=AlertSeverity.CRITICAL, config_path="database.pool", require={"maximum": 20}
    )
    monitor.add_compliance_rule(rule)
    status = monitor.get_compliance_status("settings")
    assert (status.rules["small"].failed, status.rules["small"].passed) == (1, 3)
    assert monitor.get_compliance_status("billing").rules.get("small") is None

    [alert] = monitor.get_alerts(AlertSeverity.CRITICAL, False, "settings", 24)
    assert (alert.rule, alert.environment) == ("compliance", "production")
    assert monitor.get_alerts(AlertSeverity.CRITICAL, False, "billing", 24) == []
    for slip in ({"config_name": "setings"}, {"severity": "bad"}):
        with pytest.raises((UnknownDocument, UsageError)):
            monitor.get_alerts(**slip, check=False)
    assert monitor.resolve_alert(alert.id, "ada").by == "ada"
    assert monitor.get_alerts(AlertSeverity.CRITICAL, False, "settings", 24) == []
    assert [one.id for one in monitor.get_alerts(AlertSeverity.CRITICAL, True, "settings", 24)] == [alert.id]
    report = monitor.create_monitoring_report(24)
    assert report.compliance.rules["small"].failed == 1


def test_configautomation(trading, tmp_path):
    automation = ConfigAutomation(ConfigManager("production"))
    file = tmp_path / "live/worker.env"
    changes = {"settings": {"database": {"pool": 42}}}
    name = automation.create_deployment("A pool", "Load test", changes, "production")
    job = automation.get_deployment_status(name)
    assert (job.status, "Load test" in job.reason) == (DeploymentStatus.SUCCEEDED, True)
    assert "DATABASE_POOL=42" in file.read_text()

    backup = automation.create_backup("forty-two", "Before more", ["settings"], 30)
    automation.create_deployment("More", "", {"settings": {"database": {"pool": 43}}}, "production")
    with pytest.raises(NotFound):
        automation.create_backup("a slip", configs=["setings"])
    with pytest.raises(UsageError):
        automation.create_backup("for no time", retention_days=-1)
    seen: list[object] = []
    automation.add_automation_rule(AutomationRule("tell", on="drift.detected", do=seen.append))
    file.write_text(file.read_text().replace("DATABASE_POOL=43", "DATABASE_POOL=44"))
    [drift] = automation.get_drift_detections(False)
    assert (drift.target, drift.wanted, drift.live) == ("worker", "43", "44")
    assert automation.flush(LIMIT)
    assert [(event["target"], event["path"]) for event in seen] == [("worker", "DATABASE_POOL")]
    [again] = automation.restore_backup(backup, "ada")
    assert automation.get_deployment_status(again).user.startswith("ada ")
    assert "DATABASE_POOL=42" in file.read_text()
    assert automation.get_drift_detections(False) == ()
    assert [one.id for one in automation.get_drift_detections(True)] == [drift.id]
