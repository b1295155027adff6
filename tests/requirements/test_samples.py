"""The samples of the requirements document, run as they stand there; only `src.config` is called `gmconfig`."""

import json
import logging
from pathlib import Path

import pytest
import yaml

from gmconfig import (
    AlertSeverity,
    ComplianceRule,
    ConfigAutomation,
    ConfigManager,
    ConfigMonitor,
    ConfigValidator,
    DeploymentStatus,
    Environment,
    SecretsManager,
)
from tests.requirements import document

pytestmark = document.needs_document


def run(section: str, **given: object) -> dict[str, object]:
    """Run a section's sample with what the samples before it left behind; give its names."""
    code = document.samples()[section].replace("src.config", "gmconfig")
    names: dict[str, object] = {"__name__": "sample", **given}
    exec(compile(code, section, "exec"), names)
    return names


@pytest.fixture
def config_manager(trading: Path) -> ConfigManager:
    return ConfigManager(Environment.PRODUCTION)


def test_every_sample_is_run_here():
    """What a new sample of the document needs is somebody who says what it must do."""
    written = Path(__file__).read_text()
    assert [section for section in document.samples() if f'"{section}"' not in written] == []


def test_basic_configuration_management(trading, git):
    names = run("Usage / Basic Configuration Management")
    manager = names["config_manager"]
    assert names["config"]["database"]["password"] == "correct-horse-battery"
    assert manager.get_config("settings") == names["config"]
    assert [version.name for version in manager.get_versions("settings")] == ["v3", "v2", "v1"]
    updated, back = git("log", "-2", "--reverse", "--format=%an|%s").splitlines()
    assert updated == "admin|settings: update in production: Version update"
    assert back.startswith("admin|settings: back to v1 (")
    then = ConfigManager(Environment.PRODUCTION, at="v2").get_config("settings", "system.version")
    assert (names["config"]["system"]["version"], then) == ("1.4.0", "2.0.0")


def test_secrets_management(trading):
    names = run("Usage / Secrets Management")
    manager = names["secrets_manager"]
    assert names["password"] == "super_secret_password"
    assert manager.get_secret("database_password") == "new_password"
    [listed] = [one for one in manager.list_secrets() if one.name == "database_password"]
    assert (listed.type, listed.description) == ("password", "Database password for production")
    for file in trading.rglob("*"):
        if file.is_file():
            assert b"super_secret_password" not in file.read_bytes(), file


def test_feature_flags(trading, git):
    names = run("Usage / Feature Flags")
    manager, decided = names["feature_manager"], names["evaluation"]
    assert decided.value is names["is_enabled"]
    assert (decided.variant, decided.rule) == ("enabled" if names["is_enabled"] else "disabled", "rollout")
    flag = manager.feature_flag("new_algorithm")
    assert (flag.description, flag.owner) == ("New trading algorithm", "engineering_team")
    inside = sum(manager.is_feature_enabled("new_algorithm", user_id=str(number)) for number in range(4000))
    assert 900 < inside < 1100
    assert git("log", "-1", "--format=%s") == "flag new_algorithm: create"


def test_configuration_validation(trading, capsys):
    wrong = {"system": {"name": "x", "version": "1.0", "mode": "live"}, "database": {"port": "eighty"}}
    run("Usage / Configuration Validation", config_data=wrong)
    said = capsys.readouterr().out
    for field in ("system.version", "database.port", "database"):
        assert f"Error: {field} - " in said
    right = ConfigManager("testing").get_config("settings")
    assert run("Usage / Configuration Validation", config_data=right)["result"].valid
    assert capsys.readouterr().out == ""


def test_monitoring_and_alerting(config_manager):
    given = {"AlertSeverity": AlertSeverity, "ComplianceRule": ComplianceRule}
    names = run("Usage / Monitoring and Alerting", config_manager=config_manager, **given)
    assert names["alerts"] == []
    status = names["monitor"].get_compliance_status("settings")
    assert status.rules["custom_rule"].value == 100
    file = Path("config/settings.yaml")
    file.write_text(file.read_text().replace("ssl_enabled: true", "ssl_enabled: false"))
    assert names["monitor"].get_compliance_status("settings").rules["custom_rule"].value < 100


