"""`kill -9` at every step: each target is the old or the new release, and resume and abort end it."""

import signal
from pathlib import Path

import pytest

from gmconfig.errors import Refused
from gmconfig.record import note
from gmconfig.record.entry import State
from tests.deploy.fleet import Fleet

TARGETS = {"one": {"wave": 1}, "two": {"wave": 1}, "three": {"wave": 2}}
STEPS = [
    "recorded",
    "staging",
    "staged",
    "activating:1",
    "before:one",
    "activated:one",
    "activated:two",
    "verifying:1",
    "activating:2",
    "before:three",
    "activated:three",
    "verifying:2",
]
FURTHER = pytest.mark.long


def _every_other(first: int) -> list[object]:
    """Give all steps; by default the half that begins there, so that each is tried with one way out of it."""
    return [
        step if number % 2 == first else pytest.param(step, marks=FURTHER)
        for number, step in enumerate(STEPS)
    ]


RESTORING = ["restoring", "restored:two", "restored:one"]


def _killed(fleet: Fleet, step: str, *words: str) -> None:
    done = fleet.run("deploy", *(words or ("apply", "production")), env={"GMCONFIG_CRASH_AT": step})
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """Three targets that have a release, and a commit that wants another."""
    fleet = Fleet(tmp_path, TARGETS)
    fleet.apply()
    fleet.change(20)
    return fleet


def _pools(fleet: Fleet) -> list[object]:
    return [fleet.pool(name) for name in TARGETS]


@pytest.mark.parametrize("step", _every_other(0))
def test_after_a_kill_every_target_is_old_or_new_and_resume_ends_it(fleet: Fleet, step: str):
    _killed(fleet, step)
    assert set(_pools(fleet)) <= {10, 20}
    done = fleet.run("deploy", "resume", "production")
    assert done.returncode == 0, done.stderr
    assert _pools(fleet) == [20, 20, 20]
    assert fleet.run("deploy", "apply", "production").stdout == "production is in sync: nothing to do\n"


@pytest.mark.parametrize("step", _every_other(1))
def test_after_a_kill_abort_puts_everything_back(fleet: Fleet, step: str):
    _killed(fleet, step)
    done = fleet.run("deploy", "abort", "production")
    assert done.returncode == 0, done.stderr
    assert _pools(fleet) == [10, 10, 10]
    record = next(fleet.deployer().history("production"))
    assert record.state is State.ABORTED


@pytest.mark.parametrize("step", ["recorded", "staged", "activated:two", "verifying:2"])
def test_after_a_kill_the_next_apply_just_works(fleet: Fleet, step: str):
    _killed(fleet, step)
    done = fleet.run("deploy", "apply", "production")
    assert done.returncode == 0, done.stderr
    assert _pools(fleet) == [20, 20, 20]
    states = [(one.id, str(one.state)) for one in fleet.deployer().history("production")]
    if step == "verifying:2":
        assert done.stdout == "production is in sync: nothing to do\n"
        assert "gmconfig deploy resume production-2" in done.stderr
    else:
        assert ("production-2", "superseded") in states


@pytest.mark.parametrize("step", RESTORING)
def test_a_kill_while_it_is_put_back_is_ended_by_abort(fleet: Fleet, step: str):
    fleet.declare(
        {**TARGETS, "two": {"wave": 1, "health": [{"command": ["false"], "retries": 0, "timeout": "120s"}]}}
    )
    fleet.change(30)
    _killed(fleet, step)
    assert set(_pools(fleet)) <= {10, 30}
    refused = fleet.run("deploy", "resume", "production")
    assert refused.returncode == 4
    assert "was being put back" in refused.stderr
    done = fleet.run("deploy", "abort", "production")
    assert done.returncode == 0, done.stderr
    assert _pools(fleet) == [10, 10, 10]


