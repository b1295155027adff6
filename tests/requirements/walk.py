"""The requirements document, from its first line to its last: what shows each line.

A line is shown by tests, named by file (below `tests/`, or here) and function; a heading by all that stands below it.
"""

from tests.requirements.document import Line

S, A, F, M = "test_samples", "test_api", "test_features", "test_monitoring"
SEC, COM, TRO, DEB = "test_secrets", "test_compliance", "test_troubleshooting", "test_debug_mode"

SHOWN: dict[str, dict[str, str | tuple[str, ...]]] = {
    "Overview": {
        "The GrandModel Configuration Management System provides enterprise-grade configuration management with "
        "centralized configuration, dynamic updates, secrets management, feature flags, monitoring, and automation "
        "capabilities.": f"{F}::test_every_core_component_is_one_import_away"
    },
    "Architecture / Core Components": {
        "**ConfigManager**: Centralized configuration management with environment-specific overrides": (
            f"{A}::test_configmanager",
            f"{F}::test_the_four_environments_differ",
        ),
        "**SecretsManager**: Secure storage and management of sensitive data": (
            f"{A}::test_secretsmanager",
            f"{SEC}::test_all_secrets_are_encrypted_at_rest_using_fernet",
        ),
        "**FeatureFlagManager**: Dynamic feature flags and A/B testing": f"{A}::test_featureflagmanager",
        "**ConfigValidator**: Configuration validation and compliance checking": (
            f"{A}::test_configvalidator",
            f"{SEC}::test_custom_compliance_rule_framework",
        ),
        "**ConfigMonitor**: Real-time monitoring and alerting": (
            f"{A}::test_configmonitor",
            "monitor/test_alerts::test_a_thread_streams_what_happens",
        ),
        "**ConfigAutomation**: Automated deployment and drift detection": f"{A}::test_configautomation",
    },
    "Features / 1. Centralized Configuration": {
        "Environment-specific configurations (production, staging, development, testing)": (
            f"{F}::test_the_four_environments_differ",
        ),
        "Configuration versioning and rollback capabilities": (
            f"{S}::test_basic_configuration_management",
            "config/test_versions::test_versions_count_commits_that_touch_the_documents_files",
        ),
        "Runtime configuration updates without restart": (
            f"{F}::test_runtime_updates_without_restart",
            "config/test_watch::test_a_broken_file_keeps_the_last_good_values",
        ),
        "Configuration validation with JSON schemas": (
            f"{S}::test_schema_validation",
            "validate/test_schema_conformance::test_suite_passes_as_users_call_it",
        ),
        "Environment variable substitution": f"{F}::test_environment_variable_substitution",
    },
    "Features / 2. Secrets Management": {
        "Encrypted storage of sensitive data": f"{SEC}::test_all_secrets_are_encrypted_at_rest_using_fernet",
        "Access control and audit logging": (
            f"{SEC}::test_role_based_access_control_for_secrets",
            f"{SEC}::test_audit_logging_for_all_secret_operations",
        ),
        "Secret rotation capabilities": (
            f"{SEC}::test_rotation",
            "cli/test_secret_rotate::test_the_source_is_changed_first_and_then_it_is_sealed",
        ),
        "Integration with configuration system": (
            f"{SEC}::test_integration_with_configuration_system",
            f"{F}::test_a_secret_is_for_the_configuration_of_its_environment",
        ),
        "Compliance with security standards": (
            f"{SEC}::test_follow_security_compliance_requirements",
            f"{SEC}::test_master_key_derivation_using_pbkdf2",
        ),
    },
    "Features / 3. Feature Flags & A/B Testing": {
        "Dynamic feature toggles": (
            "flag/test_manager::test_a_running_program_follows_and_keeps_the_last_good_flags",
            "flag/test_manager::test_the_kill_switch_is_one_line_and_comes_back_to_the_share",
        ),
        "Multiple rollout strategies (percentage, user list, hash-based)": f"{F}::test_rollout_strategies",
        "A/B testing framework": (
            f"{A}::test_featureflagmanager",
            "flag/test_experiments::test_a_report_from_events",
        ),
        "Real-time feature analytics": (
            f"{A}::test_featureflagmanager",
            f"{F}::test_analytics_of_what_a_program_was_asked_need_no_folder_of_events",
            "flag/test_experiments::test_analytics_count_users_by_variant_reason_and_hour",
        ),
        "Gradual rollout capabilities": (
            "flag/test_moving::test_raising_a_percentage_never_removes_a_user",
            "flag/test_model::test_steps_and_growth_follow_the_clock",
        ),
    },
    "Features / 4. Monitoring & Alerting": {
        "Real-time configuration monitoring": ("monitor/test_alerts::test_a_thread_streams_what_happens",),
        "Compliance checking with customizable rules": (
            f"{S}::test_monitoring_and_alerting",
            f"{COM}::test_a_rule_is_kept_as_a_minimal_edit_in_one_commit",
        ),
        "Alert management and resolution": (
            f"{A}::test_configmonitor",
            "monitor/test_alerts::test_resolving_drift_that_stays_mutes_it_and_more_drift_raises_it",
        ),
        "Performance metrics collection": f"{M}::test_every_metric_is_collected",
        "Health monitoring": "monitor/test_compliance::test_status_says_how_things_are",
    },
    "Features / 5. Automation": {
        "Automated configuration deployment": (
            f"{S}::test_automation",
            "automation/test_agent::test_what_is_pushed_is_live_and_the_clone_stays_as_it_is",
        ),
        "Drift detection and correction": (
            f"{A}::test_configautomation",
            "drift/test_drift::test_correcting_puts_back_what_was_there_and_nothing_newer",
            "automation/test_rules_run::test_drift_is_put_back_as_often_as_the_budget_allows_and_what_is_acknowledged_stays",
        ),
        "Backup and recovery automation": (
            "backup/test_restore::test_automation_backs_up_and_brings_back_what_is_live",
            "automation/test_rules_run::test_a_deployment_is_backed_up_before_it_and_refused_where_that_fails",
        ),
        "CI/CD integration": (
            f"{S}::test_ci_cd_integration",
            "deploy/test_commit_status::test_github_is_told_of_success_and_failure",
        ),
        "Compliance automation": (
            f"{COM}::test_violations_are_refused_told_once_and_over_when_they_are_mended",
            "automation/test_rules_run::test_what_is_fetched_is_validated_once_and_never_checked_out",
        ),
    },
    "Usage / Basic Configuration Management": {"python": f"{S}::test_basic_configuration_management"},
    "Usage / Secrets Management": {"python": f"{S}::test_secrets_management"},
    "Usage / Feature Flags": {"python": f"{S}::test_feature_flags"},
    "Usage / Configuration Validation": {"python": f"{S}::test_configuration_validation"},
    "Usage / Monitoring and Alerting": {"python": f"{S}::test_monitoring_and_alerting"},
    "Usage / Automation": {"python": f"{S}::test_automation"},
    "Configuration Structure / Environment-Specific Configurations": {
        "yaml": f"{S}::test_environment_specific_configurations"
    },
    "Configuration Structure / Schema Validation": {"json": f"{S}::test_schema_validation"},
    "Security Features / Secrets Encryption": {
        "All secrets are encrypted at rest using Fernet (AES 128)": (
            f"{SEC}::test_all_secrets_are_encrypted_at_rest_using_fernet"
        ),
        "Master key derivation using PBKDF2": f"{SEC}::test_master_key_derivation_using_pbkdf2",
        "Secure key management practices": f"{SEC}::test_secure_key_management_practices",
        "Audit logging for all secret operations": f"{SEC}::test_audit_logging_for_all_secret_operations",
    },
    "Security Features / Access Control": {
        "Role-based access control for secrets": f"{SEC}::test_role_based_access_control_for_secrets",
        "User-specific access policies": f"{SEC}::test_user_specific_access_policies",
        "Operation-level permissions (read, write, rotate)": f"{SEC}::test_operation_level_permissions",
        "Audit trail for compliance": f"{SEC}::test_audit_trail_for_compliance",
    },
    "Security Features / Compliance": {
        "Built-in compliance rules for common security requirements": (
            f"{SEC}::test_built_in_compliance_rules_for_common_security_requirements",
            "validate/test_policies::test_every_built_in_rule_fires_in_production",
        ),
        "Custom compliance rule framework": (
            f"{SEC}::test_custom_compliance_rule_framework",
            f"{COM}::test_a_rule_that_is_there_is_changed_where_it_stands",
            f"{COM}::test_what_cannot_be_kept_says_why",
        ),
        "Automated compliance checking": f"{SEC}::test_automated_compliance_checking",
        "Violation reporting and alerting": (
            f"{SEC}::test_violation_reporting",
            f"{COM}::test_violations_are_refused_told_once_and_over_when_they_are_mended",
        ),
    },
    "Best Practices / Configuration Management": {
        "**Use Environment Variables**: Store sensitive data in environment variables": (
            f"{F}::test_sensitive_values_can_come_from_the_environment_alone"
        ),
        "**Version Control**: Track configuration changes with versioning": (
            f"{S}::test_basic_configuration_management",
            "config/test_versions::test_history_names_the_versions_that_changed_the_merged_value",
        ),
        "**Validation**: Always validate configurations before deployment": (
            f"{TRO}::test_what_is_not_valid_is_named_before_anything_is_deployed"
        ),
        "**Backup**: Regular backups of configuration state": (
            "automation/test_rules_due::test_a_time_is_taken_up_once_however_often_and_late_somebody_looks",
            "backup/test_retention::test_a_rule_keeps_the_newest_of_each",
            "monitor/test_alerts::test_thresholds_become_alerts",
        ),
        "**Monitoring**: Monitor configuration changes and compliance": (
            f"{M}::test_every_type_of_alert_reaches_whoever_is_told"
        ),
    },
    "Best Practices / Secrets Management": {
        "**Rotation**: Regularly rotate secrets": (
            f"{SEC}::test_rotation",
            "automation/test_rules_run::test_secrets_that_are_due_get_new_values",
        ),
        "**Least Privilege**: Grant minimal necessary access": f"{SEC}::test_least_privilege",
        "**Audit**: Monitor secret access and operations": (
            f"{SEC}::test_monitor_secret_access_and_operations"
        ),
        "**Encryption**: Use strong encryption for secret storage": (
            f"{SEC}::test_all_secrets_are_encrypted_at_rest_using_fernet",
            f"{SEC}::test_master_key_derivation_using_pbkdf2",
        ),
        "**Compliance**: Follow security compliance requirements": (
            f"{SEC}::test_follow_security_compliance_requirements"
        ),
    },
    "Best Practices / Feature Flags": {
        "**Gradual Rollouts**: Use percentage-based rollouts for new features": (
            f"{F}::test_rollout_strategies",
            "flag/test_manager::test_a_rollout_is_a_number",
        ),
        "**Monitoring**: Monitor feature flag performance and usage": (
            f"{M}::test_every_metric_is_collected",
            "cli/test_flag_experiment::test_from_the_start_to_the_decision",
        ),
        "**Cleanup**: Remove unused feature flags": (
            "flag/test_staleness::test_the_same_for_everybody_since_a_commit",
            "cli/test_flag_changes::test_stale_flags_are_told_with_the_next_step",
        ),
        "**Testing**: Test feature flags in non-production environments": (
            f"{F}::test_a_flag_is_tried_elsewhere_before_production",
            "flag/test_moving::test_promote_copies_what_is_served_as_one_small_commit",
        ),
        "**Documentation**: Document feature flag purpose and usage": (
            f"{F}::test_a_flag_says_what_it_is_for_and_whose_it_is"
        ),
    },
    "Monitoring and Alerting / Alert Types": dict.fromkeys(
        (
            "**Configuration Changes**: Alerts on configuration modifications",
            "**Compliance Violations**: Alerts on compliance rule violations",
            "**Drift Detection**: Alerts on configuration drift",
            "**Performance Issues**: Alerts on system performance degradation",
            "**Security Events**: Alerts on security-related events",
        ),
        f"{M}::test_every_type_of_alert_reaches_whoever_is_told",
    ),
    "Monitoring and Alerting / Metrics": dict.fromkeys(
        (
            "Configuration change frequency",
            "Compliance score",
            "Secret access patterns",
            "Feature flag usage",
            "System performance metrics",
        ),
        f"{M}::test_every_metric_is_collected",
    ),
    "Integration / CI/CD Integration": {"python": f"{S}::test_ci_cd_integration"},
    "Integration / Monitoring Integration": {"python": f"{S}::test_monitoring_integration"},
    "Troubleshooting / Common Issues / Configuration Validation Errors": {
        "Check schema definitions": f"{TRO}::test_a_value_that_does_not_fit_leads_to_its_schema",
        "Verify required fields": f"{TRO}::test_a_required_field_that_is_missing_is_named_with_its_place",
        "Validate data types": f"{TRO}::test_a_value_that_does_not_fit_leads_to_its_schema",
    },
    "Troubleshooting / Common Issues / Secret Access Denied": dict.fromkeys(
        ("Check access policies", "Verify user permissions", "Review audit logs"),
        f"{TRO}::test_a_denial_leads_to_policy_permissions_and_audit",
    ),
    "Troubleshooting / Common Issues / Feature Flag Not Working": {
        "Check rollout configuration": f"{TRO}::test_a_flag_that_is_off_says_which_rule_decided",
        "Verify user assignment": f"{TRO}::test_a_flag_that_is_off_says_which_rule_decided",
        "Review evaluation logs": (
            f"{TRO}::test_what_users_were_given_can_be_looked_up",
            "cli/test_flag_changes::test_every_decision_is_a_line_of_the_debug_log",
        ),
    },
    "Troubleshooting / Common Issues / Deployment Failures": {
        "Check configuration validation": (
            f"{TRO}::test_what_is_not_valid_is_named_before_anything_is_deployed"
        ),
        "Review deployment logs": f"{TRO}::test_a_failed_deployment_leads_to_its_log",
        "Verify system resources": (
            f"{TRO}::test_a_failed_deployment_leads_to_its_log",
            "deploy/test_trouble::test_a_full_disk_is_seen_before_anything_begins",
            "deploy/test_apply::test_a_target_that_cannot_be_written_stops_everything_before_it_begins",
        ),
    },
    "Troubleshooting / Debug Mode": {
        "Enable debug logging for detailed troubleshooting:": (
            f"{DEB}::test_every_class_says_what_it_does_and_no_secret",
            f"{DEB}::test_without_configured_logging_the_library_is_silent",
            f"{DEB}::test_the_command_line_tells_the_same_on_stderr",
        ),
        "python": f"{S}::test_debug_mode",
    },
}


def shown_by(line: Line) -> tuple[str, ...] | None:
    """Give the tests that show a line itself; None where none does."""
    if line.section.startswith("API Reference / "):
        owner = line.section.partition(" / ")[2]
        return () if line.text == owner else (f"{A}::test_the_arguments", f"{A}::test_{owner.lower()}")
    found = SHOWN.get(line.section, {}).get(line.text)
    return (found,) if isinstance(found, str) else found
