"""Figures as Prometheus reads them: no values, no secrets' names, nothing that grows without bound in a label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import prometheus_client
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from gmconfig import __version__
from gmconfig.monitor.compliance.status import ComplianceStatus
from gmconfig.monitor.happened import moment_of
from gmconfig.storage.files import write_quickly

if TYPE_CHECKING:
    from gmconfig.monitor.figures import Figures

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]

Source = Callable[[], "Figures"]


def registry(source: Source) -> CollectorRegistry:
    """Give a registry that asks for figures whenever it is read."""
    found = CollectorRegistry(auto_describe=False)
    found.register(_Figures(source))
    return found


def write(source: Source, file: str) -> None:
    """Write a file for node_exporter's textfile collector, in one step; a kill leaves nothing for long.

    Raises:
        GmconfigError: it cannot be written.
    """
    write_quickly(file, prometheus_client.generate_latest(registry(source)))


class _Figures(Collector):
    def __init__(self, source: Source) -> None:
        self._source = source

    def collect(self) -> Iterator[Metric]:
        figures = self._source()
        for part in (_about, _alerts, _compliance, _deployments, _drift, _use, _backups, _timings):
            yield from part(figures)


def _about(figures: Figures) -> Iterator[Metric]:
    yield _gauge("gmconfig_info", "The gmconfig that says so.", ("version",), {(__version__,): 1})
    yield _gauge(
        "gmconfig_last_look_timestamp_seconds",
        "When gmconfig looked.",
        (),
        {(): figures.look.now.timestamp()},
    )
    counts = Counter((one.document, one.environment or "common") for one in figures.changed)
    yield _counter(
        "gmconfig_configuration_changes", "Commits that changed a document.", ("config", "env"), counts
    )
    if figures.changed:
        newest = moment_of(figures.changed[0].time)
        if newest is not None:
            name = "gmconfig_last_change_timestamp_seconds"
            yield _gauge(name, "When the configuration was changed last.", (), {(): newest.timestamp()})


def _alerts(figures: Figures) -> Iterator[Metric]:
    counts = Counter(
        (str(one.severity), str(one.kind), str(one.state)) for one in figures.alerts if not one.resolved
    )
    yield _gauge("gmconfig_alerts", "Open alerts.", ("severity", "kind", "state"), counts)
    waiting = {(name,): count for name, count in figures.waiting.items()}
    yield _gauge(
        "gmconfig_alerts_waiting", "Alerts that a handler on this machine waits for.", ("handler",), waiting
    )


def _compliance(figures: Figures) -> Iterator[Metric]:
    status = ComplianceStatus(tuple(figures.look.tallies))
    scores = {
        (name or "common",): one.value for name, one in status.environments.items() if one.value is not None
    }
    yield _gauge("gmconfig_compliance_score", "Of 100, weighted by severity.", ("env",), scores)
    failed = {(name,): one.failed for name, one in status.rules.items()}
    yield _gauge("gmconfig_compliance_violations", "Values that break a rule.", ("rule",), failed)


def _deployments(figures: Figures) -> Iterator[Metric]:
    pairs = [(env, record) for env, records in figures.records.items() for record in records]
    counts = Counter((env, str(record.state)) for env, record in pairs)
    yield _counter("gmconfig_deployments", "Deployments by their end.", ("env", "result"), counts)
    newest = [(env, records[0]) for env, records in figures.records.items() if records]
    info = {(env, one.commit[:12], str(one.state)): 1 for env, one in newest}
    yield _gauge("gmconfig_deployment_info", "The newest deployment.", ("env", "revision", "status"), info)
    moments = {(env,): moment.timestamp() for env, one in newest if (moment := moment_of(one.changed))}
    yield _gauge("gmconfig_deployment_timestamp_seconds", "When it moved last.", ("env",), moments)


def _drift(figures: Figures) -> Iterator[Metric]:
    counts = Counter((one.environment, one.target, "error") for one in figures.drift)
    drifted = {one.target for one in figures.drift}
    for name, environment in figures.targets.items():
        if name in figures.look.measures.target_seconds and name not in drifted:
            counts[(environment, name, "error")] = 0
    yield _gauge(
        "gmconfig_drift_keys", "Paths changed outside gmconfig.", ("env", "target", "severity"), counts
    )


def _use(figures: Figures) -> Iterator[Metric]:
    read = Counter((one.get("verb", ""),) for one in figures.secret_reads)
    yield _counter("gmconfig_secret_reads", "Secrets read on this machine.", ("verb",), read)
    rotated = Counter(
        (str(one.get("environment")),) for one in figures.events if one.get("kind") == "secret-rotated"
    )
    yield _counter("gmconfig_secret_rotations", "Secrets that got a new value.", ("env",), rotated)
    users = {
        (flag, variant): n for flag, variants in figures.usage.items() for variant, n in variants.items()
    }
    yield _gauge("gmconfig_flag_users", "Users of a flag on this machine.", ("flag", "variant"), users)


def _backups(figures: Figures) -> Iterator[Metric]:
    moments = {"created": figures.created, "verified": figures.verified}
    for word, moment in moments.items():
        if moment is not None:
            name = f"gmconfig_backup_last_{word}_timestamp_seconds"
            yield _gauge(name, f"When a backup was last {word}.", (), {(): moment.timestamp()})


def _timings(figures: Figures) -> Iterator[Metric]:
    measures = figures.look.measures
    parts = {(name,): seconds for name, seconds in measures.seconds.items()}
    yield _gauge("gmconfig_look_duration_seconds", "How long a part of the look took.", ("part",), parts)
    targets = {(name,): seconds for name, seconds in measures.target_seconds.items()}
    yield _gauge("gmconfig_target_answer_seconds", "How long a target took to answer.", ("target",), targets)
    up = {(name,): 1 for name in measures.target_seconds} | {(name,): 0 for name in figures.look.unreachable}
    yield _gauge("gmconfig_target_up", "Whether a target could be looked at.", ("target",), up)
    if measures.disk_free_percent is not None:
        free = {(): measures.disk_free_percent / 100}
        yield _gauge("gmconfig_disk_free_ratio", "Of the disk under the repository.", (), free)


def _gauge(name: str, text: str, labels: tuple[str, ...], values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for key in sorted(values):
        family.add_metric(key, values[key])
    return family


def _counter(name: str, text: str, labels: tuple[str, ...], values: Mapping[Any, float]) -> Metric:
    family = CounterMetricFamily(name, text, labels=labels)
    for key in sorted(values):
        family.add_metric(key, values[key])
    return family