def test_a_lock_of_a_process_that_is_gone_keeps_nobody_out(fleet: Fleet, cli, monkeypatch):
    _killed(fleet, "activated:one")
    monkeypatch.chdir(fleet.root)
    before = fleet.git("for-each-ref")
    for verb, what in (("resume", "it would go on"), ("abort", "it would be put back")):
        shown = cli("deploy", verb, "production", "--dry-run")
        assert (shown.code, what in shown.out and "production-2  activating" in shown.out) == (0, True)
    assert fleet.git("for-each-ref") == before
    assert fleet.run("deploy", "apply", "production").returncode == 0


def test_to_resume_asks_freezes_and_holds_keeps_what_is_ignored_and_ends_as_limited_as_it_began(fleet: Fleet):
    ignored = {"ignore": [{"path": "debug", "owner": "ops", "reason": "switched there"}]}
    fleet.declare({**TARGETS, "one": {"wave": 1, **ignored}})
    fleet.commit()
    file = fleet.live / "one/settings.yaml"
    file.write_text(file.read_text().replace("debug: false", "debug: true"))
    _killed(fleet, "staged", "apply", "one")
    deployer = fleet.deployer()
    deployer.freeze("production", "holidays")
    with pytest.raises(Refused, match="production is frozen"):
        deployer.resume("production")
    deployer.unfreeze("production")
    deployer.hold("one", "", "production-1")
    with pytest.raises(Refused, match="one: one held at production-1"):
        deployer.resume("production")
    deployer.unhold("one")
    record = deployer.resume("production")
    assert (record.state, _pools(fleet)) == (State.PARTIAL, [20, 10, 10])
    assert "debug: true" in file.read_text()


def test_a_rollback_that_was_cut_short_and_put_back_holds_nothing(fleet: Fleet):
    fleet.apply()
    fleet.deployer().hold("three", "wait for Ann")
    _killed(fleet, "activated:one", "rollback", "production")
    deployer = fleet.deployer()
    assert [hold.record for hold in deployer.ledger("production").holds.all()] == ["production-1"]
    deployer.abort("production")
    assert [hold.reason for hold in deployer.ledger("production").holds.all()] == ["wait for Ann"]
    assert _pools(fleet) == [20, 20, 20]


def test_a_correction_that_was_cut_short_is_begun_anew(fleet: Fleet):
    fleet.apply()
    file = fleet.live / "one/settings.yaml"
    file.write_text(file.read_text().replace("debug: false", "debug: true").replace("pool: 20", "pool: 21"))
    done = fleet.run("drift", "correct", "one", "--only", "debug", env={"GMCONFIG_CRASH_AT": "staged"})
    assert done.returncode == -signal.SIGKILL
    deployer = fleet.deployer()
    with pytest.raises(Refused, match="production-3 was a correction"):
        deployer.resume("production")
    deployer.abort("production")
    assert fleet.pool("one") == 21


def test_what_ended_cannot_be_resumed_or_aborted(fleet: Fleet):
    fleet.apply()
    for verb in ("resume", "abort"):
        done = fleet.run("deploy", verb, "production")
        assert done.returncode == 4
        assert "production-2 came to its end: succeeded" in done.stderr


def test_abort_frees_a_lock_that_nobody_gives_back_and_nothing_else(fleet: Fleet):
    fleet.apply()
    before = _pools(fleet)
    ledger = fleet.deployer().ledger("production")
    ledger.lock.acquire()
    seen = note.read(ledger.repository, ledger.lock.ref)
    elsewhere = {
        "until": "9998-01-01T00:00:00+00:00",
        "machine": "gone",
        "user": "Ann\n! lies",
        "host": "far",
    }
    note.write(ledger.repository, ledger.lock.ref, {**seen.content, **elsewhere}, "elsewhere", after=seen)
    fleet.change(70)
    refused = fleet.run("deploy", "apply", "production")
    assert refused.returncode == 4
    assert "gmconfig deploy abort production" in refused.stderr
    done = fleet.run("deploy", "abort", "production")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1), done.stderr
    assert "production is free again; its lock was held by Ann ! lies" in done.stdout
    assert _pools(fleet) == before
    assert fleet.run("deploy", "apply", "production").returncode == 0
