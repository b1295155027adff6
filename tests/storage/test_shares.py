"""Work in shares gives what one process gives, in the same order, whatever happens to the copies."""

import contextlib
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from gmconfig.storage import shares
from gmconfig.storage.shares import worked
from tests.waiting import until

NAMES = [f"name-{number}" for number in range(23)]
HERE = os.getpid()


def where(name: str) -> tuple[str, int]:
    return name, os.getpid()


@pytest.fixture(autouse=True)
def _several_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    monkeypatch.setattr(shares, "_is_alone", lambda: True)  # pytest's workers have threads of their own


def _children() -> set[int]:
    """Give the processes that this one started: servers of other tests may run beside."""
    found = set[int]()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            found.update(int(pid) for pid in (task / "children").read_text().split())
    return found


@pytest.fixture(autouse=True)
def _no_child_is_left():
    before = _children()
    yield
    until(lambda: _children() <= before)  # a thread of another test may just run a program


@pytest.mark.parametrize("count", [0, 1, 2, 3, 23])
@pytest.mark.parametrize("number", [0, 1, 2, 9])
def test_every_name_is_worked_on_once_and_in_order(count: int, number: int):
    found = worked(NAMES[:count], str.upper, shares=number)
    assert list(found.items()) == [(name, name.upper()) for name in NAMES[:count]]


def test_copies_do_a_part_of_the_work():
    def slowly(name: str) -> tuple[str, int]:
        time.sleep(0.02)
        return where(name)

    until(lambda: len({pid for _, pid in worked(NAMES, slowly, shares=3).values()}) == 3)


def test_who_is_slow_leaves_more_to_the_others(tmp_path: Path):
    others_are_done, mine = tmp_path / "done", []

    def uneven(name: str) -> tuple[str, int]:
        if os.getpid() != HERE:
            with contextlib.suppress(AssertionError):  # one that failed would leave its work here
                until(others_are_done.exists)
        else:
            mine.append(name)
            if len(mine) == len(NAMES) - 1:
                others_are_done.touch()
        return where(name)

    worked(NAMES, uneven, shares=2)
    assert len(mine) >= len(NAMES) - 1


def test_more_than_a_pipe_holds_comes_through():
    assert worked(NAMES, lambda name: name * 100_000, shares=3)["name-22"] == "name-22" * 100_000


def in_a_copy(act):
    def work(name: str) -> tuple[str, int]:
        if os.getpid() != HERE:
            act()
        return where(name)

    return work


@pytest.mark.parametrize(
    "act",
    [lambda: os._exit(0), lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: 1 / 0],
    ids=["silent", "killed", "failing"],
)
def test_what_a_copy_leaves_undone_is_done_here(act):
    assert list(worked(NAMES, in_a_copy(act), shares=3)) == NAMES


def test_what_cannot_be_sent_is_made_here():
    found = worked(NAMES, lambda name: {name: threading.Lock}, shares=3)
    assert found["name-5"] == {"name-5": threading.Lock}


def test_a_failure_is_the_same_and_leaves_no_process():
    def work(name: str) -> str:
        if name == "name-7":
            raise ValueError(name)
        return name

    with pytest.raises(ValueError, match="name-7"):
        worked(NAMES, work, shares=3)


@pytest.mark.parametrize("call", ["fork", "pipe"])
def test_no_process_and_no_pipe_to_be_had(monkeypatch, call: str):
    def refused() -> int:
        raise OSError("no more of them")

    monkeypatch.setattr(os, call, refused)
    assert {pid for _, pid in worked(NAMES, where, shares=3).values()} == {HERE}


def test_beside_other_threads_nothing_is_forked(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        assert {pid for _, pid in worked(NAMES, where, shares=3).values()} == {HERE}
    finally:
        over.set()
        thread.join()
