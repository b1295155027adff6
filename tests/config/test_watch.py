"""Programs that read configuration while it changes."""

import os
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from gmconfig import ConfigManager
from gmconfig.config import watch
from gmconfig.config.frozen import FrozenConfig
from gmconfig.config.lookup import closed_lookup
from gmconfig.config.resolve import resolve
from gmconfig.config.watch import Watcher, files_of
from gmconfig.errors import BrokenConfiguration, GmconfigError
from gmconfig.project import Project
from tests.waiting import LIMIT, until

FORKING = """
import os, sys, threading
from pathlib import Path
from gmconfig import ConfigManager
from tests.waiting import until
file, busy, go_on = Path(sys.argv[1], "config/settings.yaml"), threading.Event(), threading.Event()
live = ConfigManager(root=sys.argv[1]).live("settings", interval=0.01).start()
live.on_change("a", lambda _: (busy.set(), go_on.wait()))
file.write_text("a: 2\\n")
busy.wait()  # the watch is in the middle of a reload
child = os.fork()
if not child:
    go_on.set()
    file.write_text("a: 34\\n")
    until(lambda: live.get("a") == 34)
    os._exit(7)
go_on.set()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_every_path_is_one_look_up():
    config = FrozenConfig({"db": {"host": "h", "list": [{"n": "a", "v": None}]}, "x.y": 1})
    assert config.get("db.host") == "h"
    assert config.get('"x.y"') == 1
    assert config.get("db.list[-1].n") == config.get("db.list[n=a].n") == "a"
    assert config.get("db.list[0].v", "default") is None
    assert config.get("db.nope", "default") == config.get("not a [path", "default") == "default"
    assert ("db" in config, "nope" in config, config["db"]["list"][0]["n"]) == (True, False, "a")
    with pytest.raises(KeyError):
        config["nope"]


def test_what_was_read_cannot_be_changed():
    config = FrozenConfig({"m": {"a": 1}, "l": [1]})
    with pytest.raises(TypeError):
        config.get("m")["a"] = 2
    assert config.get("l") == (1,)


@pytest.fixture
def watched(project):
    found = project({"config/settings.yaml": "a: 1\nb: {c: 1}\n"})

    def load() -> object:
        current = Project.find(found.root)
        return resolve(current, current.worktree(), "settings", "production").value(
            closed_lookup(current, "production")
        )

    def write(text: str, file: str = "config/settings.yaml") -> None:
        path = os.path.join(found.root, file)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".tmp", "w") as opened:
            opened.write(text)
        os.replace(path + ".tmp", path)

    events: list[object] = []
    watcher = Watcher(
        load,
        lambda: files_of(found, "settings", "production"),
        interval_seconds=0.01,
        on_reload=events.append,
    )
    return watcher, write, events


def test_a_change_swaps_all_values_at_once(watched):
    watcher, write, _ = watched
    before = watcher.current
    assert watcher.poll() is None
    write("a: 2\nb: {c: 2}\n")
    assert [str(change) for change in watcher.poll().changes] == ["~ a", "~ b.c"]
    assert (before.get("a"), before.get("b.c")) == (1, 1)
    assert (watcher.current.get("a"), watcher.current.get("b.c")) == (2, 2)


def test_a_new_layer_is_noticed(watched):
    watcher, write, _ = watched
    write("a: 3\n", "config/environments/production.yaml")
    assert watcher.poll().ok
    assert watcher.current.get("a") == 3


def test_a_broken_file_keeps_the_last_good_values(watched):
    watcher, write, events = watched
    write("a: [")
    assert isinstance(watcher.poll().error, BrokenConfiguration)
    assert watcher.current.get("a") == 1
    assert [event.ok for event in events] == [False]
    write("a: 5\nb: {c: 1}\n")
    assert watcher.poll().ok
    assert watcher.current.get("a") == 5


def test_touching_a_file_is_no_change(watched):
    watcher, write, events = watched
    write("a: 1\nb: {c: 1}\n")
    assert watcher.poll() is None
    assert events == []


@pytest.mark.parametrize(
    ("path", "called"), [("a", 1), ("b", 1), ("b.c", 1), ("b.d", 0), ("*", 2), ("**", 2), ("", 2)]
)
def test_callbacks_are_told_what_concerns_them(watched, path, called):
    watcher, write, _ = watched
    changes: list[object] = []
    watcher.on_change(path, changes.append)
    write("a: 2\nb: {c: 2}\n")
    watcher.poll()
    assert len(changes) == called


def test_the_thread_follows_and_stops(watched):
    watcher, write, _ = watched
    seen, others = threading.Event(), set(threading.enumerate())
    watcher.on_change("a", lambda _: seen.set())
    with watcher:
        write("a: 7\nb: {c: 1}\n")
        assert seen.wait(LIMIT)
    assert watcher.current.get("a") == 7
    assert "gmconfig-watch" not in [one.name for one in set(threading.enumerate()) - others]


def test_a_failing_callback_stops_neither_the_others_nor_the_watch(watched, monkeypatch):
    watcher, write, _ = watched
    reported, seen = [], [threading.Event(), threading.Event()]
    monkeypatch.setattr(threading, "excepthook", reported.append)
    watcher.on_change("a", lambda _: 1 / 0)
    watcher.on_change("a", lambda change: seen[change.after - 2].set())
    with watcher:
        for number in (2, 3):
            write(f"a: {number}\nb: {{c: 1}}\n")
            assert seen[number - 2].wait(LIMIT)
    assert [report.exc_type for report in reported] == [ZeroDivisionError] * 2


def test_what_cannot_be_used_is_tried_again_ever_more_seldom_and_told_once(watched, monkeypatch):
    """A key that is missing, say: it comes without a change of any file that is looked at."""
    watcher, write, events = watched
    now, tries, load = [0.0], [], watcher._load
    monkeypatch.setattr(watch, "time", SimpleNamespace(monotonic=lambda: now[0], time=time.time))

    def fails() -> object:
        tries.append(now[0])
        raise GmconfigError("no key")

    watcher._load = fails
    write("a: 5\nb: {c: 1}\n")
    for now[0] in range(600):
        watcher.poll()
    assert len(tries) < 30
    assert [event.ok for event in events] == [False]
    watcher._load = load
    now[0] += 60
    assert watcher.poll().ok
    assert watcher.current.get("a") == 5


def test_a_file_that_changes_twice_within_a_tick_of_the_clock_is_noticed(watched, monkeypatch):
    watcher, _, _ = watched
    [file] = [one for one in watcher._files() if one.endswith("config/settings.yaml")]
    stamp = os.stat(file).st_mtime_ns
    clock = SimpleNamespace(monotonic=time.monotonic, time=lambda: stamp / 1e9)
    monkeypatch.setattr(watch, "time", clock)
    for number in (2, 3):
        with open(file, "r+") as opened:
            opened.write(f"a: {number}")
        os.utime(file, ns=(0, stamp))
        watcher.poll()
    assert watcher.current.get("a") == 3


def test_what_follows_a_document_follows_gmconfig_yaml_and_keeps_no_past(project):
    found = project({"config/settings.yaml": "a: 1\n"})
    live, heard = ConfigManager("production", root=found.root).live("settings", interval=0.01), []

    def put(file: str, text: str) -> None:
        path = os.path.join(found.root, file)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as opened:
            opened.write(text)

    put("gmconfig.yaml", "environments: {shared: {}, production: {extends: shared}}\n")
    put("config/settings.yaml", "a: 2\n")
    assert live.reload().changes
    listening = threading.Thread(target=lambda: heard.extend(live.updates()))
    listening.start()
    until(lambda: live._listeners)
    put("config/environments/shared.yaml", "a: 3\n")
    until(lambda: live.get("a") == 3)
    live.stop()
    listening.join(LIMIT)
    assert not listening.is_alive()
    assert [(change.before, change.after) for one in heard for change in one.changes] == [(2, 3)]


def test_a_child_that_is_forked_goes_on_to_follow(project):
    found = project({"config/settings.yaml": "a: 1\n"})
    done = subprocess.run([sys.executable, "-c", FORKING, found.root], timeout=LIMIT, check=False)
    assert done.returncode == 7
