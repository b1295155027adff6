"""Two machines over ssh and a fleet through etcd: planned by a runner without a key, applied by one that has it."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from gmconfig.record.entry import State
from tests import trading
from tests.deploy.fleet import Fleet
from tests.target.servers import SshServer, etcd

PASSWORD = "correct-horse-battery"


@pytest.fixture
def machines() -> Iterator[list[SshServer]]:
    """Two sshd, each with keys of its own."""
    servers = [SshServer().start() for _ in range(2)]
    yield servers
    for server in servers:
        server.remove()


def _fleet(tmp_path: Path, targets: dict[str, dict[str, object]]) -> Fleet:
    """The trading example, whose database password is sealed, with targets of our own."""
    fleet = Fleet.__new__(Fleet)
    fleet.root, fleet.live = trading.founded(tmp_path / "repo"), tmp_path / "live"
    fleet.live.mkdir()
    file = fleet.root / "gmconfig.yaml"
    settings = file.read_text().partition("targets:")[0]
    file.write_text(settings + yaml.safe_dump({"targets": targets}))
    fleet.commit()
    return fleet


def _over_ssh(tmp_path: Path, machines: list[SshServer]) -> dict[str, dict[str, object]]:
    return {
        f"vm-{number}": {
            "environment": "production",
            "kind": "ssh",
            "host": server.address,
            "path": str(tmp_path / f"vm-{number}/config"),
            "wave": number,
            **server.settings,
        }
        for number, server in enumerate(machines, 1)
    }


def _live(tmp_path: Path) -> list[str]:
    return [(tmp_path / f"vm-{number}/config/settings.yaml").read_text() for number in (1, 2)]


def _without_a_key(tmp_path: Path) -> dict[str, str]:
    """Give the surroundings of a runner that has git's settings and no identity."""
    home = tmp_path / "runner"
    home.mkdir(exist_ok=True)
    shutil.copy(Path(os.environ["HOME"]) / ".gitconfig", home)
    return {"HOME": str(home)}


def test_two_machines_over_ssh(tmp_path: Path, machines: list[SshServer]):
    fleet = _fleet(tmp_path, _over_ssh(tmp_path, machines))
    runner = _without_a_key(tmp_path)
    planned = fleet.run("deploy", "plan", "production", env=runner)
    assert planned.returncode == 0, planned.stderr
    assert "production  2 of 2 targets would change" in planned.stdout
    assert "apply with" not in planned.stderr  # it would be refused
    refused = fleet.run("deploy", "apply", "production", env=runner)
    assert refused.returncode in (3, 4)
    assert "plain secrets cannot be rendered without their key" in refused.stderr
    assert not (tmp_path / "vm-1/config").exists()
    applied = fleet.run("deploy", "apply", "production")
    assert applied.returncode == 0, applied.stderr
    assert all(PASSWORD in text for text in _live(tmp_path))
    again = fleet.run("deploy", "plan", "production", env=runner)
    assert "in sync" in again.stdout
    detected = fleet.run("drift", "detect", "-e", "production", env=runner)
    assert detected.returncode == 0, detected.stdout
    for done in (planned, refused, applied, again, detected):
        assert PASSWORD not in done.stdout + done.stderr


def test_a_machine_that_goes_away_stops_everything_before_it_begins(
    tmp_path: Path, machines: list[SshServer]
):
    fleet = _fleet(tmp_path, _over_ssh(tmp_path, machines))
    assert fleet.run("deploy", "apply", "production").returncode == 0
    before = _live(tmp_path)
    machines[1].stop()
    assert fleet.run("config", "set", "settings", "database.pool", "77", "-e", "production").returncode == 0
    done = fleet.run("deploy", "apply", "production")
    assert done.returncode == 3
    assert 'target "vm-2"' in done.stderr
    assert _live(tmp_path) == before
    machines[1].start()
    assert fleet.run("deploy", "apply", "production").returncode == 0
    assert all("77" in text for text in _live(tmp_path))


def test_a_failure_on_the_second_machine_restores_the_first(tmp_path: Path, machines: list[SshServer]):
    targets = _over_ssh(tmp_path, machines)
    fleet = _fleet(tmp_path, targets)
    assert fleet.run("deploy", "apply", "production").returncode == 0
    before = _live(tmp_path)
    targets["vm-2"]["health"] = [{"command": ["false"], "retries": 0, "timeout": "120s"}]
    file = fleet.root / "gmconfig.yaml"
    file.write_text(file.read_text().partition("targets:")[0] + yaml.safe_dump({"targets": targets}))
    fleet.commit()
    assert fleet.run("config", "set", "settings", "database.pool", "77", "-e", "production").returncode == 0
    assert fleet.run("deploy", "apply", "production").returncode == 5
    assert _live(tmp_path) == before


def test_a_fleet_through_etcd(tmp_path: Path):
    server, prefix = etcd(), f"/test/{tmp_path.name}/"
    target = {"environment": "production", "kind": "etcd", "endpoints": [server.url], "prefix": prefix}
    fleet = _fleet(tmp_path, {"fleet": target})
    planned = fleet.run("deploy", "plan", "production")
    assert planned.returncode == 0, planned.stderr
    assert fleet.run("deploy", "apply", "production").returncode == 0
    assert any(PASSWORD.encode() in value for value in server.all(prefix).values())
    assert "in sync" in fleet.run("deploy", "plan", "production").stdout
    assert fleet.run("config", "set", "settings", "database.pool", "77", "-e", "production").returncode == 0
    assert fleet.run("deploy", "apply", "production").returncode == 0
    assert any(b"77" in value for value in server.all(prefix).values())
    back = fleet.run("deploy", "rollback", "production", "-o", "json")
    assert back.returncode == 0, back.stderr
    assert json.loads(back.stdout)[0]["deployment"]["state"] == State.SUCCEEDED
    assert not any(b"pool: 77" in value for value in server.all(prefix).values())
