"""Events: told by any number of threads and processes, written behind their backs, loaded once each."""

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig import FeatureFlagManager, NotFound
from gmconfig.flag.event.ingest import ingest
from gmconfig.flag.event.line import Exposure, Lost, Metric, read, written
from gmconfig.flag.event.log import EventLog
from gmconfig.flag.event.store import Run, Store
from gmconfig.flag.event.unit import key_of
from gmconfig.flag.event.writer import Writer
from gmconfig.flag.flagd.decision import Decision, Reason
from tests.waiting import LIMIT

RUN = {"experiment": "x", "experiment_started": "2026-01-01T00:00:00Z"}
names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40)
words = st.sampled_from(["STATIC", "targeting_match", "ERROR"])
times = st.floats(0, 4e9).map(lambda moment: round(moment, 6))


def decision(variant: str | None = "enabled", rule: str = "rollout", flag: str = "f", **metadata) -> Decision:
    return Decision(flag, True, variant, Reason.TARGETING_MATCH, rule, metadata={**RUN, **metadata})


def events_in(folder: Path) -> list[dict[str, object]]:
    return [
        json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text().splitlines()
    ]


@given(times, names, st.none() | names, words, names, *[st.none() | names] * 3)
def test_an_exposure_is_read_as_it_was_written(time, flag, variant, reason, rule, unit, environment, name):
    event = Exposure(time, flag, variant, reason.lower(), rule, unit, environment, name, name)
    found = read(written(event).encode())
    assert found == event._replace(time=pytest.approx(time, abs=1e-5))


@given(times, names, names, st.floats(-1e15, 1e15))
def test_a_metric_is_read_as_it_was_written(time, name, unit, value):
    found = read(written(Metric(time, name, unit, value)).encode())
    assert found == Metric(pytest.approx(time, abs=1e-5), name, unit, value)


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text(), st.lists).map(lambda x: str(x).encode()))
def test_what_is_no_event_is_told_by_a_value_error(raw):
    with pytest.raises(ValueError):
        read(raw)


@pytest.mark.parametrize(
    "change",
    [
        {"timestamp": "yesterday"},
        {"timestamp": "2026-01-01T00:00:00"},
        {"timestamp": 5},
        {"gmconfig.metric.value": "1"},
        {"gmconfig.metric.value": True},
        {"gmconfig.metric.value": 1e300},
        {"gmconfig.metric.value": 10**400},
        {"gmconfig.metric.name": "\x1b[31m"},
        {"gmconfig.metric.name": "n" * 501},
        {"feature_flag.context.id": None},
        {"event_name": "other"},
        {"event_name": ["gmconfig.metric"]},
    ],
)
def test_an_event_of_which_something_is_wrong_is_none(change):
    told = json.loads(written(Metric(0, "m", "u", 1.0))) | change
    with pytest.raises(ValueError):
        read(json.dumps(told).encode())
    for text in ('{"event_name":"gmconfig.metric","gmconfig.metric.value":NaN}', "[" * 60_000, "9" * 70_000):
        with pytest.raises(ValueError):
            read(text.encode())


def test_exposures_bear_opentelemetrys_names_and_no_users(tmp_path):
    with EventLog(tmp_path / "events", "production") as log:
        log.exposed(decision(), "alice@example.org", {"plan": "pro"})
        log.track("order", "alice@example.org", 12.5)

    exposure, metric = events_in(tmp_path / "events")
    assert exposure["event_name"] == "feature_flag.evaluation"
    assert exposure["feature_flag.key"] == "f"
    assert exposure["feature_flag.result.variant"] == "enabled"
    assert exposure["feature_flag.result.reason"] == "targeting_match"
    assert exposure["deployment.environment.name"] == "production"
    assert exposure["feature_flag.context.id"] == metric["feature_flag.context.id"]
    assert (metric["gmconfig.metric.name"], metric["gmconfig.metric.value"]) == ("order", 12.5)
    everything = b"".join(file.read_bytes() for file in (tmp_path / "events").iterdir())
    assert b"alice" not in everything and b'pro"' not in everything
    assert (tmp_path / "events/unit.key").stat().st_mode & 0o777 == 0o600


def test_a_unit_is_told_once_an_hour_a_variant_and_a_set_of_flags(tmp_path):
    now = [1000.0]
    with EventLog(tmp_path, clock=lambda: now[0]) as log:
        flags = object()
        for _ in range(3):
            log.exposed(decision(), "u", None, flags)
        log.exposed(decision("disabled"), "u", None, flags)
        log.exposed(decision(), "v", None, flags)
        log.flush()
        assert len(events_in(tmp_path)) == 3
        log.exposed(decision(), "u", None, object())  # reloaded: it may be part of an experiment now
        log.flush()
        assert len(events_in(tmp_path)) == 4
        now[0] = 3600.0
        log.exposed(decision(), "u", None, log._flags)
    assert len(events_in(tmp_path)) == 5


