"""A monitor's report: everything looked at and gathered, put together."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gmconfig.api.monitor.figuring import figures
from gmconfig.errors import GmconfigError
from gmconfig.monitor.compliance.status import ComplianceStatus
from gmconfig.monitor.compliance.trend import COMMITS, trend
from gmconfig.monitor.health import health
from gmconfig.monitor.report import MonitoringReport, report_of

if TYPE_CHECKING:
    from gmconfig.api.monitor.manager import ConfigMonitor


def report(monitor: ConfigMonitor, hours_back: float) -> MonitoringReport:
    """Make the report of the last hours.

    Raises:
        UsageError: nobody can look back that far.
    """
    found = figures(monitor, hours_back)
    project = monitor.workspace.project
    try:
        past = tuple(trend(project, COMMITS))
    except GmconfigError:  # a shallow clone has no history
        past = ()
    compliance = ComplianceStatus(tuple(found.look.tallies), past)
    name = os.path.basename(os.path.abspath(project.root))
    return report_of(name, hours_back, found, compliance, health(monitor.register, found.look))
