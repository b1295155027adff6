"""Applying: what is wanted is live afterwards, twice changes nothing, failures put back what was there."""

import json
import sys
from pathlib import Path

import pytest

from gmconfig.deploy.gate import check_fresh
from gmconfig.deploy.plan import Plan
from gmconfig.deploy.planning import Asked
from gmconfig.errors import GmconfigError, InvalidConfiguration, Refused, UsageError
from gmconfig.record.entry import State, Step
from tests.deploy.fleet import Fleet

FAILS = [sys.executable, "-c", "import sys; sys.exit('no service')"]


def _fails_on(marker: Path) -> list[str]:
    """Give a command that fails as long as a file is there."""
    return [
        sys.executable,
        "-c",
        f"import os,sys; sys.exit('unwell' if os.path.exists({str(marker)!r}) else 0)",
    ]


def test_what_the_commit_says_is_live_and_nothing_is_left_to_do(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}, "worker": {}})
    done = fleet.apply()
    assert done.record.state is State.SUCCEEDED
    assert [fleet.pool("web"), fleet.pool("worker")] == [10, 10]
    [plan] = fleet.deployer().plan()
    assert plan.changing == []
    assert fleet.apply().record is None
    assert [one.id for one in fleet.deployer().history("production")] == ["production-1"]


def test_only_targets_that_differ_are_touched(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}, "worker": {"documents": ["billing"]}})
    fleet.write("config/billing.yaml", {"rate": 1})
    fleet.commit()
    fleet.apply()
    before = (fleet.live / "worker").readlink()
    fleet.change(20)
    record = fleet.apply().record
    assert record.targets["worker"].step is Step.UNCHANGED
    assert record.targets["web"].step is Step.HEALTHY
    assert (fleet.live / "worker").readlink() == before


def test_what_is_not_committed_is_not_deployed(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}})
    fleet.write("config/settings.yaml", {"database": {"pool": 99}})
    fleet.apply()
    assert fleet.pool("web") == 10


def test_the_environment_of_the_process_has_no_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    fleet = Fleet(tmp_path, {"web": {}})
    fleet.write("config/settings.yaml", {"database": {"pool": "${POOL:10}"}})
    fleet.commit()
    monkeypatch.setenv("POOL", "77")
    monkeypatch.setenv("GMCONFIG__DATABASE__POOL", "78")
    fleet.apply()
    assert fleet.pool("web") == 10


def test_a_failed_health_check_restores_every_wave_in_reverse(tmp_path: Path):
    unwell = tmp_path / "unwell"
    targets = {
        "one": {"wave": 1},
        "two": {"wave": 2, "health": [{"command": _fails_on(unwell), "retries": 0, "timeout": "120s"}]},
        "three": {"wave": 3},
    }
    fleet = Fleet(tmp_path, targets)
    fleet.apply()
    first = [fleet.deployer().plan()[0].commit, fleet.change(20)][0]
    unwell.touch()
    [before] = fleet.deployer().plan()
    record = fleet.apply().record
    assert record.state is State.RESTORED
    assert "unwell" in str(record.error)
    steps = {name: outcome.step for name, outcome in record.targets.items()}
    assert steps == {"one": Step.RESTORED, "two": Step.RESTORED, "three": Step.STAGED}
    assert [fleet.pool(name) for name in targets] == [10, 10, 10]
    [after] = fleet.deployer().plan((), Asked(retry=True))
    assert after.as_json() == before.as_json()
    assert first != after.commit


def test_what_failed_is_not_tried_again_until_something_changes(tmp_path: Path):
    unwell = tmp_path / "unwell"
    fleet = Fleet(
        tmp_path, {"web": {"health": [{"command": _fails_on(unwell), "retries": 0, "timeout": "120s"}]}}
    )
    fleet.apply()
    fleet.change(20)
    unwell.touch()
    fleet.apply()
    unwell.unlink()
    with pytest.raises(Refused, match=r"web \(failed in production-2\) is quarantined"):
        fleet.apply()
    assert fleet.pool("web") == 10
    [done] = fleet.deployer().apply(("production",), Asked(retry=True))
    assert done.record
    assert fleet.pool("web") == 20
    fleet.change(30)
    fleet.apply()
    assert fleet.pool("web") == 30


