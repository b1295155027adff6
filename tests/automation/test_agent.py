"""An agent follows the branch: what is good is live, what is not is left, drift goes back, and it says so."""

import errno
import os
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gmconfig.api.automation.agents import agents
from gmconfig.api.workspace import Workspace
from gmconfig.automation.budget import within_the_hour
from gmconfig.automation.loop import run
from gmconfig.automation.turn import is_recent
from gmconfig.errors import Locked, NotFound
from gmconfig.record import status
from gmconfig.record.freeze import Freeze
from gmconfig.record.hold import Hold
from gmconfig.storage.journal import Journal
from tests.automation.hosts import Hosts
from tests.waiting import LIMIT, Looks

ONE = {"web": {"host": "h1"}}


def unless(file: Path) -> dict[str, object]:
    """Give a health check that fails as long as a file is there."""
    return {"command": ["test", "!", "-e", str(file)], "retries": 0, "timeout": "120s"}


def no_room() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def edit(hosts: Hosts, pool: int, target: str = "web") -> None:
    file = hosts.live / target / "settings.yaml"
    file.write_text(file.read_text().replace("pool: 10", f"pool: {pool}"))


def test_what_is_pushed_is_live_and_the_clone_stays_as_it_is(tmp_path):
    hosts = Hosts(tmp_path, ONE)
    assert hosts.states("h1") == ["in sync"]
    before = hosts.pool("web")
    commit = hosts.push(20)
    [said] = hosts.look("h1")
    assert (before, hosts.pool("web")) == (10, 20)
    assert (said.commit, said.targets["web"].commit, said.problem) == (commit, commit, None)
    clone = hosts.clone("h1")
    assert "pool: 10" in (clone / "config/settings.yaml").read_text()
    assert not subprocess.check_output(["git", "status", "--porcelain"], cwd=clone)


def test_its_word_arrives_where_the_developer_is(tmp_path):
    hosts = Hosts(tmp_path, ONE)
    hosts.look("h1")
    [stands] = hosts.deployer().status("production")
    assert stands.targets == {"web": "in sync"}
    assert [(one.host, one.targets["web"].state) for one in stands.agents] == [("h1", "in sync")]
    hosts.push(20)
    [plan] = hosts.deployer().plan()
    [planned] = plan.targets
    assert [(one.path, one.live, one.wanted) for one in planned.standing.changes] == [
        ("database.pool", 10, 20)
    ]


def test_only_the_host_of_a_target_looks_after_it(tmp_path):
    hosts = Hosts(tmp_path, {"web": {"host": "h1"}, "worker": {"host": "h2"}, "plain": {"agent": False}})
    [said] = hosts.look("h1")
    assert list(said.targets) == ["web"]
    assert [hosts.pool(name) for name in ("web", "worker", "plain")] == [10, None, None]


def test_nothing_is_said_twice_and_done_twice(tmp_path):
    hosts = Hosts(tmp_path, ONE)
    hosts.look("h1")
    ref = "refs/gmconfig/status/production/h1"
    before = hosts.git("ls-remote", "origin", ref), (hosts.live / "web").readlink()
    tidying = {"gc.enabled": "false", "loose-objects.enabled": "true", "loose-objects.auto": "1"}
    for key, value in {**tidying, "auto": "true", "autoDetach": "false"}.items():
        subprocess.run(["git", "config", f"maintenance.{key}", value], cwd=hosts.clone("h1"), check=True)
    hosts.look("h1")
    packs = (hosts.clone("h1") / ".git/objects/pack").glob("loose-*.pack")
    assert list(packs)  # git tidied up: nobody else does where an agent writes for years
    assert (hosts.git("ls-remote", "origin", ref), (hosts.live / "web").readlink()) == before


@pytest.mark.parametrize(
    "broken", ["a: [", "database: {host: '${NOBODY_KNOWS}'}"], ids=["syntax", "unresolved"]
)
def test_a_broken_commit_is_not_followed_and_the_next_good_one_is(tmp_path, broken):
    hosts = Hosts(tmp_path, ONE)
    [first] = hosts.look("h1")
    (hosts.root / "config/settings.yaml").write_text(broken)
    hosts.commit("broken")
    hosts.git("push", "-q")
    edit_before = hosts.pool("web")
    [said] = hosts.look("h1")
    assert (said.commit, edit_before, hosts.pool("web")) == (first.commit, 10, 10)
    assert said.problem
    edit(hosts, 99)
    hosts.look("h1")
    assert hosts.pool("web") == 10  # drift goes back to the last good commit meanwhile
    good = hosts.push(30)
    [said] = hosts.look("h1")
    assert (said.commit, said.problem, hosts.pool("web")) == (good, None, 30)


