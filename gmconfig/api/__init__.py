"""Door two: the classes that a program uses; each joins rooms into what a user wants done, and prints nothing.

The six classes are what users see, each in a folder of its own: `config/manager.py` has ConfigManager, a mixin the
part of a class that is an idea of its own (`config/change_methods.py`; `access/methods.py` is of SecretsManager).
Behind them stands a module for each thing that can be asked for, named after the verb: `config/changing.py` and
`config/restoring.py` behind `config set` and `config rollback`, `access/changes.py` behind `secret grant`,
`deploy/deploying.py` behind `deploy apply`.

`workspace.py` is what every manager stands on, `carry_out.py` the one way in which a change of the repository
happens, `outcome.py` and the modules named `answers.py` what they give back; `doctor/` has a module for each thing
that is looked at, `beginning/` what `init` does.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from gmconfig.api.access.answers import (
        Acceptance,
        AccessChange,
        AccessSummary,
        AuditEntry,
        ExposedValue,
        MemberSummary,
        SecretDifference,
        Verification,
    )
    from gmconfig.api.access.keys import new_identity, protected_identity
    from gmconfig.api.answers import (
        DocumentDifference,
        DocumentLayers,
        Explanation,
        SecretSummary,
        Statement,
        Update,
    )
    from gmconfig.api.automation.manager import ConfigAutomation
    from gmconfig.api.beginning.starting import Started, start
    from gmconfig.api.config.live import LiveConfig
    from gmconfig.api.config.manager import ConfigManager
    from gmconfig.api.deploy.job import DeploymentJob, DeploymentStatus
    from gmconfig.api.doctor.examined import Examined
    from gmconfig.api.doctor.examining import examine
    from gmconfig.api.environment import Environment
    from gmconfig.api.flag.answers import FeatureFlag, FlagDifference, FlagOutcome, Move, Simulation
    from gmconfig.api.flag.manager import FeatureFlagManager
    from gmconfig.api.flag.staleness import StaleFlag
    from gmconfig.api.monitor.manager import ConfigMonitor
    from gmconfig.api.outcome import Edited, How, Outcome
    from gmconfig.api.secret.manager import SecretsManager
    from gmconfig.api.validation.validator import ConfigValidator, ValidationError, ValidationResult
    from gmconfig.automation.rules.rule import AutomationRule
    from gmconfig.config.diff import Change
    from gmconfig.config.versions import Version
    from gmconfig.drift.detection import DriftDetection
    from gmconfig.errors import (
        AccessDenied,
        BrokenConfiguration,
        ExitCode,
        GitTrouble,
        GmconfigError,
        InvalidConfiguration,
        Locked,
        NotFound,
        Refused,
        UnknownDocument,
        UnknownEnvironment,
        UnknownPath,
        UnknownVersion,
        Unresolved,
        UsageError,
    )
    from gmconfig.finding import Finding, Place, Severity
    from gmconfig.finding import Severity as AlertSeverity
    from gmconfig.flag.event.analytics import FeatureAnalytics
    from gmconfig.flag.event.ingest import Ingested
    from gmconfig.flag.event.log import EventLog
    from gmconfig.flag.experiment.assessment import Assessment, Verdict
    from gmconfig.flag.experiment.definition import Experiment
    from gmconfig.flag.flagd.decision import Decision, ErrorCode, Reason
    from gmconfig.flag.state import FeatureState
    from gmconfig.monitor.alert import Alert
    from gmconfig.monitor.compliance.status import ComplianceStatus
    from gmconfig.path import KeyPath
    from gmconfig.secret.named.generator import SecretType
    from gmconfig.secret.token import Secret
    from gmconfig.validate.policy.rule import ComplianceRule
    from gmconfig.validate.report.report import Report

_HOMES = {
    "api.answers": (
        "DocumentDifference",
        "DocumentLayers",
        "Explanation",
        "SecretSummary",
        "Statement",
        "Update",
    ),
    "api.automation.manager": ("ConfigAutomation",),
    "api.config.manager": ("ConfigManager",),
    "api.monitor.manager": ("ConfigMonitor",),
    "api.validation.validator": ("ConfigValidator", "ValidationError", "ValidationResult"),
    "api.deploy.job": ("DeploymentJob", "DeploymentStatus"),
    "api.doctor.examining": ("examine",),
    "api.doctor.examined": ("Examined",),
    "api.environment": ("Environment",),
    "api.flag.manager": ("FeatureFlagManager",),
    "api.flag.answers": ("FeatureFlag", "FlagDifference", "FlagOutcome", "Move", "Simulation"),
    "api.flag.staleness": ("StaleFlag",),
    "api.access.keys": ("new_identity", "protected_identity"),
    "api.access.answers": (
        "Acceptance",
        "AccessChange",
        "AccessSummary",
        "AuditEntry",
        "ExposedValue",
        "MemberSummary",
        "SecretDifference",
        "Verification",
    ),
    "api.config.live": ("LiveConfig",),
    "api.outcome": ("Edited", "How", "Outcome"),
    "api.secret.manager": ("SecretsManager",),
    "api.beginning.starting": ("Started", "start"),
    "automation.rules.rule": ("AutomationRule",),
    "config.diff": ("Change",),
    "config.versions": ("Version",),
    "drift.detection": ("DriftDetection",),
    "errors": (
        "AccessDenied",
        "BrokenConfiguration",
        "ExitCode",
        "GitTrouble",
        "GmconfigError",
        "InvalidConfiguration",
        "Locked",
        "NotFound",
        "Refused",
        "UnknownDocument",
        "UnknownEnvironment",
        "UnknownPath",
        "UnknownVersion",
        "Unresolved",
        "UsageError",
    ),
    "finding": ("Finding", "Place", "Severity"),
    "flag.flagd.decision": ("Decision", "ErrorCode", "Reason"),
    "flag.event.analytics": ("FeatureAnalytics",),
    "flag.event.ingest": ("Ingested",),
    "flag.event.log": ("EventLog",),
    "flag.experiment.assessment": ("Assessment", "Verdict"),
    "flag.experiment.definition": ("Experiment",),
    "flag.state": ("FeatureState",),
    "monitor.alert": ("Alert",),
    "monitor.compliance.status": ("ComplianceStatus",),
    "path": ("KeyPath",),
    "secret.named.generator": ("SecretType",),
    "secret.token": ("Secret",),
    "validate.policy.rule": ("ComplianceRule",),
    "validate.report.report": ("Report",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names} | {"AlertSeverity": "finding"}

__all__ = [
    "Acceptance",
    "AccessChange",
    "AccessDenied",
    "AccessSummary",
    "Alert",
    "AlertSeverity",
    "Assessment",
    "AuditEntry",
    "AutomationRule",
    "BrokenConfiguration",
    "Change",
    "ComplianceRule",
    "ComplianceStatus",
    "ConfigAutomation",
    "ConfigManager",
    "ConfigMonitor",
    "ConfigValidator",
    "Decision",
    "DeploymentJob",
    "DeploymentStatus",
    "DocumentDifference",
    "DocumentLayers",
    "DriftDetection",
    "Edited",
    "Environment",
    "ErrorCode",
    "EventLog",
    "Examined",
    "ExitCode",
    "Experiment",
    "Explanation",
    "ExposedValue",
    "FeatureAnalytics",
    "FeatureFlag",
    "FeatureFlagManager",
    "FeatureState",
    "Finding",
    "FlagDifference",
    "FlagOutcome",
    "GitTrouble",
    "GmconfigError",
    "How",
    "Ingested",
    "InvalidConfiguration",
    "KeyPath",
    "LiveConfig",
    "Locked",
    "MemberSummary",
    "Move",
    "NotFound",
    "Outcome",
    "Place",
    "Reason",
    "Refused",
    "Report",
    "Secret",
    "SecretDifference",
    "SecretSummary",
    "SecretType",
    "SecretsManager",
    "Severity",
    "Simulation",
    "StaleFlag",
    "Started",
    "Statement",
    "UnknownDocument",
    "UnknownEnvironment",
    "UnknownPath",
    "UnknownVersion",
    "Unresolved",
    "Update",
    "UsageError",
    "ValidationError",
    "ValidationResult",
    "Verdict",
    "Verification",
    "Version",
    "examine",
    "new_identity",
    "protected_identity",
    "start",
]


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'gmconfig.api' has no attribute {name!r}")
    from importlib import import_module

    module = import_module(f"gmconfig.{_HOME_OF[name]}")
    return getattr(module, "Severity" if name == "AlertSeverity" else name)
