"""The four common issues: what gmconfig says leads from each to its cause, by commands that work as printed."""

import json
import shlex
from pathlib import Path

from gmconfig import ConfigManager, FeatureFlagManager
from gmconfig.secret.keyring import identity
from gmconfig.secret.keyring.sources import file_text


def named(text: str) -> list[list[str]]:
    """Give the commands that a text names, as words after `gmconfig`."""
    parts = text.replace(";", "\n").replace(", then ", "\n").splitlines()
    commands = [
        part.partition("gmconfig ")[2] for part in parts if "gmconfig: hint:" in part or "gmconfig " in part
    ]
    return [shlex.split(command.rpartition("gmconfig ")[2] or command) for command in commands if command]


# Configuration Validation Errors


def test_a_value_that_does_not_fit_leads_to_its_schema(cli, ok, trading):
    """Check schema definitions; validate data types"""
    refused = cli("config", "set", "settings", "database.port", "nine", "-e", "production")
    assert refused.code == 1
    assert (
        'config/environments/production.yaml:8:9: error: schema: "nine" (a string) is not an integer'
        in refused.err
    )
    assert "nothing was changed" in refused.err
    [command] = named(refused.err.splitlines()[-1])
    assert command == ["config", "explain", "settings", "database.port", "-e", "production"]
    assert "checks schema integer, at least 1, at most 65535" in ok(*command)
    Path("schemas/settings.schema.json").write_text('{"properties": {"database": {"type": "objekt"}}}')
    broken = cli("validate")  # a schema that is wrong itself is told at its own line
    assert (broken.code, "schemas/settings.schema.json:1:" in broken.out) == (1, True), broken


def test_a_required_field_that_is_missing_is_named_with_its_place(cli, ok, trading):
    """Verify required fields"""
    file = Path("config/settings.yaml")
    file.write_text("".join(line for line in file.read_text().splitlines(True) if "  mode:" not in line))
    answer = cli("validate", "-e", "development")
    assert answer.code == 1
    assert 'config/environments/development.yaml:2:3: error: schema: "mode" is missing' in answer.out
    assert "schema object, requires name, version, mode" in ok("config", "explain", "settings", "system")


# Secret Access Denied


def test_a_denial_leads_to_policy_permissions_and_audit(cli, ok, trading, tmp_path):
    """Check access policies; verify user permissions; review audit logs"""
    made = identity.generate()
    (tmp_path / "bob.key").write_text(file_text(made))
    ok("secret", "member", "add", "bob", "--age", made.recipient, "--verify", made.verifier)
    denied = cli("secret", "get", "db_password", "--identity", str(tmp_path / "bob.key"))
    assert denied.code == 4
    assert '"bob" cannot read scope "default"' in denied.err
    grant, who, audit = named(denied.err.splitlines()[-1])
    assert "bob  nothing granted" in ok(*who)
    assert "bob" in ok(*audit)
    assert [line for line in ok(*audit, "db_password").splitlines() if "create" in line]
    ok(*grant)
    assert (
        ok("secret", "get", "db_password", "--identity", str(tmp_path / "bob.key"))
        == "correct-horse-battery\n"
    )
    assert "bob" in ok("secret", "list", "-o", "json")


# Feature Flag Not Working


def test_a_flag_that_is_off_says_which_rule_decided(cli, ok, trading):
    """Check rollout configuration; verify user assignment"""
    outside = next(
        f"user{number}"
        for number in range(100)
        if not FeatureFlagManager("production").is_feature_enabled("dark_pools", f"user{number}")
    )
    told = ok("flag", "eval", "dark_pools", "--user", outside, "-e", "production")
    assert "decided by rollout" in told
    assert "percentage: 5" in ok("flag", "show", "dark_pools", "-e", "production")
    assert "decided by state" in ok("flag", "eval", "dark_pools", "--user", outside, "-e", "development")

    lacking = cli("flag", "eval", "order_ticket", "--user", "ada", "-e", "production")
    assert "decided by no account" in lacking.out
    [command] = named(lacking.err)
    assert command == ["flag", "eval", "order_ticket", "--context", "account=VALUE", "-e", "production"]
    assert "decided by rollout" in ok(*command)

    missing = cli("flag", "eval", "dark_pool")
    assert (missing.code, 'no flag named "dark_pool"' in missing.err) == (3, True)
    assert 'did you mean "dark_pools"?' in missing.err


def test_what_users_were_given_can_be_looked_up(ok, trading, tmp_path):
    """Review evaluation logs"""
    manager = FeatureFlagManager("production", events_dir=tmp_path / "events")
    for number in range(20):
        manager.is_feature_enabled("dark_pools", f"user{number}")
    manager.flush_events()
    asked = ("flag", "analytics", "dark_pools", "-e", "production", "--events-dir", str(tmp_path / "events"))
    assert sum(one["users"] for one in json.loads(ok(*asked, "-o", "json"))["users"]) == 20
    assert "disabled" in ok(*asked)


# Deployment Failures


def test_a_failed_deployment_leads_to_its_log(cli, ok, trading, tmp_path):
    """Review deployment logs; verify system resources"""
    ok("deploy", "apply", "production")
    manager = ConfigManager("production")
    manager.set_value("settings", "database.pool", 150)
    failed = cli("deploy", "apply", "production")
    assert failed.code == 5
    reason = '"sh health/worker.sh" ended with 1: too many connections: 150'
    assert reason in failed.err
    [command] = named(failed.err.splitlines()[-1])
    log = ok(*command)
    assert command == ["deploy", "show", "production-2"]
    assert "worker  restored" in log
    assert reason in log
    assert 'settings DATABASE_POOL  "40" → "150"' in log
    assert "DATABASE_POOL=40" in (tmp_path / "live/worker.env").read_text()
    assert reason in ok("monitor", "alerts", "list")
    assert "--retry tries it again" in ok("deploy", "plan", "production")


def test_what_is_not_valid_is_named_before_anything_is_deployed(cli, git, trading, tmp_path):
    """Check configuration validation"""
    file = Path("config/environments/production.yaml")
    file.write_text(file.read_text().replace("pool: 40", "pool: many"))
    git("commit", "-qam", "past every check")
    refused = cli("deploy", "apply", "production")
    assert refused.code == 1
    assert "config/environments/production.yaml:7:9: error: schema: " in refused.err
    [command] = named(refused.err.splitlines()[-1])
    assert command[:2] == ["validate", "--at"]
    again = cli(*command)
    assert (again.code, "production.yaml:7:9" in again.out) == (1, True), again
    assert not (tmp_path / "live").exists()