@pytest.mark.parametrize("hook", ["before", "after", "reload"])
def test_what_failed_before_it_was_live_may_be_tried_again(tmp_path: Path, hook: str):
    command = _fails_on(tmp_path / "full")
    fleet = Fleet(tmp_path, {"web": {hook: command if hook == "reload" else [command]}})
    (tmp_path / "full").touch()
    assert fleet.apply().record.state is State.RESTORED
    (tmp_path / "full").unlink()
    if hook == "before":
        assert fleet.apply().record.state is State.SUCCEEDED
    else:  # it was there, and was not taken up
        with pytest.raises(Refused, match="quarantined"):
            fleet.apply()


def test_no_restore_leaves_it_to_be_looked_at_and_abort_puts_it_back(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {"keep": 1}, "worker": {"wave": 2}})
    fleet.apply()
    unwell = {"wave": 2, "keep": 1, "health": [{"command": FAILS, "retries": 0, "timeout": "120s"}]}
    fleet.declare({"web": {"keep": 1}, "worker": unwell})
    fleet.change(20)
    record = fleet.apply(restores=False).record
    assert record.state is State.FAILED
    assert [fleet.pool("web"), fleet.pool("worker")] == [20, 20]
    assert fleet.deployer().abort("production").record.state is State.ABORTED
    assert [fleet.pool("web"), fleet.pool("worker")] == [10, 10]


def test_a_first_deployment_that_fails_leaves_nothing_behind(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {"health": [{"command": FAILS, "retries": 0, "timeout": "120s"}]}})
    assert fleet.apply().record.state is State.RESTORED
    assert not (fleet.live / "web").exists()


def test_hooks_run_around_the_flip_and_a_failing_one_restores(tmp_path: Path):
    log = tmp_path / "log"

    def say(word: str) -> list[str]:
        code = f"import os; open({str(log)!r}, 'a').write({word!r} + ' ' + os.environ['GMCONFIG_TARGET'] + '\\n')"
        return [sys.executable, "-c", code]

    fleet = Fleet(
        tmp_path, {"web": {"before": [say("before")], "after": [say("after")], "reload": say("reload")}}
    )
    fleet.git("config", "user.name", "Ann")
    done = fleet.run("deploy", "apply", "production")
    assert done.returncode == 5, (
        done.stderr
    )  # the reload has no GMCONFIG_TARGET: it fails, and all is put back
    fleet.declare({"web": {"before": [say("before")], "after": [say("after")]}})
    fleet.commit()
    log.unlink()
    assert fleet.run("deploy", "apply", "production", "--retry").returncode == 0
    assert log.read_text().split("\n")[:2] == ["before web", "after web"]
    fleet.declare({"web": {"after": [FAILS]}})
    fleet.change(20)
    record = fleet.apply().record
    assert (record.state, fleet.pool("web")) == (State.RESTORED, 10)
    assert "no service" in str(record.error)


def test_canaries_go_first_and_batches_follow(tmp_path: Path):
    order = tmp_path / "order"
    code = f"import os; open({str(order)!r}, 'a').write(os.environ['GMCONFIG_TARGET'] + '\\n')"
    hook = [[sys.executable, "-c", code]]
    fleet = Fleet(tmp_path, {f"web-{number}": {"before": hook} for number in range(4)})
    fleet.apply(canaries=("web-3",), batch="1")
    assert order.read_text().split() == ["web-3", "web-0", "web-1", "web-2"]


def test_what_is_not_valid_is_not_deployed(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}})
    (fleet.root / "schemas").mkdir()
    schema = '{"type": "object", "properties": {"database": {"properties": {"pool": {"maximum": 50}}}}}'
    (fleet.root / "schemas/settings.schema.json").write_text(schema)
    fleet.commit()
    fleet.apply()
    fleet.change(500)
    with pytest.raises(InvalidConfiguration, match="production is not valid in"):
        fleet.apply()
    assert fleet.pool("web") == 10


