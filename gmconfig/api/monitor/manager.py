"""ConfigMonitor: alerts, compliance, health and figures of one project."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gmconfig.api.monitor.back import looked_back
from gmconfig.api.monitor.watching import Watching
from gmconfig.api.whose import whose
from gmconfig.monitor.functions import FunctionHandler
from gmconfig.monitor.happened import moment_of
from gmconfig.monitor.register import Register
from gmconfig.project.names import RESERVED_DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gmconfig.api.config.manager import ConfigManager
    from gmconfig.api.journaling import Journals
    from gmconfig.api.outcome import Outcome
    from gmconfig.api.workspace import Workspace
    from gmconfig.finding import Severity
    from gmconfig.monitor.alert import Alert
    from gmconfig.monitor.compliance.status import ComplianceStatus
    from gmconfig.monitor.health import Health
    from gmconfig.monitor.look import Look
    from gmconfig.monitor.outbox import Message
    from gmconfig.monitor.report import MonitoringReport
    from gmconfig.validate.policy.rule import ComplianceRule


class ConfigMonitor:
    """Watches a project when it is asked to, or all the time between `start()` and `stop()`.

    Args:
        config_manager: whose project; the current folder's by default.
        user: for what it notes; git's identity unless given.
        targets: whether a look includes the targets.
        offline: leave the remote alone.
    """

    def __init__(
        self,
        config_manager: ConfigManager | None = None,
        *,
        user: str | None = None,
        targets: bool = True,
        offline: bool = False,
    ) -> None:
        self.workspace = config_manager.workspace if config_manager else _here()
        self.user = whose(self.workspace.project.repository, user, os.environ)
        self.register = Register(self.workspace.project)
        self._rules: list[ComplianceRule] = []
        self._functions: list[FunctionHandler] = []
        self.watching = Watching(
            self.register, self._rules, self._functions, targets=targets, offline=offline
        )

    # Alerts

    def check(self) -> Look:
        """Look at everything now, bring the alerts to it, and have the handlers told of those that moved."""
        return self.watching.check()

    def get_alerts(
        self,
        severity: Severity | str | None = None,
        resolved: bool | None = None,
        config_name: str | None = None,
        hours_back: float | None = None,
        *,
        check: bool = True,
    ) -> list[Alert]:
        """Give alerts, those that moved last first; looks first, unless `check` is False.

        Args:
            severity: only these.
            resolved: only those that are over, or only those that are not.
            config_name: only those about this document.
            hours_back: only those that moved within so many hours.
            check: look at what holds now before; without it, what the journal tells is given.

        Raises:
            UsageError: nobody can look back that far, or no severity has that name.
            UnknownDocument: no document has that name, nor is any alert about one.
        """
        severity = None if severity is None else _severity(severity)
        since = None if hours_back is None else looked_back(datetime.now(UTC), hours_back)
        if check:
            self.check()
        known = self.register.known().values()
        known_names = {*RESERVED_DOCUMENTS, *(one.config_name for one in known)}
        if config_name is not None and config_name not in known_names:
            self.workspace.project.check_document(self.workspace.project.worktree(), config_name)
        found = [
            one
            for one in known
            if severity in (None, one.severity)
            and resolved in (None, one.resolved)
            and config_name in (None, one.config_name)
            and (since is None or (moment_of(one.changed_at) or since) >= since)
        ]
        return sorted(found, key=lambda one: (one.changed_at, one.id), reverse=True)

    def acknowledge_alert(self, alert_id: str, acknowledged_by: str | None = None, reason: str = "") -> Alert:
        """Say that somebody knows of an alert: `acknowledged_by` (this monitor's user by default), and the `reason`.

        Raises:
            NotFound: there is no such alert.
            Refused: it is over.
        """
        return self.register.acknowledge(alert_id, acknowledged_by or self.user, reason)

    def resolve_alert(self, alert_id: str, resolved_by: str | None = None, reason: str = "") -> Alert:
        """Put an alert aside; where it still holds it is mute until that clears, or happens anew.

        `resolved_by` is who does (this monitor's user by default), `reason` why.

        Raises:
            NotFound: there is no such alert.
            Refused: it is over already.
        """
        return self.watching.resolve(alert_id, resolved_by or self.user, reason)

    @property
    def is_shared(self) -> bool:
        """Whether others have a journal of their own, at a remote that may be asked."""
        return not self.watching.offline and self._journals.is_shared

    def share(self) -> None:
        """Let others know what was acknowledged and resolved here, and learn what they did.

        Raises:
            GitTrouble: there is no remote, or it cannot be reached.
        """
        self._journals.sync()

    def add_alert_handler(self, func: Callable[[Alert], object], *, resolved: bool = False) -> None:
        """Have a function called with each alert that this process raises, on a thread of its own.

        It lives as long as this monitor; whom every process tells stands below `alerts:` in gmconfig.yaml.

        Args:
            func: gets the alert; if it raises, it is called twice more.
            resolved: call it with alerts that are over, too.
        """
        self._functions.append(FunctionHandler(func, resolved=resolved))

    def test_handlers(self, name: str | None = None) -> dict[str, str | None]:
        """Send a test alert to the declared handlers, or to one, now; give what went wrong by name, None if nothing.

        Raises:
            NotFound: no handler has that name.
        """
        from gmconfig.monitor.trial import trial

        return trial(self.workspace.project, name)

    def deliver(self) -> list[Message]:
        """Tell the declared handlers what waits for them, once; give what still waits."""
        from gmconfig.monitor.sender import deliver

        return deliver(self.workspace.project)

    def flush(self, seconds: float = 10.0) -> bool:
        """Wait until the functions know all alerts, at most so many `seconds`; give whether they do."""
        return all(one.flush(seconds) for one in self._functions)

    @property
    def _journals(self) -> Journals:
        from gmconfig.api.journaling import Journals

        return Journals(self.workspace)

    # Health and compliance

    def get_health(self) -> list[Health]:
        """Look at everything, and say how the repository, environments, targets, keys, backups and handlers are."""
        from gmconfig.monitor.health import health

        return health(self.register, self.check())

    def add_compliance_rule(
        self,
        rule: ComplianceRule,
        *,
        persist: bool = False,
        user: str | None = None,
        reason: str | None = None,
    ) -> Outcome | None:
        """Add a rule for this monitor, or for everybody.

        Args:
            rule: takes the place of one of the same id.
            persist: commit it to a file below `policies/`, where validate and every monitor find it.
            user: the author of that commit; git's identity by default.
            reason: becomes part of its message.

        Returns:
            The commit, if there is one.

        Raises:
            NotFound: it names a check that does not exist.
            UsageError: its `config_path` is not a path.
            Refused: it carries a function of Python and is to persist.
            InvalidConfiguration: the project does not keep to it, so it cannot persist.
        """
        from gmconfig.validate.policy.functions import function

        _ = rule.paths
        if rule.validation_func is not None:
            function(rule.validation_func)
        kept = None
        if persist:
            from gmconfig.api.outcome import How
            from gmconfig.api.validation.ruling import keep_rule

            kept = keep_rule(self.workspace, rule, How(user, reason))
        self._rules[:] = [*(one for one in self._rules if one.id != rule.id), rule]
        return kept

    def get_compliance_status(
        self, config_name: str | None = None, *, environment: str | None = None, commits: int = 0
    ) -> ComplianceStatus:
        """Say how well the working tree keeps to its rules; `commits` of the past come as its trend.

        `config_name` and `environment` say what is meant, if it is not everything.

        A trend is one of everything, or of an environment; one document has none.

        Raises:
            UnknownDocument: no document has that name.
            BrokenConfiguration: a file cannot be understood.
        """
        from gmconfig.monitor.compliance.check import tallies
        from gmconfig.monitor.compliance.status import ComplianceStatus
        from gmconfig.monitor.compliance.trend import trend

        project = self.workspace.project
        tree = project.worktree()
        if config_name is not None:
            project.check_document(tree, config_name)
        if environment is not None:
            project.environment(environment)
        today = datetime.now(UTC).date().isoformat()
        found = tallies(project, tree, today, self._rules)
        past = trend(project, commits) if commits and config_name is None else []
        return ComplianceStatus(tuple(found), tuple(past)).only(config_name, environment)

    # Reports, and all the time

    def create_monitoring_report(self, hours_back: float = 24) -> MonitoringReport:
        """Give what happened within the last `hours_back` hours, and how things stand now.

        Raises:
            UsageError: nobody can look back that far.
        """
        from gmconfig.api.monitor.reporting import report

        return report(self, hours_back)

    def start(
        self, interval: float = 30.0, on_event: Callable[[Mapping[str, object]], None] | None = None
    ) -> ConfigMonitor:
        """Look every `interval` seconds, on a thread that ends with the program; `on_event` gets each new event."""
        self.watching.start(interval, on_event)
        return self

    def stop(self) -> None:
        """End that."""
        self.watching.stop()

    def __enter__(self) -> ConfigMonitor:
        return self.start()

    def __exit__(self, *failure: object) -> None:
        self.stop()


def _severity(word: str) -> Severity:
    from gmconfig.errors import UsageError
    from gmconfig.finding import Severity

    try:
        return Severity(word)
    except ValueError:
        raise UsageError(f'"{word}" is no severity', hint=", ".join(Severity)) from None


def _here() -> Workspace:
    from gmconfig.api.workspace import Workspace

    return Workspace()
