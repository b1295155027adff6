"""Kinds that other packages bring: found by their entry point, and no riddle where they are broken."""

import subprocess
import sys
from pathlib import Path

import pytest

from gmconfig.errors import BrokenConfiguration, NotFound
from gmconfig.project import Project
from gmconfig.target.declared import Target, targets
from gmconfig.target.kind import Access
from gmconfig.target.registry import GROUP, kind_of, kinds
from tests.deploy.fleet import Fleet
from tests.target.places import deploy, example_place, installed_example, release


def test_an_installed_package_brings_its_kind(tmp_path: Path):
    place = example_place(tmp_path)
    assert "sqlite" in kinds()
    deploy(place.open(), release(1))
    seen = subprocess.run(
        [sys.executable, "-c", "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("
         "\"SELECT content FROM current WHERE target = 'web'\").fetchall())", str(tmp_path / "config.db")],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "port: 1" in seen.stdout


def test_the_example_is_declared_as_its_readme_says(tmp_path: Path):
    readme = (Path(__file__).parents[2] / "examples/target-kind/README.md").read_text()
    (tmp_path / "gmconfig.yaml").write_text(readme.split("```yaml")[1].split("```")[0])
    target = targets(Project.find(str(tmp_path)))["shop"]
    installed_example()
    assert kind_of(target, Access(str(tmp_path))).kind.path == Path("/var/lib/shop/config.db")


def test_a_kind_that_needs_an_option_says_so(tmp_path: Path):
    installed_example()
    with pytest.raises(BrokenConfiguration, match="has no database"):
        kind_of(Target("web", "production", "sqlite"), Access(str(tmp_path)))


@pytest.mark.parametrize("what", ["activate", "revert"])
def test_a_kind_that_raises_what_nobody_knows_fails_alone(tmp_path: Path, monkeypatch, what: str):
    place = {"path": None, "kind": "sqlite", "options": {"database": str(tmp_path / "config.db")}}
    fleet = Fleet(tmp_path, {"first": {}, "web": {**place, "wave": 2}})
    kind = example_place(tmp_path).open().kind.__class__
    fleet.apply()
    fleet.change(70)
    failing = {"command": ["false"], "retries": 0, "timeout": "120s"}
    if what == "revert":  # it is asked for only where something else failed
        fleet.declare({"first": {}, "web": {**place, "wave": 2, "health": [failing]}})
        fleet.commit()

    def hostile(*_, **__):
        raise KeyError("correct-horse-battery")

    monkeypatch.setattr(kind, what, hostile)
    said = f'the kind "sqlite" raised KeyError ({what})'
    record = fleet.apply().record
    told = str(record.as_json())
    assert said in told
    assert "horse" not in told
    assert record.state == ("restored" if what == "activate" else "restore_failed")
    assert fleet.pool("first") == 10
    with pytest.raises(BrokenConfiguration, match=r"raised KeyError \(read\)"):
        monkeypatch.setattr(kind, "read", hostile)
        fleet.apply()


def broken(folder: Path, value: str) -> None:
    """Put a package there whose entry point leads nowhere."""
    info = folder / "lost_kind-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lost-kind\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\nlost = {value}\n")


@pytest.mark.parametrize("value", ["no_such_module:Kind", "os:no_such_thing"])
def test_a_kind_that_cannot_be_loaded_names_its_package(tmp_path: Path, monkeypatch, value: str):
    broken(tmp_path, value)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(BrokenConfiguration, match='the kind "lost" of lost-kind cannot be loaded'):
        kind_of(Target("web", "production", "lost"), Access("/"))
    with pytest.raises(NotFound) as caught:
        kind_of(Target("web", "production", "lots"), Access("/"))
    assert caught.value.hint == 'did you mean "lost"?'


def test_our_own_kinds_come_first(tmp_path: Path, monkeypatch):
    info = tmp_path / "thief-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: thief\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\ndirectory = os:abort\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    from gmconfig.target.kinds.directory import Directory

    assert isinstance(kind_of(Target("web", "production", path="/x"), Access("/")), Directory)
