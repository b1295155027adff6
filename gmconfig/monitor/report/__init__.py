"""A report of some hours: what happened, how things stand, and the command behind each number."""

from gmconfig.monitor.report.report import MonitoringReport, report_of

__all__ = ["MonitoringReport", "report_of"]
