"""Whoever is to be told of an alert is told: at least once, by one id, and nobody waits for it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from gmconfig import ConfigManager, ConfigMonitor
from gmconfig.finding import Severity
from gmconfig.monitor import sender
from gmconfig.monitor.alert import Alert, Kind, State
from gmconfig.monitor.forms import FORMS
from gmconfig.monitor.outbox import Outbox
from gmconfig.project import Project
from tests.deploy.fleet import Fleet
from tests.monitor.webhook import Webhook, webhook
from tests.target.servers import free_port
from tests.waiting import LIMIT, until


@pytest.fixture
def hook():
    with webhook() as found:
        yield found


def _fleet(tmp_path: Path, **handlers: object) -> Fleet:
    fleet = Fleet(tmp_path, {}, alerts={"handlers": handlers})
    fleet.write("config/environments/production.yaml", {"debug": True})
    return fleet


def _check(fleet: Fleet) -> ConfigMonitor:
    monitor = ConfigMonitor(ConfigManager(root=fleet.root), targets=False)
    monitor.watching.looked()
    return monitor


def _project(fleet: Fleet) -> Project:
    return Project.find(str(fleet.root))


def test_a_webhook_gets_every_alert_once(tmp_path: Path, hook: Webhook):
    fleet = _fleet(tmp_path, hook={"webhook": hook.url})
    monitor = _check(fleet)
    assert monitor.deliver() == []
    known = monitor.get_alerts(check=False)
    assert len(known) == 3
    assert sorted(hook.ids) == sorted(one.message_id for one in known)
    body = next(one for one in hook.bodies if one["groupLabels"]["alertname"] == "compliance")
    assert (body["version"], body["status"]) == ("4", "firing")
    assert body["alerts"][0]["labels"]["severity"] == "error"
    _check(fleet).deliver()
    assert len(hook.ids) == 3
    fleet.write("config/environments/production.yaml", {"debug": False})
    _check(fleet).deliver()
    assert [name.rpartition("-")[2] for name in hook.ids[3:]] == ["resolved"]


def test_handlers_hear_of_what_they_asked_for(tmp_path: Path, hook: Webhook):
    fleet = _fleet(
        tmp_path, hook={"webhook": hook.url, "severity": "error", "kinds": ["compliance violation"]}
    )
    _check(fleet).deliver()
    assert [one["groupLabels"]["alertname"] for one in hook.bodies] == ["compliance"]


def test_a_failing_webhook_is_tried_again_with_the_same_id(tmp_path: Path, hook: Webhook):
    hook.statuses = [500, 302]
    fleet = _fleet(tmp_path, hook={"webhook": hook.url, "severity": "error"})
    monitor = _check(fleet)
    [waiting] = monitor.deliver()
    assert (waiting.attempts, waiting.error) == (1, "it answered 500")
    [again] = monitor.deliver()
    assert (again.attempts, again.error, again.id) == (2, "it answered 302", waiting.id)
    assert again.due - waiting.due > 1
    assert monitor.deliver() == []
    assert hook.ids == [waiting.id]


def test_what_follows_waits_behind_what_did_not_arrive(tmp_path: Path, hook: Webhook):
    hook.statuses = [500]
    fleet = _fleet(tmp_path, hook={"webhook": hook.url, "severity": "error"})
    _check(fleet).deliver()
    fleet.write("config/environments/production.yaml", {"debug": False})
    monitor = _check(fleet)
    sender.deliver(_project(fleet), patience=LIMIT)
    assert [name.rpartition("-")[2] for name in hook.ids] == ["firing", "resolved"]
    assert monitor.deliver() == []


def test_nobody_waits_for_a_handler_that_hangs(tmp_path: Path, hook: Webhook):
    """The command ends; the sender that it leaves behind tells the other handler, and this one later."""
    hook.released.clear()
    with webhook() as other:
        fleet = _fleet(tmp_path, hook={"webhook": hook.url}, other={"webhook": other.url})
        done = fleet.run("monitor", "alerts", "list")
        assert done.returncode == 0, done.stderr
        assert hook.ids == []
        until(lambda: len(set(other.ids)) == 3)
        hook.released.set()
        until(lambda: len(set(hook.ids)) == 3)


def test_a_sender_that_is_killed_between_two_tries_loses_nothing(tmp_path: Path, hook: Webhook):
    hook.statuses = [500] * 1000
    fleet = _fleet(tmp_path, hook={"webhook": hook.url})
    _check(fleet)
    command = [sys.executable, "-m", "gmconfig.monitor.sender", str(fleet.root)]
    with subprocess.Popen(command) as process:
        until(lambda: len(hook.statuses) < 998)
        process.send_signal(signal.SIGKILL)
    assert hook.ids == []
    hook.statuses = []
    outbox = Outbox(_project(fleet))
    waiting = {one.id for one in outbox.waiting()}
    half = Path(outbox.folder, "waiting", "hook", "20260101-1.json.1x.gmconfig-tmp")
    half.write_text("what a killed writer left")
    with subprocess.Popen(command) as process:
        process.wait(LIMIT)
    assert set(hook.ids) == waiting
    assert outbox.waiting() == []
    assert not half.exists()


def test_two_senders_tell_it_once(tmp_path: Path, hook: Webhook):
    fleet = _fleet(tmp_path, hook={"webhook": hook.url})
    _check(fleet)
    command = [sys.executable, "-m", "gmconfig.monitor.sender", str(fleet.root)]
    running = [subprocess.Popen(command) for _ in range(3)]
    assert [one.wait(LIMIT) for one in running] == [0, 0, 0]
    assert len(hook.ids) == len(set(hook.ids)) == 3


def test_a_command_is_not_given_the_keys_of_who_tells_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    fleet = _fleet(
        tmp_path, mail={"command": ["sh", "-c", f"env > {tmp_path}/environment"], "severity": "error"}
    )
    fleet.git("config", "gmconfig.alertCommands", "true")
    monkeypatch.setenv("GMCONFIG_NEW_PASSPHRASE", "told-to-gmconfig-alone")
    monkeypatch.setenv("GMCONFIG_PASSPHRASE", "told-to-gmconfig-alone")
    monkeypatch.setenv("OTHER", "told-to-all")
    assert _check(fleet).deliver() == []
    given = (tmp_path / "environment").read_text()
    assert "told-to-all" in given
    assert "told-to-gmconfig-alone" not in given


def test_a_command_runs_only_where_the_clone_allows_it(tmp_path: Path):
    script = tmp_path / "told"
    script.write_text(f"#!/bin/sh\ncat >> {tmp_path}/alerts; echo >> {tmp_path}/alerts\n")
    script.chmod(0o755)
    fleet = _fleet(tmp_path, mail={"command": [str(script)], "severity": "error"})
    [waiting] = _check(fleet).deliver()
    assert "git config gmconfig.alertCommands true" in (waiting.error or "")
    assert not (tmp_path / "alerts").exists()
    fleet.git("config", "gmconfig.alertCommands", "true")
    assert _check(fleet).deliver() == []
    said = json.loads((tmp_path / "alerts").read_text())
    assert (said["rule"], said["message_id"]) == ("compliance", waiting.id)


@pytest.mark.parametrize(
    ("command", "timeout", "said"),
    [
        (["false"], "120s", "ended with 1"),
        (["cp", "/dev/stdin", "/nowhere/alert"], "120s", "No such file or directory"),
        (["sleep", "600"], "200ms", "did not end within"),
    ],
)
def test_a_command_that_fails_or_hangs_is_told_of(
    tmp_path: Path, command: list[str], timeout: str, said: str
):
    fleet = _fleet(tmp_path, mail={"command": command, "timeout": timeout, "severity": "error"})
    fleet.git("config", "gmconfig.alertCommands", "true")
    [waiting] = _check(fleet).deliver()
    assert said in (waiting.error or "")


def test_a_url_may_come_from_the_environment(tmp_path: Path, hook: Webhook, monkeypatch: pytest.MonkeyPatch):
    fleet = _fleet(tmp_path, chat={"webhook_from": "CHAT_URL", "form": "slack", "severity": "error"})
    [waiting] = _check(fleet).deliver()
    assert waiting.error == "$CHAT_URL holds no URL"
    monkeypatch.setenv("CHAT_URL", hook.url)
    assert _check(fleet).deliver() == []
    assert hook.bodies[0]["text"].startswith("*error* debug-off: debug is true")


def test_a_function_that_hangs_or_fails_harms_nobody(tmp_path: Path):
    fleet = _fleet(tmp_path)
    monitor = ConfigMonitor(ConfigManager(root=fleet.root), targets=False)
    calls: list[str] = []
    release = threading.Event()

    def fails(alert: Alert) -> None:
        calls.append(alert.id)
        raise RuntimeError("no")

    monitor.add_alert_handler(lambda _: release.wait(4 * LIMIT))
    monitor.add_alert_handler(fails)
    for one in monitor._functions:
        one._pause = 0.01
    began = time.monotonic()
    found = monitor.get_alerts(resolved=False)
    assert time.monotonic() - began < LIMIT
    monitor._functions[1].flush(LIMIT)
    assert sorted(calls) == sorted(3 * [one.id for one in found])
    assert not monitor._functions[0].flush(0.01)
    release.set()
    assert monitor.flush(LIMIT)


def test_a_test_alert_says_whether_it_arrived(tmp_path: Path, hook: Webhook):
    fleet = _fleet(tmp_path, hook={"webhook": hook.url}, gone={"webhook": "http://127.0.0.1:9/"})
    done = fleet.run("monitor", "alerts", "test")
    assert done.returncode == 3
    assert "hook  arrived" in done.stdout
    assert "gone  did not arrive" in done.stdout
    assert fleet.run("monitor", "alerts", "test", "hook").returncode == 0
    assert 'no handler is named "hok"' in fleet.run("monitor", "alerts", "test", "hok").stderr


def test_what_slack_gets_cannot_be_broken_by_a_message():
    alert = Alert("x", "drift", "a", Kind.DRIFT, Severity.ERROR, "<!channel> & co", state=State.FIRING)
    assert "&lt;!channel&gt; &amp; co" in FORMS["slack"](alert, None)["text"]  # type: ignore[arg-type]


ALERTMANAGER = "prometheus-alertmanager"


@pytest.mark.skipif(not shutil.which(ALERTMANAGER), reason=f"{ALERTMANAGER} is not installed")
def test_a_real_alertmanager_receives_every_alert_and_its_end(tmp_path: Path, hook: Webhook):
    """From the sender that was killed to the receiver that Alertmanager calls."""
    port = free_port()
    config = tmp_path / "alertmanager.yml"
    receiver = {"name": "r", "webhook_configs": [{"url": hook.url}]}
    route = {"receiver": "r", "group_by": ["fingerprint"], "group_wait": "0s", "group_interval": "1s"}
    config.write_text(json.dumps({"route": route, "receivers": [receiver]}))
    command = [ALERTMANAGER, f"--config.file={config}", f"--storage.path={tmp_path}/am",
               f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]  # fmt: skip
    url = f"http://127.0.0.1:{port}/api/v2/alerts"
    fleet = _fleet(tmp_path, am={"webhook": url, "form": "alertmanager"})
    monitor = _check(fleet)
    assert len(monitor.deliver()) == 3  # nobody is there yet
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            until(lambda: _ready(port))
            assert sender.deliver(_project(fleet), patience=LIMIT) == []
            with urllib.request.urlopen(url) as answer:
                there = {one["labels"]["fingerprint"]: one["status"]["state"] for one in json.load(answer)}
            assert set(there) == {one.id for one in monitor.get_alerts(check=False)}
            fleet.write("config/environments/production.yaml", {"debug": False})
            _check(fleet).deliver()
            until(lambda: any(one["status"] == "resolved" for one in hook.bodies))
        finally:
            server.terminate()
    assert {one["alerts"][0]["labels"]["alertname"] for one in hook.bodies} >= {
        "compliance",
        "configuration-changed",
    }


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready") as answer:
            return answer.status == 200
    except OSError:
        return False


def test_the_outbox_is_private(tmp_path: Path):
    fleet = _fleet(tmp_path, gone={"webhook": "http://127.0.0.1:9/"})
    _check(fleet)
    outbox = Outbox(_project(fleet))
    found = [Path(folder, file) for folder, _, files in os.walk(outbox.folder) for file in files]
    assert found
    assert {file.stat().st_mode & 0o077 for file in found if file.suffix == ".json"} == {0}
