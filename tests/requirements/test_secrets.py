"""The requirements' "Security Features" and what they want of secrets, line by line: each test quotes its line."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from gmconfig import ConfigManager, ConfigValidator, SecretsManager
from gmconfig.errors import AccessDenied
from gmconfig.secret import seal
from gmconfig.secret.keyring import identity, passphrase
from gmconfig.secret.keyring.sources import file_text
from gmconfig.secret.token import parse

STORE = Path("secrets/common.yaml")
VALUE = "correct-horse-battery"


def member(ok, tmp_path, name: str, *rights: str) -> SecretsManager:
    """Add a member with some rights; gives the secrets as that person has them."""
    made = identity.generate()
    file = tmp_path / f"{name}.key"
    file.write_text(file_text(made))
    ok("secret", "member", "add", name, "--age", made.recipient, "--verify", made.verifier)
    if rights:
        ok("secret", "grant", name, *rights)
    return SecretsManager(identity=str(file))


def audited(ok, *about: str) -> list[dict]:
    return json.loads(ok("secret", "audit", *about, "-o", "json"))


# Secrets Encryption


def test_all_secrets_are_encrypted_at_rest_using_fernet(trading):
    """All secrets are encrypted at rest using Fernet (AES 128)"""
    for file in trading.rglob("*"):
        if file.is_file():
            assert VALUE.encode() not in file.read_bytes(), file
    manager = SecretsManager()
    vault = manager.workspace.vault(manager.workspace.project.worktree())
    sealed = vault.named("db_password", None)
    token = parse(sealed)
    key = seal.value_key(vault.key(*token.key_name), *token.key_name, sealed.context)
    opened = Fernet(base64.urlsafe_b64encode(key)).decrypt(token.fernet)  # the library's own Fernet opens it
    assert json.loads(opened) == VALUE


def test_master_key_derivation_using_pbkdf2(ok, trading, monkeypatch):
    """Master key derivation using PBKDF2"""
    from hashlib import pbkdf2_hmac

    monkeypatch.setenv("GMCONFIG_NEW_PASSPHRASE", "five random words or more")
    ok("secret", "member", "add", "pat", "--passphrase")
    ok("secret", "grant", "pat", "read")
    policy = SecretsManager().workspace.vault(SecretsManager().workspace.project.worktree()).trust.policies[0]
    kept = policy.members["pat"].sealed_seed
    assert kept.iterations >= 600_000  # OWASP, May 2023
    master = pbkdf2_hmac("sha256", b"five random words or more", kept.salt, kept.iterations, 32)
    seed = Fernet(base64.urlsafe_b64encode(master)).decrypt(kept.seed)
    assert identity.SeedIdentity(seed, "").recipient == policy.members["pat"].recipient
    assert kept.iterations == passphrase.ITERATIONS
    monkeypatch.setenv("GMCONFIG_PASSPHRASE", "five random words or more")
    assert ok("secret", "get", "db_password") == f"{VALUE}\n"


def test_secure_key_management_practices(ok, trading, isolated, tmp_path):
    """Secure key management practices"""
    own = isolated / ".config/gmconfig/identity"
    assert own.stat().st_mode & 0o077 == 0  # readable by its owner alone, and outside of the repository
    member(ok, tmp_path, "bob", "read")
    keys = sorted(file.name for file in Path("secrets/keys/default").rglob("*.age"))
    assert keys == ["bob.age", "test.age"]  # a key lies there only wrapped, for each reader
    before = {parse(token).generation for token in re.findall(r"gm1\S+", STORE.read_text())}
    ok("secret", "rekey", "default")
    after = {parse(token).generation for token in re.findall(r"gm1\S+", STORE.read_text())}
    assert before.isdisjoint(after)
    assert ok("secret", "verify")


def test_audit_logging_for_all_secret_operations(ok, trading):
    """Audit logging for all secret operations"""
    manager = SecretsManager()
    manager.create_secret("api_token", "tok-123456789", "token", reason="for the gateway")
    manager.get_secret("api_token")
    manager.update_secret("api_token", "tok-987654321")
    manager.rotate_secret("api_token", "tok-555555555", reason="it leaked")
    manager.delete_secret("api_token")
    entries = audited(ok, "api_token")
    assert sorted(one["operation"] for one in entries) == ["create", "delete", "get", "rotate", "set"]
    assert all(one["actor"] == "test" and one["time"] for one in entries)
    assert {"for the gateway", "it leaked"} <= {one["reason"] for one in entries}
    assert "tok-" not in json.dumps(entries)


# Access Control


def test_role_based_access_control_for_secrets(ok, cli, trading, tmp_path):
    """Role-based access control for secrets"""
    bob, eve = member(ok, tmp_path, "bob"), member(ok, tmp_path, "eve")
    access = Path("access.yaml")
    access.write_text(access.read_text().replace("roles: {}", "roles: {operators: [bob]}"))
    ok("secret", "access", "sign", "-y")
    ok("secret", "grant", "operators", "read")
    assert bob.get_secret("db_password") == VALUE
    with pytest.raises(AccessDenied):
        eve.get_secret("db_password")
    access.write_text(access.read_text().replace("operators: [bob]", "operators: [bob, eve]"))
    ok("secret", "access", "sign", "-y")
    assert eve.get_secret("db_password") == VALUE
    ok("secret", "verify")


def test_user_specific_access_policies(ok, trading, tmp_path):
    """User-specific access policies"""
    bob = member(ok, tmp_path, "bob", "read")
    SecretsManager().set_access_policy("db_password", ["test", "trading-app"])
    assert SecretsManager().get_secret("db_password", user="trading-app") == VALUE
    with pytest.raises(AccessDenied, match='user "stranger" may not read'):
        SecretsManager().get_secret("db_password", user="stranger")
    with pytest.raises(AccessDenied):
        bob.get_secret("db_password")
    assert bob.get_secret("jwt_secret")


RIGHTS = {"read": "get_secret", "write": "update_secret", "rotate": "rotate_secret"}


@pytest.mark.parametrize("granted", RIGHTS)
def test_operation_level_permissions(ok, trading, tmp_path, granted):
    """Operation-level permissions (read, write, rotate)"""
    bob = member(ok, tmp_path, "bob", granted)
    allowed = {
        granted,
        *(["rotate"] if granted == "write" else []),
    }  # who may set any value may set a new one
    for operation, method in RIGHTS.items():
        value = [f"value-by-{operation}"] if operation != "read" else []
        if operation in allowed:
            getattr(bob, method)("db_password", *value)
        else:
            with pytest.raises(AccessDenied):
                getattr(bob, method)("db_password", *value)
    ok("secret", "verify")


def test_audit_trail_for_compliance(ok, cli, trading, git):
    """Audit trail for compliance"""
    ok("secret", "rotate", "jwt_secret", "-m", "quarterly")
    ok("secret", "verify")
    last = max(Path("secrets/log").rglob("*.json"), key=lambda file: "quarterly" in file.read_text())
    text = last.read_text()
    for tampered in (text.replace("quarterly", "yesterday"), None):
        last.unlink() if tampered is None else last.write_text(tampered)
        git("commit", "-qam", "nothing to see here", cwd=trading)
        answer = cli("secret", "verify")
        assert (answer.code, "log/" in answer.out) == (1, True), answer


# Compliance


@pytest.fixture
def insecure(trading) -> None:
    """Somebody turns TLS off for all, in the file, past every command."""
    file = Path("config/settings.yaml")
    file.write_text(file.read_text().replace("ssl_enabled: true", "ssl_enabled: false"))


@pytest.mark.usefixtures("insecure")
def test_built_in_compliance_rules_for_common_security_requirements(cli):
    """Built-in compliance rules for common security requirements"""
    from gmconfig.validate.policy.builtin import BUILT_IN

    assert {"tls-on", "tls-verified", "debug-off"} <= {rule.id for rule in BUILT_IN}
    answer = cli("validate")
    assert (answer.code, "tls-on" in answer.out) == (1, True), answer


def test_custom_compliance_rule_framework(trading):
    """Custom compliance rule framework"""
    from gmconfig import AlertSeverity, ComplianceRule

    rule = ComplianceRule(
        id="even_pool",
        name="An even pool",
        description="Half of it is for each data centre",
        category="security",
        severity=AlertSeverity.ERROR,
        config_path="database.pool",
        validation_func=lambda value: value % 2 == 0,
    )
    validator = ConfigValidator("production")
    data = ConfigManager("production").get_config("settings")
    validator.add_compliance_rule(rule)
    assert validator.validate_config("settings", data)
    data["database"]["pool"] = 41
    result = validator.validate_config_detailed("settings", data)
    assert [error.field for error in result.errors] == ["database.pool"]


def test_automated_compliance_checking(ok, cli, trading):
    """Automated compliance checking"""
    before = ConfigManager("production").get_config("settings", "system.ssl_enabled")
    refused = cli("config", "set", "settings", "system.ssl_enabled", "false", "-e", "production")
    assert (refused.code, before) == (1, True), refused  # every change is checked before it is made
    assert ConfigManager("production").get_config("settings", "system.ssl_enabled") is True
    hooks = (Path(__file__).resolve().parents[2] / ".pre-commit-hooks.yaml").read_text()
    assert "gmconfig-validate" in hooks and "gmconfig-secrets" in hooks


@pytest.mark.usefixtures("insecure")
@pytest.mark.parametrize("form", ["github", "gitlab", "sarif", "junit", "json"])
def test_violation_reporting(cli, form):
    """Violation reporting and alerting"""
    answer = cli("validate", "-o", form)
    assert (answer.code, "tls-on" in answer.out or "TLS is on" in answer.out) == (1, True), answer


# Secrets Management: features and best practices


def test_integration_with_configuration_system(ok, cli, trading):
    """Integration with configuration system"""
    assert "${SECRET:db_password}" in Path("config/settings.yaml").read_text()
    assert ConfigManager("production").get_config("settings", "database.password") == VALUE
    assert ok("config", "get", "settings", "database.password", "-e", "production") == "●●●●●\n"
    assert "db_password" in cli("secret", "delete", "db_password", "-y").err  # something still refers to it


def test_rotation(ok, cli, trading):
    """Regularly rotate secrets"""
    old = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    ok("secret", "create", "lease", "--generate", "--expires", old)
    assert "lease" in cli("validate").out
    assert "lease" in ok("secret", "rotate", "--due", "--dry-run")
    ok("secret", "rotate", "--due", "-y")
    assert "lease" not in cli("validate").out


def test_least_privilege(ok, cli, trading, tmp_path):
    """Grant minimal necessary access"""
    ci = member(ok, tmp_path, "ci", "write")
    ci.update_secret("db_password", "written-without-reading")
    with pytest.raises(AccessDenied):
        ci.get_secret("db_password")
    assert SecretsManager().get_secret("db_password") == "written-without-reading"
    out = ok("secret", "revoke", "ci")
    assert "new keys" in out


def test_monitor_secret_access_and_operations(ok, trading):
    """Monitor secret access and operations"""
    SecretsManager().get_secret("db_password", user="trading-app")
    (read,) = [one for one in audited(ok, "db_password") if one["operation"] == "get"]
    assert (read["actor"], read["user"]) == ("test", "trading-app")


def test_follow_security_compliance_requirements(cli, trading):
    """Follow security compliance requirements"""
    file = Path("config/billing.yaml")
    file.write_text(file.read_text() + "backup_password: Xk29-unsealed-and-real\n")
    assert cli("secret", "scan").code == 1
    answer = cli("validate")
    assert "backup_password" in answer.out
    assert "Xk29" not in answer.out
