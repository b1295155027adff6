"""The requirements document's samples about monitoring, as they stand there, with `from gmconfig import …`."""

from pathlib import Path

import pytest

from gmconfig import AlertSeverity, ComplianceRule, ConfigManager, ConfigMonitor
from tests.trading import founded


@pytest.fixture
def config_manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ConfigManager:
    monkeypatch.chdir(founded(tmp_path / "repo"))
    return ConfigManager("production")


def test_monitoring_and_alerting(config_manager):
    # Initialize monitor
    monitor = ConfigMonitor(config_manager)

    # Get alerts
    alerts = monitor.get_alerts(severity=AlertSeverity.CRITICAL, resolved=False)
    assert alerts == []

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

    monitor.add_compliance_rule(rule)
    assert monitor.get_compliance_status("settings").rules["custom_rule"].value == 100


def test_monitoring_integration(config_manager):
    monitor, pager, email = ConfigMonitor(config_manager), [], []
    never = ComplianceRule(
        id="never",
        severity=AlertSeverity.CRITICAL,
        config_path="database.pool",
        validation_func=lambda _: False,
    )

    # Add alert handler
    def alert_handler(alert):
        if alert.severity == AlertSeverity.CRITICAL:
            pager.append(alert)
        else:
            email.append(alert)

    monitor.add_alert_handler(alert_handler)

    # Add compliance rules
    for rule in [never]:
        monitor.add_compliance_rule(rule)

    [critical, *_] = monitor.get_alerts(AlertSeverity.CRITICAL, False, "settings", 24)
    assert monitor.flush()
    assert critical.id in {one.id for one in pager}
    assert email
    assert monitor.resolve_alert(critical.id, "ada").resolved
    report = monitor.create_monitoring_report(hours_back=24)
    assert report.compliance.rules["never"].failed
