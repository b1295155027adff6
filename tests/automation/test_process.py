"""Agents as processes: ten follow a push, a signal stops one cleanly, a kill loses nothing."""

import json
import signal

import pytest

from tests.automation.hosts import Hosts
from tests.automation.test_agent import unless
from tests.cli.test_json import agrees
from tests.waiting import LIMIT, until

TEN = [f"h{number}" for number in range(10)]


def test_ten_agents_follow_a_push_and_stop_on_a_signal(tmp_path):
    hosts = Hosts(tmp_path, {f"web-{host}": {"host": host} for host in TEN})
    processes = [hosts.started(host, "--interval", "3s", "-o", "json") for host in TEN]
    try:
        until(lambda: all(hosts.pool(f"web-{host}") == 10 for host in TEN))
        commit = hosts.push(20)
        until(lambda: all(hosts.pool(f"web-{host}") == 20 for host in TEN))
    finally:
        for number, process in enumerate(processes):
            process.send_signal(signal.SIGTERM if number % 2 else signal.SIGINT)
        told = [process.communicate(timeout=LIMIT)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * 10, told
    last = [json.loads(text.splitlines()[-1]) for text in told]
    assert [one["host"] for one in last] == TEN
    assert {one["commit"] for one in last} == {commit}
    [stands] = hosts.deployer().status("production")
    assert set(stands.targets.values()) == {"in sync"}
    assert len(stands.agents) == 10


def test_a_second_agent_in_one_clone_is_refused(tmp_path):
    hosts = Hosts(tmp_path, {"web": {"host": "h1"}})
    process = hosts.started("h1", "--interval", "30s")
    try:
        until(lambda: hosts.pool("web") == 10)
        second = hosts.started("h1", "--once")
        told = second.communicate(timeout=LIMIT)[0]
        assert second.returncode == 4
        assert "another agent looks after production" in told
    finally:
        process.terminate()
        process.communicate(timeout=LIMIT)
    assert process.returncode == 0


@pytest.mark.parametrize("step", ["before:web", "activated:web"])
def test_an_agent_that_is_killed_half_way_leaves_old_or_new_and_the_next_one_goes_on(
    tmp_path, step, monkeypatch
):
    unwell = tmp_path / "unwell"
    hosts = Hosts(tmp_path, {"web": {"host": "h1", "health": [unless(unwell)]}})
    hosts.look("h1")
    hosts.push(20)
    unwell.touch()
    monkeypatch.setenv("GMCONFIG_CRASH_AT", step)
    process = hosts.started("h1", "--once")
    process.communicate(timeout=LIMIT)
    assert process.returncode == -9
    assert hosts.pool("web") == (10 if step.startswith("before") else 20)
    monkeypatch.delenv("GMCONFIG_CRASH_AT")
    said = hosts.agent("h1", anew=True).look()
    assert (said.targets["web"].state, hosts.pool("web")) == ("failed", 10)


def test_one_look_says_how_it_is_as_text_and_as_json(tmp_path):
    hosts = Hosts(tmp_path, {"web": {"host": "h1", "health": [unless(tmp_path / "unwell")]}})
    process = hosts.started("h1", "--once", "-o", "json")
    told = process.communicate(timeout=LIMIT)[0]
    assert process.returncode == 0, told
    agrees("deploy-agent", told)
    (tmp_path / "unwell").touch()
    hosts.push(20)
    process = hosts.started("h1", "--once")
    told = process.communicate(timeout=LIMIT)[0]
    assert process.returncode == 5
    assert 'web  failed  "test ! -e' in told
    stands = hosts.run("deploy", "status", "production", "-o", "json").stdout
    agrees("deploy-status", stands)
    [agent] = json.loads(stands)[0]["agents"]
    assert (agent["host"], agent["targets"]["web"]["answer"]) == ("h1", "failed")
    shown = hosts.run("deploy", "status", "production").stdout
    assert "agent on h1  follows " in shown
    assert "! web failed: " in shown
