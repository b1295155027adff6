"""Senders: one at a time however often somebody looks, and a handler that is away is not tried over and over."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from gmconfig import ConfigManager, ConfigMonitor
from gmconfig.finding import Severity
from gmconfig.monitor import sender
from gmconfig.monitor.alert import Alert, Kind, State
from gmconfig.monitor.outbox import Outbox
from gmconfig.project import Project
from tests.deploy.fleet import Fleet
from tests.monitor.webhook import webhook
from tests.waiting import LIMIT, Looks, until

ALERT = Alert("0", "r", "s", Kind.DRIFT, Severity.ERROR, "m")


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    fleet = Fleet(tmp_path, {}, alerts={"handlers": {"hook": {"webhook_from": "HOOK"}}})
    for number in range(10):
        Outbox(Project.find(str(fleet.root))).put("hook", replace(ALERT, id=f"alert-{number}"))
    return fleet


def test_a_handler_that_is_away_is_left_alone_after_some_tries(fleet: Fleet, monkeypatch: pytest.MonkeyPatch):
    """Three hundred alerts and a handler that hangs would otherwise keep a CI job for an hour."""
    project = Project.find(str(fleet.root))
    with webhook() as hook:
        monkeypatch.setenv("HOOK", hook.url)
        hook.statuses = [500] * 3
        waiting = sender.deliver(project)
        assert [one.attempts for one in waiting].count(1) == 3
        assert (len(waiting), hook.statuses) == (10, [])
        assert sender.deliver(project) == []


def test_a_sender_sleeps_until_something_is_due(fleet: Fleet, monkeypatch: pytest.MonkeyPatch):
    """What follows on an alert that did not arrive is no reason to look again, nor to start another sender."""
    project, pauses, started, now = Project.find(str(fleet.root)), [], [], time.time()
    outbox = Outbox(project)
    outbox.put("hook", replace(ALERT, id="alert-0", state=State.RESOLVED))
    monkeypatch.setattr(sender.time, "time", lambda: now)
    clock = SimpleNamespace(time=time.time, monotonic=time.monotonic, sleep=pauses.append)
    monkeypatch.setattr(sender, "time", clock)  # the sender's alone: other threads sleep as they like
    monkeypatch.setattr(subprocess, "Popen", lambda *words, **_: started.append(words))
    with webhook() as hook:
        monkeypatch.setenv("HOOK", hook.url)
        hook.statuses = [500]
        waiting = sender.deliver(project, patience=0.5)  # the next try would be after a second
        assert [(one.alert.id, one.attempts) for one in waiting] == [("alert-0", 1), ("alert-0", 0)]
    assert outbox.presence().acquire()
    monkeypatch.setattr(sender, "_left", [])
    clock.time = lambda: 0.0
    sender.leave_behind(project)
    assert (pauses, started) == ([], [])


def test_some_that_a_handler_refuses_for_ever_keep_none_of_the_others_back(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
):
    project = Project.find(str(fleet.root))
    with webhook() as hook:
        monkeypatch.setenv("HOOK", hook.url)
        hook.statuses = [500] * 3
        refused = {one.id for one in sender.deliver(project) if one.attempts}
        hook.statuses = [200] * 7 + [500] * 3
        assert {one.id for one in sender.deliver(project)} == refused


def test_what_was_told_is_not_told_again_and_what_lies_elsewhere_is_nobodys(fleet: Fleet):
    outbox = Outbox(Project.find(str(fleet.root)))
    [first, *_] = outbox.waiting("hook")
    lies = Path(outbox.folder) / "waiting" / "hook" / f"{first.id}.json"
    (lies.parent.parent / "other").mkdir()
    (lies.parent.parent / "other" / lies.name).write_bytes(lies.read_bytes())
    assert outbox.waiting("other") == []  # by its own words it is for another handler
    outbox.told(first)
    assert not outbox.put("hook", first.alert)
    assert not outbox.put("hook", first.alert, again_after=3600)
    assert outbox.put("hook", first.alert, again_after=0)
    outbox.told(first)
    os.utime(Path(outbox.folder) / "told" / "hook" / first.id, (0, time.time() - 40 * 86_400))
    assert outbox.put("hook", first.alert)


def test_whoever_looks_starts_no_second_sender(fleet: Fleet, monkeypatch: pytest.MonkeyPatch):
    project, started, now = Project.find(str(fleet.root)), [], time.time()
    outbox = Outbox(project)
    monkeypatch.setattr(sender.time, "time", lambda: now)
    monkeypatch.setattr(subprocess, "Popen", lambda *words, **_: started.append(words))
    monkeypatch.setattr(sender, "_left", [])
    for one in outbox.waiting():
        outbox.failed(one, "it answered 500")  # each is due in a second
    presence = outbox.presence()
    assert presence.acquire()
    sender.leave_behind(project)
    assert started == []
    presence.release()
    sender.leave_behind(project)
    assert len(started) == 1
    for _ in range(8):
        for one in outbox.waiting():
            outbox.failed(one, "it answered 500")
    sender.leave_behind(project)
    assert len(started) == 1  # it would go at once: each is due in 256 seconds, and none waits for that


def test_a_clock_that_jumps_neither_keeps_a_message_nor_forgets_it(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
):
    outbox, now = Outbox(Project.find(str(fleet.root))), time.time()
    [first, second, *_] = outbox.waiting("hook")
    monkeypatch.setattr(sender.time, "time", lambda: now + 4 * 86_400)
    again = outbox.failed(outbox.failed(first, "away"), "away")
    assert not again.is_given_up  # two tries are not days of them
    outbox.told(second)
    monkeypatch.setattr(sender.time, "time", lambda: now)
    assert {one.id: one.due for one in outbox.waiting()}[first.id] == now
    os.utime(Path(outbox.folder, "told", "hook", second.id), (now + 86_400, now + 86_400))
    assert outbox.put("hook", second.alert, again_after=3600)
    for _ in range(20):
        first = outbox.failed(first, "away")
    assert not first.is_given_up
    monkeypatch.setattr(sender.time, "time", lambda: now + 4 * 86_400)
    assert outbox.failed(first, "away").is_given_up


def test_whoever_leaves_a_sender_behind_goes_on_without_it(fleet: Fleet, monkeypatch: pytest.MonkeyPatch):
    """A warning of Python's, of a process that nobody waits for, would be an error here."""
    with webhook() as hook:
        monkeypatch.setenv("HOOK", hook.url)
        sender.leave_behind(Project.find(str(fleet.root)))
        until(lambda: len(hook.ids) == 10)