def test_a_broken_gmconfig_yaml_is_not_followed_either_and_a_new_process_remembers(tmp_path):
    hosts = Hosts(tmp_path, ONE)
    [first] = hosts.look("h1")
    (hosts.root / "gmconfig.yaml").write_text("targets: 7\n")
    hosts.commit("broken")
    hosts.git("push", "-q")
    said = hosts.agent("h1", anew=True).look()
    assert (said.commit, hosts.pool("web")) == (first.commit, 10)
    assert "expected a map" in str(said.problem)


def test_what_is_not_well_is_put_back_and_not_tried_again_until_a_new_commit(tmp_path):
    unwell = tmp_path / "unwell"
    hosts = Hosts(tmp_path, {"web": {"host": "h1", "health": [unless(unwell)]}})
    hosts.look("h1")
    unwell.touch()
    hosts.push(20)
    [said] = hosts.look("h1")
    word = said.targets["web"]
    assert (word.state, hosts.pool("web")) == ("failed", 10)
    assert "ended with 1" in str(word.error)
    unwell.unlink()
    assert hosts.states("h1") == ["failed"]
    said = hosts.agent("h1", anew=True).look()
    assert (said.targets["web"].state, said.targets["web"].error, hosts.pool("web")) == (
        "failed",
        word.error,
        10,
    )
    hosts.push(30)
    assert hosts.states("h1") == ["in sync"]
    assert hosts.pool("web") == 30


def test_drift_goes_back_within_the_budget_and_is_in_the_journal(tmp_path, monkeypatch):
    hosts = Hosts(tmp_path, {"web": {"host": "h1", "budget": {"corrections": 2}}})
    hosts.look("h1")
    edit(hosts, 91)
    with monkeypatch.context() as full:
        full.setattr(os, "mkdir", lambda *_, **__: no_room())
        first, *others = [said.targets["web"] for said in hosts.look("h1", "h1", "h1")]
    assert (first.corrections, others) == ((), [first, first])  # nothing was put back, and there is no news
    assert "no space left" in str(first.error)
    for pool in (91, 92):
        edit(hosts, pool)
        assert hosts.states("h1") == ["in sync"]
        assert hosts.pool("web") == 10
    edit(hosts, 93)
    said = hosts.agent("h1", anew=True).look()
    assert (said.targets["web"].state, hosts.pool("web")) == ("drifted", 93)
    assert "2 times within an hour" in str(said.targets["web"].error)
    kinds = [event["kind"] for event in Journal(hosts.agent("h1").post.project.repository).read()]
    assert kinds.count("drift-detected") == 3
    assert kinds.count("drift-resolved") == 2
    hosts.push(40)
    assert hosts.states("h1") == ["in sync"]
    assert hosts.pool("web") == 40