def test_automation(config_manager, tmp_path, git):
    names = run("Usage / Automation", config_manager=config_manager)
    automation = names["automation"]
    job = automation.get_deployment_status(names["job_id"])
    assert (job.id, job.status) == ("production-1", DeploymentStatus.SUCCEEDED)
    live = tmp_path / "live/web/settings.yaml"
    assert yaml.safe_load(live.read_text())["database"]["host"] == "new-db-host.com"
    assert git("show", "--format=%s", "--name-only").splitlines()[::2] == [
        "settings: deploy in production: Production Deployment: Deploy new configuration to production",
        "config/environments/production.yaml",
    ]
    assert names["drift_detections"] == ()
    live.write_text(live.read_text().replace("2.0.0", "9.9.9"))
    [drift] = automation.get_drift_detections(resolved=False)
    assert (drift.target, drift.path, drift.wanted, drift.live) == ("web", "system.version", "2.0.0", "9.9.9")
    assert automation.restore_backup(names["backup_id"]) != ()
    assert yaml.safe_load(live.read_text())["system"]["version"] == "2.0.0"


def test_environment_specific_configurations(trading, monkeypatch):
    sample = document.samples()["Configuration Structure / Environment-Specific Configurations"]
    for file in ("gmconfig.yaml", "config/settings.yaml"):
        Path(file).write_text("{}\n")
    Path("schemas/settings.schema.json").unlink()
    first = sample.splitlines()[0]
    Path(first.removeprefix("# ")).write_text(sample)
    manager = ConfigManager(Environment.PRODUCTION)
    assert manager.get_config("settings") == {
        "system": {"environment": "production", "ssl_enabled": True, "backup_enabled": True},
        "database": {"host": "production.db.com", "password": "correct-horse-battery"},
        "security": {"jwt_secret_key": "0123456789abcdef0123456789abcdef"},
    }
    monkeypatch.setenv("DB_HOST", "other.db.com")
    assert manager.get_config("settings", "database.host") == "other.db.com"
    SecretsManager(Environment.PRODUCTION).create_secret("db_password", "production's own")
    assert manager.get_config("settings", "database.password") == "production's own"


def test_schema_validation(trading):
    schema = json.loads(document.samples()["Configuration Structure / Schema Validation"])
    validator = ConfigValidator()
    validator.save_schema("jobs", schema)
    right = {"system": {"name": "x", "version": "1.0.0", "mode": "paper"}}
    assert validator.validate_config("jobs", right)
    for wrong in ({}, {"system": {"name": "x", "version": "1.0.0"}}, *(
        {"system": {**right["system"], key: value}}
        for key, value in {"version": "1.0", "mode": "fast", "name": 1}.items()
    )):  # fmt: skip
        assert not validator.validate_config("jobs", wrong), wrong


def test_ci_cd_integration(config_manager, tmp_path):
    web = tmp_path / "live/web/settings.yaml"
    wanted = {"settings": {"database": {"pool": 50}}}
    names = run(
        "Integration / CI/CD Integration",
        validator=ConfigValidator("production"),
        automation=ConfigAutomation(config_manager),
        new_config=config_manager.get_config("settings"),
        config_changes=wanted,
        DeploymentStatus=DeploymentStatus,
    )
    deploy = names["deploy_configuration"]
    deploy()
    assert yaml.safe_load(web.read_text())["database"]["pool"] == 50
    names["config_changes"] = {
        "settings": {"database": {"pool": 150}}
    }  # more than the worker's health check takes
    with pytest.raises(Exception, match="Deployment failed, restored backup"):
        deploy()
    assert yaml.safe_load(web.read_text())["database"]["pool"] == 50
    assert config_manager.get_config("settings", "database.pool") == 50
    names["new_config"] = {"system": {}}
    with pytest.raises(ValueError, match="Configuration validation failed"):
        deploy()


def test_monitoring_integration(config_manager):
    monitor, pager, email = ConfigMonitor(config_manager), [], []
    never = ComplianceRule(
        id="never",
        severity=AlertSeverity.CRITICAL,
        config_path="database.pool",
        validation_func=lambda _: False,
    )
    names = run(
        "Integration / Monitoring Integration",
        monitor=monitor,
        AlertSeverity=AlertSeverity,
        send_pager_alert=pager.append,
        send_email_alert=email.append,
        custom_compliance_rules=[never],
    )
    names["setup_monitoring"]()
    monitor.check()
    assert monitor.flush(60)
    assert {one.severity for one in pager} == {AlertSeverity.CRITICAL}
    assert any(one.rule == "compliance" and one.subject.startswith("never") for one in pager)
    assert email
    assert AlertSeverity.CRITICAL not in {one.severity for one in email}


def test_debug_mode(trading, capsys, monkeypatch):
    root = logging.getLogger()
    before = root.level
    monkeypatch.setattr(root, "handlers", [])  # as in a program that has configured nothing yet
    try:
        names = run("Troubleshooting / Debug Mode", ConfigManager=ConfigManager, Environment=Environment)
        names["config_manager"].get_config("settings")
    finally:
        root.setLevel(before)
    said = capsys.readouterr().err
    assert "DEBUG:gmconfig.config:settings in development: layers " in said
    assert "correct-horse-battery" not in said