def test_a_sender_says_that_it_is_there(fleet: Fleet, monkeypatch: pytest.MonkeyPatch):
    outbox = Outbox(Project.find(str(fleet.root)))
    with webhook() as hook:
        monkeypatch.setenv("HOOK", hook.url)
        hook.released.clear()
        command = [sys.executable, "-m", "gmconfig.monitor.sender", str(fleet.root)]
        with subprocess.Popen(command) as process:
            assert hook.asked.wait(LIMIT)
            assert not _free(outbox)
            hook.released.set()
            until(lambda: len(hook.ids) == 10)
        assert process.returncode == 0
    assert _free(outbox)


def _free(outbox: Outbox) -> bool:
    presence = outbox.presence()
    found = presence.acquire()
    presence.release()
    return found


def test_a_watch_that_is_started_again_and_again_tells_each_event_once(tmp_path: Path):
    fleet = Fleet(tmp_path, {})
    monitor, told = ConfigMonitor(ConfigManager(root=fleet.root), targets=False), []
    monitor.check()
    for _ in range(5):
        monitor.start(60, told.append)
        monitor.stop()
    assert told == []
    fleet.change(11)
    monitor.start(0.01, told.append)
    until(lambda: told)
    looks = monitor.register.journal.append({"kind": "after"})
    until(lambda: any(one["kind"] == "after" for one in told))
    monitor.stop()
    assert looks
    assert [one["kind"] for one in told].count("after") == 1
    assert len([one for one in told if one.get("rule") == "configuration-changed"]) == 1


def test_what_keeps_a_watch_from_looking_is_told_once_as_long_as_it_lasts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    fleet = Fleet(tmp_path, {})
    watching = ConfigMonitor(ConfigManager(root=fleet.root), targets=False).watching
    for _ in range(2):
        (fleet.root / ".git").rename(tmp_path / "away")
        list(watching.events(10, stop=Looks(3)))
        (tmp_path / "away").rename(fleet.root / ".git")
        list(watching.events(10, stop=Looks(1)))
    assert [one.getMessage().partition(":")[0] for one in caplog.records] == ["no look was possible"] * 2
