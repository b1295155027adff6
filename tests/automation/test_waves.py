"""Waves over agents: the next begins when the one before is well, and a failure puts its wave back."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from gmconfig.deploy import by_agent
from gmconfig.deploy.change import ChangeFailed
from gmconfig.deploy.planning import Asked
from gmconfig.record.entry import State, Step
from tests.automation.hosts import Hosts
from tests.automation.test_agent import unless
from tests.waiting import LIMIT


def waves(folder: Path) -> Hosts:
    """Give web-1 in the first wave, web-2 and web-3 in the second; web-3 is unwell while a file is there."""
    targets = {
        "web-1": {"host": "h1", "wave": 1},
        "web-2": {"host": "h2", "wave": 2},
        "web-3": {"host": "h3", "wave": 2, "health": [unless(folder / "unwell")]},
    }
    hosts = Hosts(folder, targets)
    hosts.look("h1", "h2", "h3")
    return hosts


def pools(hosts: Hosts) -> list[object]:
    return [hosts.pool(f"web-{number}") for number in (1, 2, 3)]


# Where nobody leads


def test_a_wave_waits_for_the_one_before(tmp_path):
    hosts = waves(tmp_path)
    hosts.push(20)
    [said] = hosts.look("h2")
    assert said.targets["web-2"].error == "waits for web-1"
    assert pools(hosts) == [10, 10, 10]
    hosts.look("h1", "h2", "h3")
    assert pools(hosts) == [20, 20, 20]


def test_a_failure_puts_its_wave_back_and_leaves_the_earlier_one(tmp_path):
    hosts = waves(tmp_path)
    (tmp_path / "unwell").touch()
    hosts.push(20)
    assert hosts.states("h1", "h2", "h3") == ["in sync", "in sync", "failed"]
    assert pools(hosts) == [20, 20, 10]
    [said] = hosts.look("h2")
    assert (said.targets["web-2"].state, said.targets["web-2"].error) == ("restored", "web-3 failed")
    assert pools(hosts) == [20, 10, 10]
    (tmp_path / "unwell").unlink()
    assert hosts.states("h1", "h2", "h3") == ["in sync", "restored", "failed"]
    hosts.push(30)
    assert hosts.states("h1", "h2", "h3") == ["in sync"] * 3
    assert pools(hosts) == [30, 30, 30]


def test_a_later_wave_never_gets_what_failed_in_an_earlier_one(tmp_path):
    targets = {
        "web-1": {"host": "h1", "wave": 1, "health": [unless(tmp_path / "unwell")]},
        "web-2": {"host": "h2", "wave": 2},
    }
    hosts = Hosts(tmp_path, targets)
    hosts.look("h1", "h2")
    (tmp_path / "unwell").touch()
    hosts.push(20)
    assert hosts.states("h1", "h2") == ["failed", "behind"]
    assert [hosts.pool("web-1"), hosts.pool("web-2")] == [10, 10]


# Where deploy apply leads


def test_apply_waits_for_the_agents_wave_by_wave(tmp_path):
    hosts = waves(tmp_path)
    commit = hosts.push(20)
    states: list[tuple[str, ...]] = []

    def tell(record) -> None:
        states.append(tuple(str(outcome.step) for outcome in record.targets.values()))

    with hosts.at_work("h1", "h2", "h3"):
        record = hosts.apply(patience=LIMIT, told=tell).record
    assert (record.state, record.pull) == (State.SUCCEEDED, True)
    assert {outcome.step for outcome in record.targets.values()} == {Step.HEALTHY}
    assert ("healthy", "activating", "activating") in states
    assert not any(first != "healthy" and "activating" in others for first, *others in states)
    assert pools(hosts) == [20, 20, 20]
    said = hosts.look("h1", "h2", "h3")
    assert {(one.commit, one.record) for one in said} == {(commit, "production-1")}
    assert {word.record for one in said for word in one.targets.values()} == {"production-1"}


def test_a_failure_under_a_deployment_restores_all_that_it_changed_and_it_stays_so(tmp_path):
    hosts = waves(tmp_path)
    (tmp_path / "unwell").touch()
    hosts.push(20)
    with hosts.at_work("h1", "h2", "h3"):
        record = hosts.apply(patience=LIMIT).record
    assert record.state is State.RESTORED
    assert "ended with 1" in str(record.error)
    assert pools(hosts) == [10, 10, 10]
    (tmp_path / "unwell").unlink()
    assert set(hosts.states("h1", "h2", "h3")) <= {"restored", "failed"}
    assert pools(hosts) == [10, 10, 10]
    with hosts.at_work("h1", "h2", "h3"):
        [again] = hosts.deployer().apply(("production",), Asked(retry=True), hosts.options(patience=LIMIT))
    assert again.record and again.record.state is State.SUCCEEDED
    assert pools(hosts) == [20, 20, 20]


def _asked(record) -> list[str]:
    """Give what a record asks for, target by target."""
    if record.state is State.RESTORING:
        return [f"restore {name}" for name in record.targets]
    return [f"activate {name}" for name, one in record.targets.items() if one.step is Step.ACTIVATING]


def test_silent_agents_are_given_up_and_undo_it_when_they_come_back(tmp_path):
    hosts = waves(tmp_path)
    hosts.push(20)

    asked: list[str] = []

    def answer(record) -> None:
        """Let the agents that are asked for something do it before anybody waits: only web-3 is silent."""
        new = [name for name in _asked(record) if name not in asked and "web-3" not in name]
        asked.extend(new)
        hosts.look(*(f"h{name[-1]}" for name in new))

    record = hosts.apply(patience=0, told=answer).record
    assert record.state is State.RESTORED
    assert "web-3: its agent said nothing for 0 s" in str(record.error)
    assert pools(hosts) == [10, 10, 10]
    hosts.look("h3", "h1", "h2", "h3")
    assert pools(hosts) == [10, 10, 10]
    hosts.push(30)
    hosts.look("h1", "h2", "h3")
    assert pools(hosts) == [30, 30, 30]


def test_some_of_the_targets_are_deployed_alone(tmp_path):
    hosts = waves(tmp_path)
    hosts.push(20)
    seen: list[list[object]] = []

    def tell(record) -> None:
        if record.targets["web-1"].step is Step.ACTIVATING:
            hosts.look("h2", "h3")  # the others leave it alone while it goes on
            seen.append(pools(hosts)[1:])

    with hosts.at_work("h1"):
        record = hosts.apply("web-1", patience=LIMIT, told=tell).record
    assert record.state is State.PARTIAL
    assert seen
    assert {*map(tuple, seen)} == {(10, 10)}
    assert pools(hosts) == [20, 10, 10]
    hosts.look("h1", "h2", "h3")  # nobody leads any more: they follow the branch
    assert pools(hosts) == [20, 20, 20]


def test_what_was_cut_short_is_resumed_or_taken_back_by_the_agents(tmp_path):
    hosts = waves(tmp_path)
    hosts.push(20)
    killed = hosts.run("deploy", "apply", "production", env={"GMCONFIG_CRASH_AT": "activating:1"})
    assert killed.returncode == -9
    with hosts.at_work("h1", "h2", "h3"):
        record = hosts.deployer().resume("production", hosts.options(patience=LIMIT))
    assert record.state is State.SUCCEEDED
    assert pools(hosts) == [20, 20, 20]
    hosts.push(30)
    killed = hosts.run("deploy", "apply", "production", env={"GMCONFIG_CRASH_AT": "activating:1"})
    assert killed.returncode == -9
    ledger = hosts.deployer().ledger("production")
    ledger.change(ledger.lock.ref, ledger.lock.break_)
    with hosts.at_work("h1", "h2", "h3"):
        record = hosts.deployer().abort("production", hosts.options(patience=LIMIT)).record
    assert record.state is State.ABORTED
    hosts.look("h1", "h2", "h3")
    assert set(pools(hosts)) <= {20, 30}
    hosts.push(40)
    hosts.look("h1", "h2", "h3", "h2", "h3")
    assert pools(hosts) == [40, 40, 40]


def test_agents_and_a_coordinator_share_one_deployment(tmp_path):
    targets = {"web-1": {"host": "h1", "wave": 1}, "local": {"agent": False, "wave": 2}}
    hosts = Hosts(tmp_path, targets)
    hosts.look("h1")
    hosts.push(20)
    with hosts.at_work("h1"):
        record = hosts.apply(patience=LIMIT).record
    assert record.state is State.SUCCEEDED
    assert [hosts.pool("web-1"), hosts.pool("local")] == [20, 20]


def test_who_waits_for_agents_asks_seldom_and_tells_once_that_the_remote_is_away(
    tmp_path, monkeypatch, caplog
):
    hosts, now, pauses = Hosts(tmp_path, {"web": {"host": "h1"}}), [0.0], []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(by_agent, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
    ledger = hosts.deployer().ledger("production")
    with ledger.locked():
        hosts.remote.rename(tmp_path / "away.git")
        with pytest.raises(ChangeFailed, match="its agent said nothing for 6 s"):
            by_agent.Hearing(ledger, 6.0).until("web", lambda _: False)
        said = [one.getMessage() for one in caplog.records if "cannot be reached" in one.getMessage()]
    assert (pauses, len(said)) == ([0.2, 0.5, 1.0, 2.0, 2.0, 2.0], 1)
