"""`config explain` says what is live: from targets that can be read right here, and no secret's value."""

import json
from pathlib import Path

from tests.deploy.fleet import Fleet


def test_what_is_live_is_told_beside_where_it_is_written(tmp_path: Path):
    far = {"kind": "ssh", "hosts": ["192.0.2.1", "192.0.2.2"], "path": "/srv/far"}
    fleet = Fleet(tmp_path, {"web": {}, "api": {}, "worker": {"format": "dotenv"}})
    fleet.apply()
    file = fleet.live / "worker/settings.env"
    file.write_text(file.read_text().replace("POOL=10", "POOL=11"))
    fleet.declare({"web": {}, "api": {}, "worker": {"format": "dotenv"}, "far": far, "fresh": {}})
    fleet.change(20)
    done = fleet.run("config", "explain", "settings", "database.pool", "-e", "production")
    [line] = [line for line in done.stdout.splitlines() if line.startswith("  live   ")]
    first, *others = line.removeprefix("  live   ").split(" · ")
    assert first.startswith("api, web: 10 since production-1 (2")
    assert others == [
        "worker: 11  drifted",
        "far/192.0.2.1, far/192.0.2.2: not looked at",
        "fresh: not deployed yet",
    ]
    told = fleet.run("config", "explain", "settings", "database.pool", "-e", "production", "-o", "json")
    live = {one.pop("target"): one for one in json.loads(told.stdout)["live"]}
    assert (live["worker"]["value"], live["worker"]["drifted"]) == (11, True)
    assert (live["far/192.0.2.1"]["unknown"], "value" in live["far/192.0.2.1"]) == ("not looked at", False)
    whole = fleet.run("config", "explain", "settings", "database", "-e", "production").stdout
    assert "worker: in DATABASE_HOST and 1 more" in whole
    assert not json.loads(
        fleet.run("config", "explain", "settings", "debug", "--at", "HEAD", "-o", "json").stdout
    )["live"]