def test_a_target_that_cannot_be_written_stops_everything_before_it_begins(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}, "away": {"path": "/proc/gmconfig-cannot-be-here/web"}})
    with pytest.raises(GmconfigError, match='target "away"'):
        fleet.apply()
    assert fleet.pool("web") is None
    assert list(fleet.deployer().history("production")) == []


def test_deleting_most_keys_asks_for_a_word(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}})
    fleet.write("config/settings.yaml", {f"key_{number}": number for number in range(20)})
    fleet.commit()
    fleet.apply()
    fleet.write("config/settings.yaml", {f"key_{number}": number for number in range(10)})
    fleet.commit()
    fleet.apply()  # half of them may go
    fleet.write("config/settings.yaml", {"key_1": 1})
    fleet.commit()
    with pytest.raises(Refused, match=r"9 of 10 keys \(90 %\) would go from web"):
        fleet.apply()
    assert fleet.apply(beyond_budget=True).record.state is State.SUCCEEDED
    for left, is_refused in (("abcde", False), ("abc", False), ("", True)):
        fleet.write("config/settings.yaml", {"key_1": 1, **dict.fromkeys(left, 1)})
        fleet.commit()
        [plan] = fleet.deployer().plan()
        assert bool(plan.budget) is is_refused  # two of six are few, three of four are not
        fleet.apply(beyond_budget=True)


def test_files_that_somebody_left_there_are_no_keys_of_the_budget(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}})
    fleet.apply()
    for name in ("a", "b", "c", "d"):
        (fleet.live / "web" / name).write_text("left\n")
    fleet.change(20)
    assert fleet.apply().record.state is State.SUCCEEDED
    assert [file.name for file in (fleet.live / "web").iterdir() if file.name in "abcd"] == []


def test_more_targets_than_the_budget_ask_for_a_word(tmp_path: Path):
    fleet = Fleet(tmp_path, {f"web-{number}": {} for number in range(3)})
    with pytest.raises(Refused, match="3 targets would change, the budget is 2"):
        list(fleet.deployer().apply(("production",), Asked(most_targets=2)))


def test_a_limited_deployment_is_partial(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}, "worker": {}})
    assert fleet.apply("web").record.state is State.PARTIAL
    assert [fleet.pool("web"), fleet.pool("worker")] == [10, None]


def test_a_saved_plan_is_carried_out_or_refused_as_stale(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}})
    assert fleet.run("deploy", "plan", "production", "--save", "plan.json").returncode == 0
    assert fleet.run("deploy", "apply", "--plan", "plan.json").returncode == 0
    assert fleet.pool("web") == 10
    again = fleet.run("deploy", "apply", "--plan", "plan.json")
    assert again.returncode == 4
    assert "the plan is stale: web changed since it was made" in again.stderr


def test_a_saved_plan_is_stale_once_one_of_its_targets_is_gone():
    with pytest.raises(Refused, match="web changed since it was made"):
        check_fresh(Plan("production", "0" * 40), {"web": "as it was"})


def test_a_plan_for_nothing_live_does_not_fit_when_something_is(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}})
    fleet.run("deploy", "plan", "--save", "plan.json")
    fleet.apply()
    fleet.git("commit", "--allow-empty", "-qm", "x")
    assert fleet.run("deploy", "apply", "--plan", "plan.json").returncode == 4


def test_a_plan_depends_on_each_byte_that_is_live(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}})
    fleet.apply()
    fleet.change(20)
    [file] = (fleet.live / "web").glob("*.yaml")

    def bound_after(text: str) -> dict[str, str]:
        file.write_text(text)
        [plan] = fleet.deployer().plan()
        return plan.bound_to()

    put = file.read_text()
    once, again = (bound_after(f"{put}by_hand: {number}\n") for number in (1, 2))
    assert once != again
    assert once == bound_after(f"{put}by_hand: 1\n")


