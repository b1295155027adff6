"""Monitoring and Alerting: an alert of each type, and each of the metrics, from one repository in use."""

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gmconfig import (
    AlertSeverity,
    ComplianceRule,
    ConfigAutomation,
    ConfigManager,
    ConfigMonitor,
    FeatureFlagManager,
    SecretsManager,
)
from tests.waiting import LIMIT

RULE = ComplianceRule(
    id="none", severity=AlertSeverity.CRITICAL, config_path="database.pool", require={"maximum": 1}
)


@pytest.fixture
def manager(trading, tmp_path) -> ConfigManager:
    file = Path("gmconfig.yaml")
    more = f"alerts:\n  thresholds: {{check_seconds: 0}}\nflags:\n  events_dir: {tmp_path / 'events'}\n"
    file.write_text(file.read_text() + more)
    return ConfigManager("production")


def used(manager: ConfigManager, tmp_path: Path) -> None:
    """Rotate, change, deploy, ask; and somebody edits what is live by hand."""
    secrets, flags = SecretsManager(), FeatureFlagManager("production")
    secrets.rotate_secret("jwt_secret")
    manager.set_value("settings", "database.pool", 41)
    ConfigAutomation(manager).create_deployment("One", "", {"settings": {"database": {"pool": 42}}})
    live = tmp_path / "live/worker.env"
    live.write_text(live.read_text().replace("DATABASE_POOL=42", "DATABASE_POOL=43"))
    for _ in range(3):
        secrets.get_secret("db_password")
    for number in range(40):
        flags.is_feature_enabled("dark_pools", f"user{number}")
    flags.flush_events()


def test_every_type_of_alert_reaches_whoever_is_told(manager, tmp_path):
    used(manager, tmp_path)
    monitor, told = ConfigMonitor(manager), []
    monitor.add_alert_handler(told.append)
    monitor.add_compliance_rule(RULE)
    alerts = {one.id: one for one in monitor.get_alerts(resolved=False)}
    assert monitor.flush(LIMIT)
    assert {one.id for one in told} == set(alerts)
    rules = {str(kind): {one.rule for one in told if one.kind is kind} for kind in {one.kind for one in told}}
    assert rules.keys() == {
        "configuration change",
        "compliance violation",
        "drift",
        "performance",
        "security",
    }
    assert {"configuration-changed", "deployed"} <= rules["configuration change"]
    assert rules["drift"] == {"drift"}
    assert "slow-check" in rules["performance"]
    assert "secret-rotated" in rules["security"]
    assert {one.severity for one in told if one.subject.startswith("none")} == {AlertSeverity.CRITICAL}


def test_every_metric_is_collected(manager, ok, tmp_path):
    used(manager, tmp_path)
    ok("flag", "ingest")
    samples = [
        (sample.name, sample.labels, sample.value)
        for family in text_string_to_metric_families(ok("monitor", "metrics"))
        for sample in family.samples
    ]

    def values(name, **labels):
        return [value for one, said, value in samples if one == name and labels.items() <= said.items()]

    assert values("gmconfig_configuration_changes_total", config="settings", env="production") == [3]
    assert values("gmconfig_compliance_score", env="production") == [100]
    assert values("gmconfig_secret_reads_total") == [3]
    assert sum(values("gmconfig_flag_users", flag="dark_pools")) == 40
    assert min(values("gmconfig_look_duration_seconds")) >= 0
    assert values("gmconfig_drift_keys", target="worker") == [1]
    assert values("gmconfig_deployments_total", env="production", result="succeeded") == [1]
