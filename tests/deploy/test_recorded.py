"""What records keep of a plan: no more for a thousand equal targets than for one, and nothing is lost."""

import json
from pathlib import Path

from gmconfig.deploy.recorded import compact, whole
from tests.deploy.fleet import Fleet


def test_a_plan_for_many_equal_targets_is_written_once(tmp_path: Path):
    fleet = Fleet(tmp_path, {f"web-{number:02}": {} for number in range(40)})
    fleet.write("config/settings.yaml", {f"key_{number}": number for number in range(500)})
    fleet.commit()
    [plan] = fleet.deployer().plan()
    told = plan.as_json()
    kept = json.dumps(compact(told))
    assert kept.count("key_499") == 1
    assert whole(json.loads(kept)) == json.loads(json.dumps(told))


def test_a_record_shows_the_changes_of_every_target(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}, "worker": {}})
    fleet.apply()
    fleet.change(20)
    fleet.apply()
    _, plan = fleet.deployer().show("production-2")
    changes = [plan["targets"][name]["changes"] for name in ("web", "worker")]
    assert changes[0] == changes[1] != []


def test_a_damaged_plan_is_no_traceback(tmp_path: Path):
    assert whole({"targets": [], "x": 1}) == {"targets": {}, "x": 1}
    assert whole({"targets": {"a": {"like": "gone"}}})["targets"]["a"] == {"changes": [], "drift": []}
