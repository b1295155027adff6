"""Alerts: raised by what holds, acknowledged, resolved, mute while it still holds, raised again."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gmconfig import AlertSeverity, ComplianceRule, ConfigManager, ConfigMonitor
from gmconfig.api.drift.drifting import Drifter
from gmconfig.errors import NotFound, Refused
from gmconfig.finding import Severity
from gmconfig.monitor import automated, happened, lifecycle
from gmconfig.monitor.alert import Kind, State
from gmconfig.monitor.condition import Condition
from gmconfig.monitor.thresholds import Measures, Thresholds, conditions
from tests.deploy.fleet import BASE, Fleet
from tests.waiting import until

DRIFT = Condition("drift", "web", Kind.DRIFT, Severity.ERROR, "web has drifted", occurrence="a")


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """Two targets that are in sync."""
    fleet = Fleet(tmp_path, {"web": {}, "worker": {}})
    fleet.apply()
    return fleet


def _monitor(fleet: Fleet, **settings) -> ConfigMonitor:
    return ConfigMonitor(ConfigManager(root=fleet.root), **settings)


def _open(monitor: ConfigMonitor, rule: str) -> list:
    return [one for one in monitor.get_alerts(resolved=False) if one.rule == rule]


def _drift(fleet: Fleet, pool: int) -> None:
    file = fleet.live / "web/settings.yaml"
    tree = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump({**tree, "database": {**tree["database"], "pool": pool}}))


class Told:
    """Alerts as the journal would have them, without a journal."""

    def __init__(self) -> None:
        self.events: list[dict] = []

    def look(self, *holding: Condition, looked=("drift",)) -> list[str]:
        known = lifecycle.told_by(self.events)
        new = [{**event, "time": f"t{len(self.events)}"} for event in lifecycle.moves(known, holding, looked)]
        self.events += new
        return [event["to"] for event in new]

    def say(self, to: State, *, muted: bool = False) -> None:
        self.events.append(lifecycle.moved(DRIFT.id, to, "ada", muted=muted))

    @property
    def alert(self):
        return lifecycle.told_by(self.events)[DRIFT.id]


def test_what_holds_is_raised_once_and_resolved_when_it_is_gone():
    told = Told()
    assert told.look(DRIFT) == ["firing"]
    assert told.look(DRIFT) == []
    assert told.look() == ["resolved"]
    assert (told.alert.state, told.alert.by, told.alert.times) == (State.RESOLVED, None, 1)
    assert told.look() == []
    assert told.look(DRIFT) == ["firing"]
    assert told.alert.times == 2


def test_an_acknowledged_alert_stays_quiet_until_it_is_gone_or_happens_anew():
    told = Told()
    told.look(DRIFT)
    told.say(State.ACKNOWLEDGED)
    assert told.look(DRIFT) == []
    assert told.alert.state is State.ACKNOWLEDGED
    assert told.look(replace(DRIFT, occurrence="b")) == ["firing"]


def test_resolving_what_still_holds_mutes_it_until_it_clears():
    told = Told()
    told.look(DRIFT)
    told.say(State.RESOLVED, muted=True)
    assert told.look(DRIFT) == []
    assert told.look() == ["cleared"]
    assert told.look(DRIFT) == ["firing"]


def test_what_is_muted_fires_when_it_happens_anew():
    told = Told()
    told.look(DRIFT)
    told.say(State.RESOLVED, muted=True)
    assert told.look(replace(DRIFT, occurrence="b")) == ["firing"]


def test_where_less_of_it_is_left_nothing_happened_anew():
    told = Told()
    told.look(replace(DRIFT, occurrence="a+b"))
    told.say(State.ACKNOWLEDGED)
    assert told.look(replace(DRIFT, occurrence="b", message="less has drifted")) == ["eased"]
    assert (told.alert.state, told.alert.times) == (State.ACKNOWLEDGED, 1)
    assert told.alert.message == "less has drifted"
    assert told.look(replace(DRIFT, occurrence="b")) == []
    assert told.look(replace(DRIFT, occurrence="a+b")) == ["firing"]


def test_each_damaged_backup_counts_until_it_is_good_or_pruned():
    def verified(name: str, good: bool) -> dict:
        return {"kind": "backup", "action": "verified", "place": "/there", "id": name, "good": good}

    def said(*events: dict) -> list[str]:
        found = happened.conditions(events, datetime.now(UTC))
        return [one.occurrence for one in found if one.rule == "backup-damaged"]

    all_of_them = [verified("3", good=False), verified("2", good=False), verified("1", good=True)]
    assert said(*all_of_them) == ["2+3"]
    pruned = {"kind": "backup", "action": "pruned", "place": "/there", "id": "2", "ids": ["2"]}
    assert said(*all_of_them, pruned) == ["3"]
    assert said(*all_of_them, pruned, verified("3", good=True)) == []


def test_what_is_not_declared_any_more_raises_nothing_for_ever(fleet: Fleet):
    _drift(fleet, 99)
    assert len(_open(_monitor(fleet), "drift")) == 1
    fleet.declare({"worker": {}})
    fleet.commit()
    assert _open(_monitor(fleet), "drift") == []
    drifter = Drifter(fleet.deployer())
    assert (drifter.known(resolved=False), len(drifter.known())) == ([], 1)
    old = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    failed = [{"kind": "automation", "rule": "r", "state": "failed", "time": old}]
    assert not list(automated.conditions(_monitor(fleet).register.project, failed, datetime.now(UTC)))
    fleet.declare({}, automation={"rules": {"r": {"schedule": "@daily", "do": "backup"}}})
    assert list(automated.conditions(_monitor(fleet).register.project, failed, datetime.now(UTC)))


def test_what_gets_worse_is_raised_again_and_what_was_not_looked_at_stays():
    told = Told()
    told.look(DRIFT)
    assert told.look(replace(DRIFT, severity=Severity.WARNING)) == []
    assert told.look(replace(DRIFT, severity=Severity.CRITICAL)) == ["firing"]
    assert told.look(looked=()) == []
    assert told.alert.state is State.FIRING


_steps = st.lists(st.sampled_from(["holds", "gone", "anew", "ack", "resolve", "twice"]), max_size=12)


@given(_steps)
def test_whatever_happens_an_alert_fires_exactly_while_it_is_neither_gone_nor_known(steps: list[str]):
    """Events that two clones noted both change nothing; a look that finds the same again moves nothing."""
    told, occurrence, holds = Told(), 0, False
    for step in steps:
        if step in ("holds", "anew"):
            occurrence += step == "anew"
            holds = True
            told.look(replace(DRIFT, occurrence=str(occurrence)))
        elif step == "gone":
            holds = False
            told.look()
        elif step == "twice" and told.events:
            told.events.append(told.events[-1])
        elif told.events and not told.alert.resolved:
            told.say(State.ACKNOWLEDGED if step == "ack" else State.RESOLVED, muted=step == "resolve")
        now = [replace(DRIFT, occurrence=str(occurrence))] if holds else []
        if step in ("holds", "gone", "anew"):
            assert told.look(*now) == []
        if told.events and told.alert.state is State.FIRING:
            assert holds


def test_damaged_events_are_passed_over():
    bad = [
        {"kind": "alert"},
        {"kind": "alert", "to": "firing", "id": 1},
        {"kind": "alert", "id": "x", "to": "?"},
    ]
    assert lifecycle.told_by(bad) == {}


_values = st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda x: st.lists(x, max_size=2))
_events = st.fixed_dictionaries(
    {"kind": st.sampled_from(["deployment", "drift-detected", "secret-rotated", "secret-overdue", "reload-failed",
                              "alert", "backup"])},
    optional=dict.fromkeys(("time", "state", "id", "detections", "secret", "good", "to", "error"), _values),
)  # fmt: skip


@given(st.lists(_events, max_size=5))
def test_events_that_anybody_may_have_written_break_nothing(events: list[dict]):
    list(happened.conditions(events, datetime.now(UTC)))
    lifecycle.told_by(events)


def test_drift_becomes_an_alert_and_is_resolved_with_it(fleet: Fleet):
    _drift(fleet, 99)
    [alert] = _open(_monitor(fleet), "drift")
    assert (alert.kind, alert.severity, alert.target) == (Kind.DRIFT, Severity.ERROR, "web")
    assert alert.message == "settings database.pool on web was changed outside gmconfig"
    _drift(fleet, 10)
    assert _open(_monitor(fleet), "drift") == []
    [after] = [one for one in _monitor(fleet).get_alerts(resolved=True) if one.rule == "drift"]
    assert (after.id, after.by) == (alert.id, None)


def test_resolving_drift_that_stays_mutes_it_and_more_drift_raises_it(fleet: Fleet):
    _drift(fleet, 99)
    [alert] = _open(_monitor(fleet), "drift")
    resolved = _monitor(fleet).resolve_alert(alert.id, "ada")
    assert (resolved.by, resolved.muted) == ("ada", True)
    assert _open(_monitor(fleet), "drift") == []
    _drift(fleet, 98)
    assert [one.times for one in _open(_monitor(fleet), "drift")] == [2]
    with pytest.raises(NotFound, match='there is no alert "nope"'):
        _monitor(fleet).resolve_alert("nope", "ada")


def test_an_acknowledgement_names_who_and_why(fleet: Fleet):
    _drift(fleet, 99)
    [alert] = _open(_monitor(fleet), "drift")
    _monitor(fleet).acknowledge_alert(alert.id[:6], "bo", "known")
    [known] = _open(_monitor(fleet), "drift")
    assert (known.state, known.by, known.reason) == (State.ACKNOWLEDGED, "bo", "known")
    _monitor(fleet).resolve_alert(alert.id)
    with pytest.raises(Refused, match="is resolved"):
        _monitor(fleet).acknowledge_alert(alert.id)


def test_changes_deployments_and_rules_are_alerts_of_their_kinds(fleet: Fleet):
    fleet.write("config/environments/production.yaml", {"debug": True})
    fleet.commit("turn debugging on")
    found = {one.rule: one for one in _monitor(fleet).get_alerts(resolved=False, hours_back=1)}
    change = found["configuration-changed"]
    assert change.kind is Kind.CHANGE
    assert found["deployed"].message.startswith("production-1 was deployed by Test")
    assert found["compliance"].message == "debug-off: debug is true (settings in production)"
    assert found["compliance"].config_name == "settings"
    fleet.write("config/environments/production.yaml", {"debug": False})
    assert "compliance" not in {one.rule for one in _monitor(fleet).get_alerts(resolved=False)}


def test_a_commit_of_many_documents_is_one_alert(fleet: Fleet):
    for number in range(21):
        fleet.write(f"config/service-{number}.yaml", {"port": 8000 + number})
    fleet.commit("adopt the services")
    fleet.write("config/service-3.yaml", {"port": 1})
    fleet.commit("move one")
    told = {one.config_name: one for one in _open(_monitor(fleet), "configuration-changed")}
    assert told[None].message == "Test changed 20 documents: adopt the services"
    assert told["service-3"].message == "service-3 was changed by Test: move one"
    assert "service-4" not in told


def test_a_deployment_that_fails_is_an_alert_until_one_succeeds(fleet: Fleet):
    fleet.declare(
        {"web": {"health": [{"command": ["false"], "retries": 0, "timeout": "120s"}]}, "worker": {}}
    )
    fleet.change(20)
    fleet.apply()
    [alert] = _open(_monitor(fleet), "deployment-failed")
    assert (alert.severity, alert.environment) == (Severity.ERROR, "production")
    assert alert.hint == "gmconfig deploy show production-2"
    fleet.declare({"web": {}, "worker": {}})
    fleet.change(30)
    fleet.apply()
    assert _open(_monitor(fleet), "deployment-failed") == []


def test_a_deployment_that_is_interrupted_is_an_alert(fleet: Fleet):
    def interrupts(record) -> None:
        if str(record.state) == "activating":
            raise KeyboardInterrupt

    fleet.change(20)
    with pytest.raises(KeyboardInterrupt):
        fleet.apply(told=interrupts)
    [alert] = _open(_monitor(fleet), "deployment-partial")
    assert alert.occurrence == "production-2"


def test_a_configuration_that_cannot_be_read_is_critical_and_keeps_what_is_known(fleet: Fleet):
    targets = {"web": {}, "worker": {}}
    fleet.declare(targets, alerts={"thresholds": {"compliance_score": 99.9, "target_seconds": 0}})
    fleet.commit()
    fleet.write("config/environments/production.yaml", {"debug": True})
    assert len(_open(_monitor(fleet), "compliance")) == 1
    known = [_open(_monitor(fleet), rule) for rule in ("compliance-score", "slow-target")]
    assert all(known)
    (fleet.root / "config/settings.yaml").write_text("a: [")
    [alert] = _monitor(fleet).get_alerts(severity=AlertSeverity.CRITICAL, resolved=False)
    assert alert.rule == "configuration-broken"
    still = _monitor(fleet, targets=False).get_alerts(resolved=False)
    assert {"compliance", "compliance-score", "slow-target"} <= {one.rule for one in still}


def test_rules_of_ones_own_count_and_a_wrong_one_is_told_at_once(fleet: Fleet):
    monitor = _monitor(fleet)
    rule = ComplianceRule(id="small", config_path="database.pool", validation_func=lambda value: value < 5)
    monitor.add_compliance_rule(rule)
    assert "small" in {one.subject.split("/")[0] for one in _open(monitor, "compliance")}
    assert monitor.get_compliance_status("settings").rules["small"].failed == 4
    with pytest.raises(NotFound, match='no check is named "nope"'):
        monitor.add_compliance_rule(ComplianceRule(id="x", config_path="a", validation_func="nope"))


def test_thresholds_become_alerts(fleet: Fleet):
    limits = {"compliance_score": 99, "check_seconds": 0, "target_seconds": 0, "disk_free_percent": 100.5,
              "backup_age_days": 7}  # fmt: skip
    fleet.declare({"web": {}, "worker": {}}, alerts={"thresholds": limits})
    fleet.write("config/settings.yaml", {**BASE, "debug": True})
    fleet.commit()
    found = {one.rule: one for one in _monitor(fleet).get_alerts(resolved=False)}
    assert {"compliance-score", "slow-check", "slow-target", "disk-space", "backup-age"} <= set(found)
    assert found["slow-check"].kind is Kind.PERFORMANCE


def test_what_just_reaches_a_threshold_is_no_alert():
    limits = Thresholds(compliance_score=90, check_seconds=1, disk_free_percent=5, backup_age_days=7)
    assert not list(conditions(limits, Measures({"production": 90}, {"journal": 1}, {}, 5, 7)))
    passed = conditions(limits, Measures({"production": 89.9}, {"journal": 1.1}, {}, 4.9, 7.1))
    assert [one.rule for one in passed] == ["compliance-score", "slow-check", "disk-space", "backup-age"]


def test_alerts_are_asked_for_by_what_they_are(fleet: Fleet):
    _drift(fleet, 99)
    monitor = _monitor(fleet)
    monitor.check()
    assert {one.severity for one in monitor.get_alerts(AlertSeverity.ERROR, check=False)} == {Severity.ERROR}
    assert {one.config_name for one in monitor.get_alerts(config_name="settings", check=False)} == {
        "settings"
    }
    assert monitor.get_alerts(hours_back=0, check=False) == []


def test_a_thread_streams_what_happens(fleet: Fleet):
    events: list = []
    monitor = _monitor(fleet)
    monitor.check()
    with monitor:
        monitor.stop()
        monitor.start(0.05, events.append)
        _drift(fleet, 99)
        until(lambda: any(one["kind"] == "alert" and one.get("rule") == "drift" for one in events))
    assert [one["kind"] for one in events if one["kind"].startswith("drift")] == ["drift-detected"]
    assert sum(one.get("rule") == "drift" for one in events) == 1


def test_a_callback_that_fails_or_stops_the_watch_does_no_more_than_that(fleet: Fleet, monkeypatch):
    told, failures = [], []
    monkeypatch.setattr(threading, "excepthook", failures.append)
    monitor = _monitor(fleet)
    monitor.check()

    def on_event(event) -> None:
        told.append(event)
        if len(told) > 1:
            monitor.stop()
        raise ValueError("the program's own")

    _drift(fleet, 99)  # it is detected, and an alert fires
    monitor.start(0.05, on_event)
    until(lambda: len(failures) > 1)
    monitor.stop()
    assert len(told) > 1
    assert {one.exc_type for one in failures} == {ValueError}


def test_whoever_looks_needs_no_identity_of_git(fleet: Fleet, isolated):
    (isolated / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    done = fleet.run("monitor", "status", "-o", "json")
    assert done.returncode == 0, done.stderr
    assert fleet.run("backup", "create").returncode == 0


def test_the_worst_is_listed_first_and_named_in_the_next_steps(fleet: Fleet):
    _drift(fleet, 99)
    lines = fleet.run("monitor", "alerts", "list").stdout.splitlines()
    severities = [line.split()[1] for line in lines if len(line.split()) > 4 and not line.startswith(" ")]
    order = ["critical", "error", "warning", "info"]
    assert severities == sorted(severities, key=order.index)
    assert severities[0] == "error"
    assert lines[-1].endswith(lines[0].split()[0])
    assert all(line == line.rstrip() for line in lines)
