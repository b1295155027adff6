"""Backups on the command line: what people and scripts read, and what the exit codes say."""

import json
from pathlib import Path

import pytest

from gmconfig.api.backup.backing_up import Backups
from gmconfig.api.workspace import Workspace
from gmconfig.backup.create import Asked
from tests.cli.test_json import agrees
from tests.deploy.fleet import Fleet


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """A project with a backup called nightly, and a change since."""
    fleet = Fleet(tmp_path, {"web": {}})
    fleet.apply()
    monkeypatch.chdir(fleet.root)
    Backups(Workspace(root=fleet.root)).create(Asked("nightly"))
    fleet.change(20)
    return fleet


VERBS = [
    ("create", "second", "--tag", "audit", "--uncommitted"),
    ("list",),
    ("show", "nightly"),
    ("verify",),
    ("verify", "nightly", "--read-data"),
    ("drill",),
    ("restore", "nightly", "--dry-run"),
    ("restore", "nightly", "--to", "../back"),
    ("restore", "nightly", "--to", "../part", "--only", "live/web"),
    ("prune", "--keep-daily", "3", "--dry-run"),
    ("pin", "nightly"),
]


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_what_a_verb_answers(fleet: Fleet, ok, words: tuple[str, ...]):
    agrees(f"backup-{words[0]}", ok("backup", *words, "-o", "json"))


def test_from_making_one_to_using_it(fleet: Fleet, ok, cli):
    assert "never verified" in ok("backup", "list")
    assert "every ref is what it was" in ok("backup", "drill", "nightly")
    assert "verified just now" in ok("backup", "list")
    assert "30 days" in ok("backup", "show", "nightly")
    told = ok("backup", "restore", "nightly", "-m", "wrong pool")
    assert "config/settings.yaml:3:9  20 → 10" in told
    assert "restore the configuration from the backup nightly: wrong pool" in told
    assert ok("config", "get", "settings", "database.pool").strip() == "10"
    listed = ok("backup", "list")
    assert "before-" in listed
    assert fleet.git("status", "--short") == ""


def test_an_empty_policy_is_refused(fleet: Fleet, cli, tmp_path: Path):
    fleet.run("backup", "create", "--to", str(tmp_path / "store"))
    answer = cli("backup", "prune", "--from", str(tmp_path / "none"))
    assert answer.code == 0
    kept = cli("backup", "prune", "--from", str(tmp_path / "store"))
    assert "kept: for 30 days" in kept.out


def test_the_rules_of_gmconfig_yaml_count(fleet: Fleet, ok):
    fleet.declare({"web": {}}, backups={"to": "../kept", "retention_days": 0, "keep": {"last": 1}})
    fleet.commit()
    for _ in range(3):
        ok("backup", "create")
    assert len(list((fleet.root.parent / "kept" / "backups").iterdir())) == 3
    out = ok("backup", "prune")
    assert "2 of 3 backups removed" in out
    assert "kept: last 1" in out


def test_a_damaged_one_is_exit_1(fleet: Fleet, cli, tmp_path: Path):
    store = tmp_path / "store"
    fleet.run("backup", "create", "--to", str(store))
    [file] = store.glob("objects/bundle-*")
    raw = file.read_bytes()
    file.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    assert cli("backup", "verify", "--from", str(store)).code == 0
    answer = cli("backup", "verify", "--read-data", "--from", str(store))
    assert answer.code == 1
    assert "was changed since it was written" in answer.out
    drilled = cli("backup", "drill", "--from", str(store))
    assert drilled.code == 1
    assert "✗ restore" in drilled.out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "nothing"), 3),
        (("restore", "nothing"), 3),
        (("restore", "nightly", "--to", "."), 4),
        (("restore", "nightly", "--to", "../x", "--secrets"), 2),
        (("restore", "nightly", "--only", "live"), 4),
        (("unpin", "nightly"), 3),
        (("prune", "--keep-within", "soon"), 2),
        (("create", "--retention-days", "-1"), 2),
    ],
)
def test_what_is_wrong_is_said(fleet: Fleet, cli, words: tuple[str, ...], code: int):
    answer = cli("backup", *words)
    assert answer.code == code, answer
    assert answer.out == ""


def test_outside_of_a_project_it_knows_this_machines_backups(fleet: Fleet, ok, cli, tmp_path, monkeypatch):
    (tmp_path / "else").mkdir()
    monkeypatch.chdir(tmp_path / "else")
    assert "nightly" in ok("backup", "list")
    assert "✓" in ok("backup", "verify", "--read-data")
    ok("backup", "restore", "nightly", "--to", "back")
    assert (tmp_path / "else" / "back" / "gmconfig.yaml").exists()
    assert cli("backup", "create").code == 3
    assert cli("backup", "restore", "nightly").code == 4
    [one] = json.loads(ok("backup", "list", "-o", "json"))
    monkeypatch.chdir(Fleet(tmp_path / "another", {"web": {}}).root)
    assert "nightly" in ok("backup", "show", one["id"], "--from", one["place"])
