"""What a plan says to people: few lines for many targets, and who wrote what is wanted."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from gmconfig.cli.boundary import Interrupted, failed
from gmconfig.cli.deploy import progress, records
from gmconfig.record.entry import Record, State
from tests.deploy.fleet import Fleet


def _plan(fleet: Fleet) -> str:
    done = fleet.run("deploy", "plan", "production")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_three_hundred_equal_targets_are_told_once(tmp_path: Path):
    fleet = Fleet(tmp_path, {f"web-{number:03}": {} for number in range(300)})
    assert "web-000, web-001, web-002 and 297 more  new\n  + settings.yaml  3 values" in _plan(fleet)
    fleet.apply()
    assert "web-000, web-001, web-002 and 297 more  in sync" in _plan(fleet)
    fleet.change(20)
    live = fleet.live / "web-007/settings.yaml"
    live.write_text(live.read_text().replace("10", "99"))
    told = _plan(fleet)
    assert "production  300 of 300 targets would change" in told
    assert "web-000, web-001, web-002 and 296 more  behind\n  ~ database.pool  10 → 20" in told
    assert "web-007  " in told
    assert "99 → 20    drifted, would be corrected" in told
    assert told.count("\n") < 12
    markdown = fleet.run("deploy", "plan", "production", "-o", "md").stdout
    assert markdown.count("database.pool") == 2


def test_a_status_that_is_watched_outlives_what_keeps_it_from_looking(tmp_path: Path, cli, monkeypatch):
    fleet, looks = Fleet(tmp_path, {"web": {}}), iter(("away", "away", "back", "back", "end"))

    def rests(_: float) -> None:
        look = next(looks)
        if look == "end":
            raise KeyboardInterrupt
        (fleet.root / "gmconfig.yaml").write_text("a: [" if look == "away" else good)

    good = (fleet.root / "gmconfig.yaml").read_text()
    monkeypatch.setattr(records, "time", SimpleNamespace(sleep=rests))
    monkeypatch.chdir(fleet.root)
    told = cli("deploy", "status", "--watch")
    assert (told.code, told.out.count("web"), told.err.count("gmconfig: warning: ")) == (130, 2, 1), told


def test_a_value_is_told_with_who_wrote_it(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}})
    fleet.apply()
    fleet.git("config", "user.name", "Alice Meyer")
    fleet.change(20)
    line = next(line for line in _plan(fleet).splitlines() if "database.pool" in line)
    place = next(
        number
        for number, text in enumerate((fleet.root / "config/settings.yaml").read_text().splitlines(), 1)
        if "pool" in text
    )
    assert line.split("20", 1)[1].strip() == f"config/settings.yaml:{place}  Alice Meyer, just now"


def test_many_values_are_told_without_a_walk_through_history(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}})
    fleet.apply()
    fleet.git("config", "user.name", "Alice Meyer")
    fleet.write("config/settings.yaml", {f"key_{number}": number for number in range(30)})
    fleet.commit()
    told = fleet.run("deploy", "plan", "production").stdout
    assert "config/settings.yaml:7" in told
    assert "Alice Meyer" not in told


def test_a_shallow_clone_plans_without_authors(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}})
    fleet.apply()
    fleet.change(20)
    fleet.git("clone", "-q", "--depth=1", f"file://{fleet.root}", str(tmp_path / "shallow"))
    done = fleet.run("-C", str(tmp_path / "shallow"), "deploy", "plan", "production", "--offline")
    assert done.returncode == 0, done.stderr
    assert "~ database.pool  10 → 20    config/settings.yaml:" in done.stdout


def test_a_shallow_clone_fetches_what_a_preview_compares_with(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}, "trial": {"environment": "staging"}})
    base = fleet.git("rev-parse", "HEAD")
    fleet.git("branch", "stable")
    fleet.git("config", "uploadpack.allowAnySHA1InWant", "true")
    for pool in (20, 30):
        fleet.change(pool)
    shallow = str(tmp_path / "shallow")
    fleet.git("clone", "-q", "--depth=1", "--single-branch", f"file://{fleet.root}", shallow)
    for revision in ("origin/stable", base):
        done = fleet.run("-C", shallow, "deploy", "plan", "--base", revision, "-o", "md")
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("! database.pool  10 → 30") == 2, done.stdout
    lost = fleet.run("-C", shallow, "deploy", "plan", "--base", "origin/nowhere")
    assert lost.returncode == 3
    assert 'no commit answers to "origin/nowhere"' in lost.stderr


def test_what_is_hostile_in_a_commit_is_no_command_for_a_terminal(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {}})
    fleet.apply()
    fleet.git("config", "user.name", "Eve \x1b[31m")
    fleet.write("config/settings.yaml", {"database": {"host": "db\x1b]0;x\x07", "pool": 10}, "debug": False})
    fleet.commit()
    told = fleet.run("deploy", "plan", "production").stdout
    assert "\x1b" not in told
    assert yaml.safe_load((fleet.root / "config/settings.yaml").read_text())["database"]["host"] != "db-1"


def test_what_cannot_be_looked_at_is_not_called_unchanged(tmp_path: Path):
    fleet = Fleet(tmp_path, {"web": {"host": "another-machine"}})
    first = fleet.run("deploy", "plan", "production").stdout.splitlines()[0]
    assert "1 of 1 targets cannot be looked at" in first


@pytest.mark.parametrize(
    ("state", "says"), [(State.ACTIVATING, True), (State.PARTIAL, True), (State.RESTORED, False)]
)
def test_who_interrupts_a_deployment_is_told_how_to_end_it(state: State, says: bool, capsys):
    why = "interrupted" if state.is_over else None
    with pytest.raises((KeyboardInterrupt, Interrupted)) as found, progress.deploying() as tell:
        tell(Record("production", 7, "059b125" + "0" * 33, state=state, error=why))
        raise KeyboardInterrupt
    assert failed(found.value) == 130
    told = capsys.readouterr().err
    assert told.startswith("gmconfig: error: interrupted") and "gmconfig: hint: gmconfig deploy " in told
    assert ("gmconfig deploy resume production-7" in told) == says == ("deploy abort production-7" in told)
