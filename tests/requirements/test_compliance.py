"""Compliance: rules that are kept for everybody, what breaks one is refused, told and scored until it is mended."""

from pathlib import Path

import pytest

from gmconfig import (
    AlertSeverity,
    ComplianceRule,
    ConfigManager,
    ConfigMonitor,
    ConfigValidator,
    InvalidConfiguration,
    Refused,
)
from tests.waiting import LIMIT

POLICY = Path("policies/security.yaml")
RULE = ComplianceRule(
    id="small-pool",
    name="A small pool",
    description="The database takes 100 connections.",
    config_path="database.pool",
    require={"maximum": 50},
    environments=("production",),
)


@pytest.fixture
def monitor(trading) -> ConfigMonitor:
    return ConfigMonitor(ConfigManager("production"), targets=False)


def test_a_rule_is_kept_as_a_minimal_edit_in_one_commit(trading, monitor, git):
    before = POLICY.read_text()
    done = monitor.add_compliance_rule(RULE, persist=True, user="ada", reason="the database is small")
    assert (
        git("log", "-1", "--format=%H|%an|%s")
        == f"{done.commit}|ada|policies: small-pool: the database is small"
    )
    added = POLICY.read_text().removeprefix(before).splitlines()
    assert added == [
        "  - id: small-pool",
        "    name: A small pool",
        "    description: The database takes 100 connections.",
        "    config_path: database.pool",
        "    environments:",
        "      - production",
        "    require:",
        "      maximum: 50",
    ]
    assert git("status", "--porcelain") == ""
    assert [one.rule for one in ConfigValidator().check(files=["config"]).findings] == []
    assert ConfigMonitor(ConfigManager()).get_compliance_status().rules["small-pool"].passed == 2


def test_a_rule_that_is_there_is_changed_where_it_stands(trading, monitor, git):
    rule = ComplianceRule(
        id="short-sessions-in-production",
        name="Short sessions in production",
        description="A stolen session must not be worth much for long.",
        severity=AlertSeverity.ERROR,
        config_path="security.session_minutes",
        environments=("production",),
        require={"maximum": 60},
    )
    ConfigValidator().add_compliance_rule(rule, persist=True)
    changed = git("show", "--format=", "--unified=0", "--", str(POLICY)).splitlines()
    assert [line.strip() for line in changed if line[0] in "+-" and line[:3] not in ("+++", "---")] == [
        "-    severity: warning",
        "-    require: {maximum: 30}",
        "+    require: {maximum: 60}",
    ]
    assert monitor.add_compliance_rule(rule, persist=True).commit is None


def test_the_first_rule_makes_the_file(trading, monitor, git):
    POLICY.unlink()
    git("commit", "-qam", "no policies")
    own = {"validation_func": "validate_min", "parameters": {"min": 5}, "required": True}
    check = RULE.replaced(require=None, documents=("settings",), **own)
    monitor.add_compliance_rule(check, persist=True)
    assert git("show", "--format=", "--name-only") == "policies/rules.yaml"
    [kept] = [one for one in monitor.get_compliance_status().rules.items() if one[0] == "small-pool"]
    assert kept[1].passed == 2


def test_what_cannot_be_kept_says_why(trading, monitor, git):
    head = git("rev-parse", "HEAD")
    own = RULE.replaced(require=None, validation_func=lambda value: value < 50)
    with pytest.raises(Refused, match="a function of this program") as refused:
        monitor.add_compliance_rule(own, persist=True)
    assert "require={…}" in str(refused.value.hint)
    with pytest.raises(InvalidConfiguration) as broken:
        monitor.add_compliance_rule(RULE.replaced(require={"maximum": 5}), persist=True)
    finding = broken.value.findings[0]
    assert (finding.rule, finding.path) == ("small-pool", "database.pool")
    assert str(broken.value).endswith(
        f"{finding.place}: {finding.message} (and {len(broken.value.findings) - 1} more)"
    )
    assert "waive it" in str(broken.value.hint)
    assert (git("rev-parse", "HEAD"), git("status", "--porcelain")) == (head, "")
    assert "small-pool" not in monitor.get_compliance_status().rules  # nor is it in force here
    assert monitor.add_compliance_rule(own) is None
    assert "small-pool" in monitor.get_compliance_status().rules


def test_violations_are_refused_told_once_and_over_when_they_are_mended(trading, monitor, git):
    monitor.add_compliance_rule(RULE, persist=True)
    told = []
    monitor.add_alert_handler(told.append, resolved=True)
    with pytest.raises(InvalidConfiguration):
        ConfigManager("production").set_value("settings", "database.pool", 60)

    file = Path("config/environments/production.yaml")
    right = file.read_text()
    file.write_text(right.replace("pool: 40", "pool: 60"))  # past every command
    before = monitor.get_compliance_status("settings", environment="production").score
    for _ in range(2):
        [alert] = [one for one in monitor.get_alerts(resolved=False) if one.rule == "compliance"]
    assert (alert.kind, alert.environment) == ("compliance violation", "production")
    assert "small-pool" in alert.message

    file.write_text(right)
    assert [one for one in monitor.get_alerts(resolved=False) if one.rule == "compliance"] == []
    assert monitor.get_compliance_status("settings", environment="production").score > before
    assert monitor.flush(LIMIT)
    assert [one.resolved for one in told if one.id == alert.id] == [False, True]
