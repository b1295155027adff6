"""The lock: one holder, an expiry, and a number that only grows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gmconfig.errors import Locked, Refused
from gmconfig.project import Project
from gmconfig.record import note
from gmconfig.record.holder import Holder, run_address
from gmconfig.record.lock import DeployLock


def _expire(lock: DeployLock) -> None:
    before = note.read(lock.repository, lock.ref)
    holder = lock.holder()
    assert holder
    old = replace(holder, until=datetime.now(UTC) - timedelta(seconds=1))
    note.write(lock.repository, lock.ref, old.as_json(), "older", after=before)


def test_one_holder_at_a_time_and_a_number_that_grows(alone: Project):
    first, second = DeployLock(alone, "production", "Ann"), DeployLock(alone, "production", "Bo")
    assert first.acquire() == 1
    with pytest.raises(Locked, match="production is being deployed by Ann"):
        second.acquire()
    first.release()
    assert second.acquire() == 2


def test_a_dead_holder_is_followed_and_never_comes_back(alone: Project):
    dead, next_one = DeployLock(alone, "production"), DeployLock(alone, "production")
    dead.acquire()
    _expire(dead)
    assert next_one.acquire() == 2
    with pytest.raises(Refused, match="the lock of production went to"):
        dead.renew()
    dead.release()
    holder = next_one.holder()
    assert holder
    assert not holder.released


def test_a_lock_lasts_as_long_as_it_is_renewed(alone: Project):
    lock = DeployLock(alone, "production")
    lock.acquire()
    before = note.read(lock.repository, lock.ref)
    holder = lock.holder()
    assert holder
    soon = replace(holder, until=datetime.now(UTC) + timedelta(seconds=30))
    note.write(lock.repository, lock.ref, soon.as_json(), "older", after=before)
    lock.renew()
    renewed = lock.holder()
    assert renewed
    assert renewed.until > datetime.now(UTC) + timedelta(minutes=5)
    lock.renew()  # nothing is written as long as its end is far away
    assert lock.holder() == renewed


def test_a_process_that_is_gone_keeps_nobody_out(alone: Project):
    lock = DeployLock(alone, "production")
    lock.acquire()
    before = note.read(lock.repository, lock.ref)
    holder = lock.holder()
    assert holder
    later = replace(holder, mark="1")  # its number went to another process since
    note.write(lock.repository, lock.ref, later.as_json(), "older", after=before)
    assert DeployLock(alone, "production").acquire() == 2


def test_breaking_a_lock_says_whose_it_was(alone: Project):
    lock = DeployLock(alone, "production", "Ann")
    assert lock.break_() is None
    lock.acquire()
    broken = DeployLock(alone, "production").break_()
    assert broken
    assert broken.user == "Ann"
    assert DeployLock(alone, "production").acquire() == 2


def test_a_lock_that_makes_no_sense_keeps_nobody_out(alone: Project):
    lock = DeployLock(alone, "production")
    note.write(lock.repository, lock.ref, {"host": []}, "odd", after=note.Note({}, None))
    assert lock.holder() is None
    assert lock.acquire() == 1


def test_a_run_of_the_forge_is_named():
    environ = {"GITHUB_RUN_ID": "7", "GITHUB_REPOSITORY": "acme/config"}
    assert run_address(environ) == "https://github.com/acme/config/actions/runs/7"
    assert run_address({"CI_JOB_URL": "https://gitlab/x"}) == "https://gitlab/x"
    assert run_address({}) == ""
    holder = Holder("", "web-1", 5, "https://ci/7", "t", 1, datetime(2026, 1, 2, tzinfo=UTC))
    assert str(holder) == "somebody (process 5 on web-1, https://ci/7), until 2026-01-02 00:00:00 UTC"