def test_three_hundred_targets_in_three_waves_are_all_put_back(tmp_path: Path):
    unwell = tmp_path / "unwell"
    check = {"health": [{"command": ["test", "!", "-e", str(unwell)], "retries": 0, "timeout": "120s"}]}
    targets = {f"web-{number:03}": {"wave": number // 100 + 1} for number in range(300)}
    targets["web-150"] |= check
    fleet = Fleet(tmp_path, targets)
    fleet.apply()
    fleet.change(20)
    [before] = fleet.deployer().plan()
    unwell.touch()
    done = fleet.run("deploy", "apply", "production")
    assert done.returncode == 5
    assert "web-150" in done.stderr
    assert {fleet.pool(name) for name in targets} == {10}
    [after] = fleet.deployer().plan((), Asked(retry=True))
    assert after.as_json() == before.as_json()
    record = next(fleet.deployer().history("production"))
    assert sum(outcome.step is Step.RESTORED for outcome in record.targets.values()) == 200


@pytest.mark.parametrize("options", [{"batch": "0"}, {"batch": "half"}, {"canaries": ("nobody",)}])
def test_what_cannot_be_ordered_is_refused_before_anything_is_recorded(tmp_path: Path, options: dict):
    fleet = Fleet(tmp_path, {"web": {}})
    with pytest.raises(UsageError):
        fleet.apply(**options)
    assert list(fleet.deployer().history("production")) == []
    fleet.apply()
    if "batch" in options:
        with pytest.raises(UsageError):
            fleet.apply(**options)


def test_a_saved_plan_is_for_its_targets_and_nothing_else(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}, "worker": {}})
    fleet.run("deploy", "plan", "web", "--save", "plan.json")
    plan = json.loads((fleet.root / "plan.json").read_text())
    [part] = plan["plans"]
    others = {
        "none": (3, {"plans": []}),
        "unbound": (3, {"plans": [{**part, "bound": {}}]}),
        "elsewhere": (4, {"plans": [{**part, "commit": "3" * 40}]}),
        "another": (4, {"plans": [{**part, "bound": {"web": "0" * 64}}]}),
        "more": (4, {"plans": [{**part, "bound": {**part["bound"], "cron": "1"}}]}),
    }
    for name, (code, content) in others.items():
        (fleet.root / "other.json").write_text(json.dumps(content))
        for how in ((), ("--dry-run",)) if name in ("none", "another") else ((),):
            assert fleet.run("deploy", "apply", "--plan", "other.json", *how).returncode == code, name
    (fleet.root / "other.json").write_text("[" * 100_000)
    assert fleet.run("deploy", "apply", "--plan", "other.json").returncode == 3
    assert [fleet.pool("web"), fleet.pool("worker")] == [None, None]
    assert fleet.run("deploy", "apply", "worker", "--plan", "plan.json").returncode == 4
    assert fleet.run("deploy", "apply", "--plan", "plan.json").returncode == 0
    assert [fleet.pool("web"), fleet.pool("worker")] == [10, None]


def test_a_target_whose_number_is_above_the_locks_is_deployed_to_all_the_same(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}})
    for pool in (20, 30):
        fleet.change(pool)
        fleet.apply()
    fleet.git("update-ref", "-d", "refs/gmconfig/locks/production")
    fleet.change(40)
    assert (fleet.apply().record.fencing, fleet.pool("web")) == (3, 40)
    (fleet.live / ".web.gmconfig/fencing").write_text("50\n")  # somebody deployed there from elsewhere
    fleet.change(50)
    assert (fleet.apply().record.fencing, fleet.pool("web")) == (51, 50)


def test_whoever_was_overtaken_under_a_lock_stays_refused(tmp_path: Path):
    fleet = Fleet(
        tmp_path,
        {"web": {"before": [["sh", "-c", f"cp {tmp_path}/late {tmp_path}/live/.web.gmconfig/fencing"]]}},
    )
    (tmp_path / "late").write_text("7\n")
    record = fleet.apply().record
    assert (record.state, record.fencing, fleet.pool("web")) == (State.RESTORED, 1, None)
    assert "a newer deployment was here (7, this one is 1)" in str(record.error)
    fleet.declare({"web": {}})
    fleet.commit()
    assert (fleet.apply().record.fencing, fleet.pool("web")) == (8, 10)