def test_the_unit_may_be_an_attribute(tmp_path):
    with EventLog(tmp_path) as log:
        by_company = decision(experiment_unit="company.id")
        log.exposed(by_company, "alice", {"company": {"id": "acme"}})
        log.exposed(by_company, "bob", {"company": {"id": "acme"}})
        log.exposed(by_company, "carol", {})
        log.track("order", "acme")
    told = [event.get("feature_flag.context.id") for event in events_in(tmp_path)]
    assert len(told) == 3 and told[0] == told[2] is not None and told[1] is None


def test_nothing_that_goes_wrong_reaches_the_caller(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    with EventLog(tmp_path / "file" / "events") as log:
        log.exposed(decision(), "u")
        log.exposed(decision(), ["no", "user"])
        log.track("order", "u", float("nan"))
        log.track("\x1b", "u")
        log.flush()
        log.track("order", "u")
        log.flush()
    assert sum("flag events cannot be written" in record.getMessage() for record in caplog.records) == 1


def test_who_can_start_no_thread_writes_later_and_who_removes_the_folder_hinders_nobody(
    tmp_path, monkeypatch
):
    folder, start = tmp_path / "events", threading.Thread.start
    log = EventLog(str(folder))

    def fails(thread: threading.Thread) -> None:
        if thread.name == "gmconfig-events":
            raise RuntimeError("can't start new thread")
        start(thread)

    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", fails)
        log.track("late", "u1")
        log.close()
    log.track("gone", "u1")
    log.flush()
    assert {one["gmconfig.metric.name"] for one in events_in(folder)} == {"late", "gone"}
    log.track("open", "u1")
    log.flush()
    shutil.rmtree(folder)
    log.track("new", "u1")
    log.close()
    assert [one["gmconfig.metric.name"] for one in events_in(folder)] == ["new"]


def test_what_comes_too_fast_is_counted_and_told(tmp_path):
    writer = Writer(str(tmp_path), most=10, interval=3600)
    for number in range(25):
        writer.put(lambda hashed, number=number: Metric(float(number), "m", hashed(str(number)), 1.0))
    writer.close()
    lost = [event["gmconfig.lost.count"] for event in events_in(tmp_path) if "lost" in event["event_name"]]
    assert len(events_in(tmp_path)) - len(lost) + sum(lost) == 25 and sum(lost) > 0


def test_threads_lose_and_double_nothing(tmp_path):
    with EventLog(tmp_path) as log:

        def tell(thread: int) -> None:
            for number in range(500):
                log.track("m", f"{thread}-{number}")
                log.exposed(decision(), f"{thread}-{number}")

        threads = [threading.Thread(target=tell, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    events = events_in(tmp_path)
    assert len(events) == 8000
    assert len({(event["event_name"], event["feature_flag.context.id"]) for event in events}) == 8000


_PROGRAM = """
import os, sys, multiprocessing
from gmconfig.flag.event.log import EventLog
log = EventLog(sys.argv[1])
log.track("before", "parent")
def child(number):
    log.track("child", f"c{number}")
if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=child, args=(n,)) for n in range(4)]
    [one.start() for one in workers]
    [one.join() for one in workers]
    pid = os.fork()
    if pid == 0:
        log.track("forked", "f")
        sys.exit(0)
    os.waitpid(pid, 0)
    log.track("after", "parent")
"""


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_program_that_forks_and_ends_leaves_every_event_once(tmp_path):
    subprocess.run([sys.executable, "-c", _PROGRAM, tmp_path / "events"], check=True, timeout=LIMIT)
    told = sorted(str(event["gmconfig.metric.name"]) for event in events_in(tmp_path / "events"))
    assert told == ["after", "before", "child", "child", "child", "child", "forked"]


def test_processes_that_begin_at_once_share_one_key(tmp_path):
    program = "import sys; from gmconfig.flag.event.unit import key_of; print(key_of(sys.argv[1]).hex())"
    many = [
        subprocess.Popen([sys.executable, "-c", program, tmp_path / "events"], stdout=subprocess.PIPE)
        for _ in range(6)
    ]
    keys = {process.communicate(timeout=LIMIT)[0] for process in many}
    assert len(keys) == 1 and len(keys.pop().strip()) == 64
    assert [file.name for file in (tmp_path / "events").iterdir()] == ["unit.key"]


# Loading


def exposure(unit: str, variant: str = "a", when: float = 1e9, rule: str = "rollout") -> Exposure:
    return Exposure(when, "f", variant, "targeting_match", rule, unit, None, "x", RUN["experiment_started"])


def write(folder: Path, name: str, *events, tail: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    with (folder / name).open("a") as file:
        file.write("".join(written(event) + "\n" for event in events) + tail)
    return folder / name


@pytest.fixture
def load(tmp_path):
    folder = tmp_path / "events"
    folder.mkdir()

    def run(**settings):
        return ingest(str(folder), str(tmp_path / "state/events.sqlite"), **{"keep_days": 36_500, **settings})

    run.folder = folder
    run.store = lambda: Store(str(tmp_path / "state/events.sqlite"))
    run.run = Run("x", RUN["experiment_started"], "")
    return run


def test_what_was_loaded_is_not_loaded_again_and_a_torn_line_waits(load):
    text = written(Metric(1e9, "m", "u1", 1.0))
    write(load.folder, "a.jsonl", exposure("u1"), Metric(1e9, "m", "u1", 2.0), tail=text[:20])
    assert (load().events, load().events) == (2, 0)
    write(load.folder, "a.jsonl", tail=text[20:] + "\n")
    write(load.folder, "b.jsonl", exposure("u2", "b"))
    found = load()
    assert (found.events, found.files, found.malformed) == (2, 2, ())
    store = load.store()
    assert store.assigned(load.run) == ({"a": 1, "b": 1}, 0)
    assert store.samples(load.run, "m", "mean", {"a": 1, "b": 1}, 2e9)["a"].mean == 3.0
    store.close()


def test_malformed_lines_are_counted_and_told_once(load):
    write(load.folder, "a.jsonl", exposure("u1"), tail="garbage\n\n{}\n")
    write(load.folder, "a.jsonl", exposure("u2"), Lost(1e9, 7))
    found = load()
    assert [(one.file, one.count, one.first_line) for one in found.malformed] == [("a.jsonl", 2, 2)]
    assert (found.events, found.lost) == (3, 7)
    write(load.folder, "a.jsonl", tail="more garbage\n")
    assert [(one.count, one.first_line) for one in load().malformed] == [(1, 7)]


def test_links_and_other_files_are_left_alone(load, tmp_path):
    secret = tmp_path / "secret.jsonl"
    secret.write_text(written(exposure("u")) + "\n")
    (load.folder / "link.jsonl").symlink_to(secret)
    (load.folder / "notes.txt").write_text("hello\n")
    (load.folder / "folder.jsonl").mkdir()
    (load.folder / "\x1b[31m.jsonl").write_text(written(exposure("u")) + "\n")
    assert load().events == 0
    with pytest.raises(NotFound):
        ingest(str(tmp_path / "nowhere"), str(tmp_path / "x.sqlite"))


def test_a_file_that_became_shorter_is_told(load):
    file = write(load.folder, "a.jsonl", exposure("u1"), exposure("u2"))
    load()
    file.write_bytes(file.read_bytes()[:10])
    assert load().shrunk == ("a.jsonl",)


def test_a_line_of_megabytes_is_one_malformed_line(load):
    write(load.folder, "a.jsonl", tail="x" * 9_000_000 + "\n")
    write(load.folder, "a.jsonl", exposure("u1"))
    found = load()
    assert found.events == 1 and sum(one.count for one in found.malformed) >= 1


def test_a_user_counts_with_the_first_variant_and_not_at_all_with_two(load):
    write(load.folder, "a.jsonl", exposure("u1"), exposure("u1"), exposure("u2"), exposure("u3", "b"))
    write(load.folder, "b.jsonl", exposure("u2", "b", 9e8), exposure("listed", rule="users"))
    load()
    store = load.store()
    assert store.assigned(load.run) == ({"a": 1, "b": 1}, 1)
    store.close()


def test_only_what_a_user_did_after_the_first_exposure_counts(load):
    write(
        load.folder,
        "a.jsonl",
        Metric(1e9 - 10, "m", "u1", 5.0),
        exposure("u1"),
        exposure("u2"),
        Metric(1e9 + 10, "m", "u1", 7.0),
        Metric(1e9 + 99, "m", "u1", 1.0),
        Metric(1e9 + 10, "m", "u2", 0.0),
        Metric(1e9 + 10, "other", "u2", 1.0),
        Metric(1e9 + 10, "m", "stranger", 1.0),
    )
    load()
    store = load.store()
    users, _ = store.assigned(load.run)
    amounts = store.samples(load.run, "m", "mean", users, 1e9 + 50)["a"]
    assert (amounts.units, amounts.mean, amounts.variance) == (2, 3.5, 24.5)
    assert store.samples(load.run, "m", "proportion", users, 2e9)["a"] == (1, 2)
    store.close()


def test_old_events_go_and_so_do_files_that_were_read(load):
    now = time.time()
    file = write(load.folder, "a.jsonl", exposure("old", when=now - 10 * 86_400))
    write(load.folder, "b.jsonl", exposure("new", when=now))
    os.utime(file, (now - 10 * 86_400,) * 2)
    assert load(keep_days=5, keep_since=now - 20 * 86_400).dropped == 0
    found = load(keep_days=5)
    assert found.dropped == 2  # the exposure and the assignment
    assert [one.name for one in load.folder.iterdir()] == ["b.jsonl"]
    store = load.store()
    assert store.assigned(load.run) == ({"a": 1}, 0)
    store.close()


def test_two_at_once_load_every_event_once(load, tmp_path):
    for number in range(20):
        write(load.folder, f"{number}.jsonl", *(exposure(f"{number}-{unit}") for unit in range(50)))
    program = (
        "import sys; from gmconfig.flag.event.ingest import ingest;"
        "print(ingest(sys.argv[1], sys.argv[2], keep_days=36500).events)"
    )
    command = [sys.executable, "-c", program, load.folder, tmp_path / "state/events.sqlite"]
    many = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert sum(int(process.communicate(timeout=LIMIT)[0]) for process in many) == 1000
    store = load.store()
    assert store.assigned(load.run)[0] == {"a": 1000}
    store.close()


def test_a_kill_while_loading_neither_loses_nor_doubles(load, tmp_path):
    for number in range(6):
        write(load.folder, f"{number}.jsonl", *(Metric(1e9, "m", f"{number}-{n}", 1.0) for n in range(2000)))
    program = (
        "import sys; from gmconfig.flag.event.ingest import ingest;"
        "ingest(sys.argv[1], sys.argv[2], keep_days=36500)"
    )
    command = [sys.executable, "-c", program, load.folder, tmp_path / "state/events.sqlite"]
    random.seed(1)
    for _ in range(4):
        process = subprocess.Popen(command)
        time.sleep(random.uniform(0.05, 0.25))
        process.kill()
        process.wait()
    load()
    store = load.store()
    assert (
        store._database.execute("SELECT count(*), count(DISTINCT unit) FROM metric").fetchone()
        == (12_000,) * 2
    )
    store.close()


def test_a_manager_tells_what_it_decides_and_never_without_a_folder(flags, tmp_path, monkeypatch):
    flags.write("flags: {f: {state: enabled}}\n")
    manager = FeatureFlagManager(root=flags.root, events_dir=tmp_path / "events")
    assert manager.is_feature_enabled("f", "u1") and manager.evaluate_feature("f", "u2").value
    manager.is_feature_enabled("missing", "u1")
    manager.track("order", "u1")
    manager.flush_events()
    told = [
        (event.get("feature_flag.key"), event.get("gmconfig.rule"))
        for event in events_in(tmp_path / "events")
    ]
    assert told == [("f", "state"), ("f", "state"), ("missing", "error"), (None, None)]

    quiet = FeatureFlagManager(root=flags.root)
    quiet.track("order", "u1")
    quiet.flush_events()
    (flags.root / "gmconfig.yaml").write_text("flags: {events_dir: told}\n")
    FeatureFlagManager(root=flags.root, record=False).is_feature_enabled("f", "u1")
    assert not (flags.root / "told").exists()
    speaking = FeatureFlagManager(root=flags.root)
    speaking.is_feature_enabled("f", "u1")
    speaking.flush_events()
    assert len(events_in(flags.root / "told")) == 1
    assert key_of(str(flags.root / "told")) != key_of(str(tmp_path / "events"))


def test_a_folder_that_nobody_empties_does_not_grow_without_end(tmp_path, caplog):
    folder = tmp_path / "events"
    with EventLog(folder, most_bytes=20_000) as events:
        for number in range(1_000):
            events.track("order", f"u{number}")
            events.flush()
    assert 10_000 < sum(file.stat().st_size for file in folder.iterdir()) <= 20_000
    assert caplog.text.count("flag ingest removes old ones") == 1

    found = len(events_in(folder))
    with EventLog(folder, most_bytes=200_000) as events:
        events.track("order", "u")
    assert len(events_in(folder)) == found + 1
