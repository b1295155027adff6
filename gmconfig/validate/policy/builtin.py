"""The built-in rules for common security requirements.

They fire only on keys that mean one thing wherever they occur, so that a repository which never heard of
gmconfig passes unless something is wrong.
"""

from __future__ import annotations

from gmconfig.finding import Severity
from gmconfig.validate.policy.rule import ComplianceRule

_PRODUCTION = ("production", "prod", "live")
_REACHABLE = (*_PRODUCTION, "staging")


def _anywhere(*names: str) -> tuple[str, ...]:
    return tuple(f"**.{name}" for name in names)


BUILT_IN: tuple[ComplianceRule, ...] = (
    ComplianceRule(
        id="tls-on",
        name="TLS is on in production",
        description="What travels unencrypted can be read and changed on its way.",
        config_path=_anywhere(
            "ssl_enabled", "tls_enabled", "enable_ssl", "enable_tls", "use_ssl", "use_tls", "require_ssl",
            "require_tls", "sslEnabled", "tlsEnabled", "ssl.enabled", "tls.enabled",
        ),
        validation_func="validate_ssl_enabled",
        environments=_PRODUCTION,
    ),
    ComplianceRule(
        id="tls-verified",
        name="Certificates are verified",
        description="Without verification, TLS protects from nobody who can answer in the server's place.",
        config_path=_anywhere("verify_ssl", "ssl_verify", "verify_tls", "tls_verify", "verify_certificates"),
        validation_func="validate_enabled",
        environments=_PRODUCTION,
    ),
    ComplianceRule(
        id="tls-not-insecure",
        name="Certificates are verified",
        description="Without verification, TLS protects from nobody who can answer in the server's place.",
        config_path=_anywhere("insecure_skip_verify", "insecureSkipVerify", "tls_insecure", "ssl_insecure"),
        validation_func="validate_disabled",
        environments=_PRODUCTION,
    ),
    ComplianceRule(
        id="tls-version",
        name="TLS 1.2 or later",
        description="Earlier versions are broken, and removed from browsers (RFC 8996).",
        config_path=_anywhere(
            "tls_min_version", "min_tls_version", "minTlsVersion", "minTLSVersion", "tls.min_version"
        ),
        validation_func="validate_tls_version",
    ),
    ComplianceRule(
        id="debug-off",
        name="Debugging is off in production",
        description="Debug modes show sources, variables and secrets to whoever causes an error.",
        config_path=_anywhere(
            "debug", "debug_enabled", "debug_mode", "enable_debug", "debugMode", "debugEnabled"
        ),
        validation_func="validate_debug_disabled",
        environments=_PRODUCTION,
    ),
    ComplianceRule(
        id="no-default-password",
        name="No default passwords",
        description="A password that everybody tries first protects nothing.",
        category="secrets",
        severity=Severity.CRITICAL,
        config_path=_anywhere(
            "password", "passwd", "admin_password", "adminPassword", "db_password", "dbPassword",
            "root_password", "secret_key", "jwt_secret_key", "jwt_secret",
        ),
        validation_func="validate_no_default_password",
        environments=_REACHABLE,
    ),
    ComplianceRule(
        id="backups-on",
        name="Backups are on in production",
        description="What is lost without a backup is lost.",
        category="availability",
        config_path=_anywhere(
            "backup_enabled", "backups_enabled", "backupEnabled", "backup.enabled", "backups.enabled"
        ),
        validation_func="validate_backup_enabled",
        environments=_PRODUCTION,
    ),
    ComplianceRule(
        id="authentication-on",
        name="Authentication is on in production",
        description="Without it, everybody who reaches the service may use it.",
        config_path=_anywhere(
            "auth_enabled", "authentication_enabled", "authEnabled", "auth.enabled", "authentication.enabled"
        ),
        validation_func="validate_enabled",
        environments=_PRODUCTION,
    ),
    ComplianceRule(
        id="no-open-cors",
        name="No CORS for everybody in production",
        description="Every site may then act in the name of whoever visits it.",
        severity=Severity.WARNING,
        config_path=tuple(
            f"**.{name}{suffix}"
            for name in ("cors_origins", "cors_allowed_origins", "cors.origins", "cors.allowed_origins")
            for suffix in ("", "[*]")
        ),
        validation_func="validate_no_wildcard",
        environments=_PRODUCTION,
    ),
)  # fmt: skip
"""In every project unless `policies/*.yaml` names them under `disable:`."""