def test_an_agent_that_is_asked_to_stop_waits_for_no_remote(tmp_path):
    hosts = Hosts(tmp_path, ONE)
    hosts.look("h1")
    agent = hosts.agent("h1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"git://127.0.0.1:{silent.getsockname()[1]}/remote.git"
        subprocess.run(["git", "remote", "set-url", "origin", url], cwd=hosts.clone("h1"), check=True)
        silent.settimeout(LIMIT)
        calls: list[socket.socket] = []
        agent.stops = lambda: bool(calls) or not calls.append(silent.accept()[0])  # once git has called
        before = agent.voice.last
        assert agent.look() == before  # long before the remote would be given up
        calls[0].settimeout(LIMIT)
        while calls[0].recv(4096):  # until nobody is at the other end
            pass
        calls[0].close()
    assert agent.trouble == "origin/main cannot be fetched: called off"


def test_an_agent_that_was_asked_to_stop_begins_nothing_more(tmp_path):
    hosts = Hosts(tmp_path, {"web": {"host": "h1"}, "worker": {"host": "h1"}})
    asked = tmp_path / "asked"
    hosts.declare(
        {
            "web": {"agent": True, "host": "h1", "after": [["touch", str(asked)]]},
            "worker": {"agent": True, "host": "h1"},
        }
    )
    hosts.push(20)
    agent = hosts.agent("h1")
    agent.stops = asked.exists
    words = agent.look().targets
    assert (hosts.pool("web"), hosts.pool("worker")) == (20, None)
    assert (words["web"].state, words["worker"].state) == ("in sync", "behind")
    asked.unlink()
    assert hosts.states("h1") == ["in sync", "in sync"]


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_jumps_for_a_day_blocks_nothing_when_it_is_right_again(days):
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    before, wrong = (now - timedelta(minutes=59)).isoformat(), (now + timedelta(days=days)).isoformat()
    assert within_the_hour([before, wrong, (now - timedelta(hours=1)).isoformat(), "junk"], now) == (before,)
    assert (is_recent(before, now), is_recent(wrong, now), is_recent("junk", now)) == (True, False, False)


def test_drift_that_somebody_acknowledged_is_left_alone(tmp_path, monkeypatch):
    from gmconfig.api.deploy.deploying import Deployer
    from gmconfig.api.drift.drifting import Drifter

    hosts = Hosts(tmp_path, ONE)
    hosts.look("h1")
    edit(hosts, 77)
    monkeypatch.setenv("GMCONFIG_HOST", "h1")
    beside = Drifter(Deployer(Workspace(root=hosts.clone("beside"))))  # another clone on the same machine
    beside.acknowledge("web", None, "database.pool", "a sale")
    assert beside.is_shared
    beside.share()
    assert hosts.states("h1") == ["drifted"]
    assert hosts.pool("web") == 77
    file = hosts.live / "web" / "settings.yaml"
    file.write_text(file.read_text().replace("debug: false", "debug: true"))
    hosts.look("h1")
    assert "debug: false" in file.read_text()
    assert hosts.pool("web") == 77


def test_drift_that_was_adopted_is_never_put_back(tmp_path):
    log = tmp_path / "log"
    seen = f"grep pool: {tmp_path}/live/web/settings.yaml >> {log}"
    hosts = Hosts(tmp_path, {"web": {"host": "h1", "reload": ["sh", "-c", seen]}})
    hosts.look("h1")
    edit(hosts, 77)
    hosts.push(77)  # what `drift adopt` commits
    assert hosts.states("h1", "h1") == ["in sync", "in sync"]
    assert log.read_text().split() == ["pool:", "10", "pool:", "77"]


def test_a_hold_and_a_freeze_are_honoured(tmp_path):
    hosts = Hosts(tmp_path, ONE)
    hosts.look("h1")
    deployer, ledger = hosts.deployer(), hosts.deployer().ledger("production")
    held = Hold(hosts.git("rev-parse", "HEAD"))
    ledger.change(ledger.holds.ref, lambda: ledger.holds.add(held))
    hosts.push(20)
    hosts.look("h1")
    assert hosts.pool("web") == 10
    deployer.freeze("production", "holidays")
    deployer.unhold("production")
    [said] = hosts.look("h1")
    assert (said.targets["web"].state, hosts.pool("web")) == ("behind", 10)
    assert "holidays" in str(said.targets["web"].error)
    deployer.unfreeze("production")
    hosts.look("h1")
    assert hosts.pool("web") == 20


def test_what_lies_there_already_is_not_replaced_unasked(tmp_path):
    hosts = Hosts(tmp_path, ONE)
    (hosts.live / "web").mkdir()
    (hosts.live / "web" / "settings.yaml").write_text("database: {pool: 5}\n")
    [said] = hosts.look("h1")
    assert hosts.pool("web") == 5
    assert said.targets["web"].state == "behind"
    assert "gmconfig did not put it there" in str(said.targets["web"].error)
    assert hosts.agent("h1", anew=True, take_over=True).look().targets["web"].state == "in sync"
    assert hosts.pool("web") == 10


def test_more_than_the_budget_would_delete_stays(tmp_path):
    hosts = Hosts(tmp_path, {"web": {"host": "h1", "budget": {"delete_percent": 20}}})
    hosts.look("h1")
    hosts.write("config/settings.yaml", {"other": 1})
    hosts.commit()
    hosts.git("push", "-q")
    [said] = hosts.look("h1")
    assert hosts.pool("web") == 10
    assert "the budget is 20 %" in str(said.targets["web"].error)


def test_without_its_remote_it_still_detects_and_comes_back(tmp_path):
    hosts = Hosts(tmp_path, ONE)
    hosts.look("h1")
    hosts.remote.rename(tmp_path / "away.git")
    edit(hosts, 99)
    [said] = hosts.look("h1")
    assert hosts.pool("web") == 10
    assert "cannot be fetched" in str(said.problem)
    hosts.look("h1")  # says how many corrections there were
    stands = (tmp_path / "h1/.git/refs/gmconfig/status/production/h1").read_text()
    hosts.look("h1", "h1", "h1")
    assert (
        tmp_path / "h1/.git/refs/gmconfig/status/production/h1"
    ).read_text() == stands  # no news, no commit
    (tmp_path / "away.git").rename(hosts.remote)
    hosts.agent("h1").pace.succeeded()  # as if the pause were over
    hosts.push(20)
    [said] = hosts.look("h1")
    assert (said.problem, hosts.pool("web")) == (None, 20)
    assert hosts.git("ls-remote", "origin", "refs/gmconfig/status/production/h1").split()[0] != stands.strip()


def test_a_clone_that_goes_away_for_a_while_ends_no_agent(tmp_path, caplog):
    hosts, told, git = Hosts(tmp_path, ONE), [], tmp_path / "h1/.git"
    agent = hosts.agent("h1")

    class Away(Looks):
        def wait(self, timeout: float | None = None) -> bool:
            if self.left in (7, 3):
                git.rename(tmp_path / "away")
            if self.left in (4, 2):
                (tmp_path / "away").rename(git)
            return super().wait(timeout)

    run([agent], 30, told.append, Away(7))
    said = [one.getMessage() for one in caplog.records if one.name == "gmconfig.automation"]
    assert [one.startswith("no look at production was possible: ") for one in said] == [True, True], said
    assert [str(one.targets["web"].state) for one in told] == ["in sync"] * 3


def test_records_that_were_lost_stop_every_change(tmp_path):
    hosts = Hosts(tmp_path, ONE)
    hosts.look("h1")
    hosts.push(20)
    with hosts.at_work("h1"):
        assert hosts.apply(patience=LIMIT).record
    hosts.look("h1")  # it knows them all
    ref = "refs/gmconfig/deployments/production"
    hosts.git("push", "-q", "--force", "origin", f"{ref}~3:{ref}")
    hosts.push(30)
    [said] = hosts.look("h1")
    assert hosts.pool("web") == 20
    assert "lost records" in str(said.problem)


def test_one_agent_a_clone_and_environment(tmp_path):
    hosts = Hosts(tmp_path, ONE)
    with hosts.agent("h1"), pytest.raises(Locked, match="another agent looks after production"):
        hosts.agent("h1", anew=True).__enter__()
    with hosts.agent("h1", anew=True):
        pass


def test_an_environment_that_came_after_the_clone_is_looked_after(tmp_path, monkeypatch):
    hosts = Hosts(tmp_path, ONE)
    clone = hosts.clone("h1")
    place = {"environment": "edge", "agent": True, "host": "h1", "path": str(hosts.live / "eastern")}
    hosts.declare({**ONE, "eastern": place}, environments={"production": {}, "edge": {}})
    hosts.push(30)
    monkeypatch.setenv("GMCONFIG_HOST", "h1")
    for environment in ("edge", None):
        [said] = [
            one.look() for one in agents(Workspace(root=clone), environment) if one.post.environment == "edge"
        ]
        assert (said.problem, said.targets["eastern"].state) == (None, "in sync")


def test_a_host_without_targets_says_so(tmp_path, monkeypatch):
    hosts = Hosts(tmp_path, ONE)
    monkeypatch.setenv("GMCONFIG_HOST", "h9")
    with pytest.raises(NotFound, match="no target of h9 has an agent"):
        agents(Workspace(root=hosts.root))
    assert hosts.look("h9")[0].targets == {}


def test_an_agent_that_is_silent_is_told_before_anything_is_asked_of_it(tmp_path):
    hosts = Hosts(tmp_path, ONE)
    [plan] = hosts.deployer().plan()
    assert "no agent has said anything" in str(plan.troubled[0].standing.error)
    hosts.look("h1")
    said = status.read(hosts.agent("h1").post.project, "production", "h1")
    assert said is not None
    from dataclasses import replace

    old = replace(said, interval=30.0, time="2026-01-01T00:00:00Z")
    assert old.is_silent(datetime.now(UTC))
    assert not replace(old, interval=0.0).is_silent(datetime.now(UTC))


def test_a_freeze_by_a_declared_window_counts_too(tmp_path):
    hosts = Hosts(
        tmp_path, ONE, freezes=[{"environments": "production", "from": "2020-01-01", "reason": "audit"}]
    )
    [said] = hosts.look("h1")
    assert hosts.pool("web") is None
    assert "audit" in str(said.targets["web"].error)
    assert str(Freeze("production", "audit", declared=True)) in str(said.targets["web"].error)
