"""A kill switch with --push --wait: live on every target that takes flags, past freezes and holds, and alone."""

import json
from pathlib import Path

import pytest

from gmconfig.api.drift.drifting import Drifter
from gmconfig.deploy.correction import Correction
from gmconfig.deploy.options import Options
from tests.automation.hosts import Hosts
from tests.cli.test_json import agrees
from tests.deploy.fleet import Fleet

FLAGS = {"flags": {"fast": {"state": "enabled", "description": "x", "owner": "y"}}}
BOTH = {"documents": ["settings", "flags"]}


def with_flags(fleet: Fleet) -> None:
    (fleet.root / "flags").mkdir()
    fleet.write("flags/flags.yaml", FLAGS)
    fleet.commit("flags")


def is_on(fleet: Fleet, target: str) -> bool:
    flag = json.loads((fleet.live / target / "flags.flagd.json").read_text())["flags"]["fast"]
    return flag["defaultVariant"] == "enabled"


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    found = Fleet(tmp_path, {"web": BOTH, "flags-only": {"documents": ["flags"]}, "worker": {}})
    with_flags(found)
    found.apply()
    return found


def switch(fleet: Fleet, *words: str) -> tuple[int, dict]:
    done = fleet.run("flag", "disable", "fast", "-e", "production", "--wait", "-o", "json", *words)
    agrees("flag-disable", done.stdout)
    return done.returncode, json.loads(done.stdout)


def test_it_is_live_and_says_since_when(fleet):
    assert is_on(fleet, "web")
    code, told = switch(fleet)
    assert code == 0
    assert [(one["target"], one["live"], one["record"]) for one in told["live"]] == [
        ("flags-only", True, "production-2"),
        ("web", True, "production-2"),
    ]
    assert all(one["since"] for one in told["live"])
    assert not is_on(fleet, "web")
    assert not is_on(fleet, "flags-only")
    done = fleet.run("flag", "disable", "fast", "-e", "production", "--wait")
    assert "live on web         since 20" in done.stdout
    assert ", by production-2" in done.stdout


def test_it_passes_a_freeze_and_brings_nothing_else_through(fleet):
    fleet.change(20)
    fleet.deployer().freeze("production", "holidays")
    code, _ = switch(fleet)
    assert code == 0
    assert (is_on(fleet, "web"), fleet.pool("web"), fleet.pool("worker")) == (False, 10, 10)
    fleet.deployer().unfreeze("production")
    fleet.change(30)
    file = fleet.live / "web/settings.yaml"
    file.write_text(file.read_text().replace("pool: 10", "pool: 11"))
    drifter = Drifter(fleet.deployer())
    assert [one.path for one in drifter.detect().detections] == ["database.pool"]
    drifter.correct(["web"], Correction(), Options())
    assert (is_on(fleet, "web"), fleet.pool("web")) == (False, 10)
    fleet.change(20)
    fleet.apply()
    assert (is_on(fleet, "web"), fleet.pool("web"), fleet.pool("worker")) == (False, 20, 20)


def test_it_passes_a_hold_and_the_next_deployment_does_not_undo_it(fleet):
    fleet.deployer().hold("production")
    fleet.change(20)
    code, _ = switch(fleet)
    assert code == 0
    assert (is_on(fleet, "web"), fleet.pool("web")) == (False, 10)
    fleet.change(30)
    assert fleet.apply().record is None
    assert (is_on(fleet, "web"), fleet.pool("web"), fleet.pool("worker")) == (False, 10, 10)
    fleet.deployer().unhold("production")
    fleet.apply()
    assert (is_on(fleet, "web"), fleet.pool("web")) == (False, 30)


def test_a_target_that_cannot_be_reached_does_not_stop_the_others(tmp_path):
    fleet = Fleet(tmp_path, {"web": BOTH})
    with_flags(fleet)
    fleet.apply()
    fleet.declare({"web": BOTH, "away": {**BOTH, "host": "far-away"}})
    fleet.commit()
    code, told = switch(fleet)
    assert code == 3
    assert [(one["target"], one["live"]) for one in told["live"]] == [("away", False), ("web", True)]
    assert "far-away" in told["live"][0]["error"]


def test_one_that_makes_a_target_unwell_is_put_back_and_says_so(tmp_path):
    unwell = ["sh", "-c", f'! grep -q \'"defaultVariant": *"disabled"\' {tmp_path}/live/web/flags.flagd.json']
    fleet = Fleet(
        tmp_path, {"web": {**BOTH, "health": [{"command": unwell, "retries": 0, "timeout": "120s"}]}}
    )
    with_flags(fleet)
    assert fleet.apply().record.state == "succeeded"
    code, told = switch(fleet)
    assert (code, told["live"][0]["live"], is_on(fleet, "web")) == (5, False, True)


def test_agents_get_it_too_through_a_freeze(tmp_path):
    hosts = Hosts(tmp_path, {"web": {**BOTH, "host": "h1"}})
    with_flags(hosts)
    hosts.git("push", "-q")
    hosts.look("h1")
    hosts.push(20)
    hosts.deployer().freeze("production", "holidays")
    code, told = switch(hosts)
    assert (code, "is not pushed" in told["live"][0]["error"]) == (3, True)
    with hosts.at_work("h1"):
        code, told = switch(hosts, "--push")
    assert (code, told["live"][0]["live"]) == (0, True)
    assert (is_on(hosts, "web"), hosts.pool("web")) == (False, 10)
    assert hosts.states("h1") == ["behind"]
    [plan] = hosts.deployer().plan()
    assert [one.path for one in plan.targets[0].standing.changes] == ["database.pool"]
    assert (is_on(hosts, "web"), hosts.pool("web")) == (False, 10)


def test_without_targets_it_says_so(tmp_path):
    fleet = Fleet(tmp_path, {"web": {}})
    with_flags(fleet)
    done = fleet.run("flag", "disable", "fast", "-e", "production", "--wait")
    assert done.returncode == 0
    assert "no target takes the flags" in done.stdout
    refused = fleet.run("flag", "enable", "fast", "-e", "production", "--wait", "--no-commit")
    assert refused.returncode == 2
