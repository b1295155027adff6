"""`drift adopt`: whatever was changed live becomes the wanted value, and nothing else changes."""

import os
from pathlib import Path

import pytest
import yaml

from gmconfig import ConfigManager
from gmconfig.api.drift.adopting import adopt
from gmconfig.api.drift.drifting import Drifter
from gmconfig.api.drift.explaining import explain
from gmconfig.deploy.correction import Correction
from gmconfig.deploy.options import Options
from gmconfig.errors import NotFound, Refused
from gmconfig.path import KeyPath
from tests.deploy.fleet import Fleet

_BASE = """\
# what all have
defaults: &defaults
  host: db-1   # the host
  pool: 10
web:
  <<: *defaults
  pool: 20
cache: *defaults
numbers: [1, 2, 3]
apps:
  - name: one   # the first
    size: 1
    region: ${REGION}
  - name: two
    size: 2
tags: [a, b]
steps:
  - name: build
  - name: test
region: ${REGION}
greeting: "Hello $${USER}"
rate: 1.5
both: 1
ports: {http: 80}
"""
_OWN = """\
# ours
apps:
  - name: two
    # measured
    size: 22  # was too small
both: 2  # said twice
"""
_FILE = "config/environments/production.yaml"


def _grown(folder: Path) -> Fleet:
    """Make and deploy a document with everything that is hard to edit, in several forms."""
    fleet = Fleet(folder, {"web": {}})
    fleet.declare(
        {
            "web": {"variables": {"REGION": "eu"}},
            "env": {"format": "dotenv", "variables": {"REGION": "eu"}},
            "props": {"format": "properties", "variables": {"REGION": "eu"}},
            "toml": {"format": "toml", "variables": {"REGION": "eu"}},
        },
        merge={"apps": {"by": "name"}, "tags": "append"},
        environments={"production": {"variables": {"REGION": "elsewhere"}}},
    )
    (fleet.root / "config/settings.yaml").write_text(_BASE)
    (fleet.root / _FILE).write_text(_OWN)
    fleet.commit()
    fleet.apply()
    return fleet


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    return _grown(tmp_path_factory.mktemp("grown"))


@pytest.fixture
def fleet(grown: Fleet):
    """The same, put back afterwards."""
    head = grown.git("rev-parse", "HEAD")
    files = {path: path.read_bytes() for path in grown.live.rglob("settings.*") if path.is_file()}
    yield grown
    grown.git("reset", "-q", "--hard", head)
    for path, content in files.items():
        path.write_bytes(content)


def _change(fleet: Fleet, change) -> dict:
    file = fleet.live / "web/settings.yaml"
    tree = yaml.safe_load(file.read_text())
    change(tree)
    file.write_text(yaml.safe_dump(tree, sort_keys=False))
    return tree


def _drifter(fleet: Fleet) -> Drifter:
    return Drifter(fleet.deployer())


def _wanted(fleet: Fleet) -> object:
    os.environ["REGION"] = "eu"  # the library reads the process's environment
    try:
        return ConfigManager("production", root=fleet.root).get_config("settings")
    finally:
        del os.environ["REGION"]


_CHANGES = {
    "an item of a list": (lambda tree: tree["numbers"].__setitem__(1, 22), ["numbers[1]"]),
    "a longer list": (lambda tree: tree["numbers"].append(4), ["numbers"]),
    "a new item by key": (
        lambda tree: tree["apps"].append({"name": "three", "size": 3}),
        ["apps[name=three]"],
    ),
    "a new item in front": (lambda tree: tree["apps"].insert(0, {"name": "zero"}), ["apps[name=zero]"]),
    "an item by key gone": (lambda tree: tree["apps"].pop(0), ["apps[name=one]"]),
    "a value beside a new item": (
        lambda tree: (tree["apps"].append({"name": "three"}), tree["apps"][0].update(size=11)),
        ["apps[name=one].size", "apps[name=three]"],
    ),
    "all below a list": (
        lambda tree: (tree["apps"].append({"name": "three"}), tree["apps"][0].update(size=11)),
        ["apps"],
    ),
    "an item changed, one gone and one new": (
        lambda tree: (
            tree["apps"].append({"name": "three"}),
            tree["apps"].pop(0),
            tree["apps"][0].update(x=1),
        ),
        ["apps"],
    ),
    "another order": (lambda tree: tree["apps"].reverse(), ["apps"]),
    "another order without a declared key": (lambda tree: tree["steps"].reverse(), ["steps"]),
    "a new item without a declared key": (
        lambda tree: tree["steps"].insert(1, {"name": "lint"}),
        ["steps[name=lint]"],
    ),
    "more in a list that overlays add to": (lambda tree: tree["tags"].append("c"), ["tags"]),
    "a merged key": (lambda tree: tree["web"].update(pool=30), ["web.pool"]),
    "a key of an alias": (lambda tree: tree["cache"].update(host="db-9"), ["cache.host"]),
    "a key that two layers have, gone": (lambda tree: tree.pop("both"), ["both"]),
    "a map gone": (lambda tree: tree.pop("ports"), ["ports.http"]),
    "another type": (lambda tree: tree.update(rate={"low": 1, "high": [2]}), ["rate"]),
    "a text instead of a map": (lambda tree: tree.update(ports="none"), ["ports"]),
    "all below a map": (lambda tree: tree["web"].update(pool=31, more={"deep": True}), ["web"]),
    "what reads as a placeholder": (lambda tree: tree.update(greeting="Bye ${USER}"), ["greeting"]),
    "an odd key": (lambda tree: tree.update({"a.b c": {"ü": "ß ${X}"}}), ['"a.b c"."ü"']),
    "an item beside a placeholder": (lambda tree: tree["apps"][0].update(extra=1), ["apps[name=one].extra"]),
}


@pytest.mark.parametrize(("change", "paths"), _CHANGES.values(), ids=list(_CHANGES))
def test_what_is_adopted_is_what_is_wanted_from_then_on(fleet: Fleet, change, paths):
    live = _change(fleet, change)
    before = (fleet.root / _FILE).read_text()
    for path in paths:
        assert explain(_drifter(fleet), "web", None, path).drifted
        adopt(_drifter(fleet), "web", None, path)
    assert _wanted(fleet) == live
    assert (fleet.root / "config/settings.yaml").read_text() == _BASE
    after = (fleet.root / _FILE).read_text()
    lost = [line for line in before.splitlines() if line not in after.splitlines()]
    assert lost in ([], ["both: 2  # said twice"])
    assert "${REGION}" not in after or "order" in str(paths)
    assert fleet.git("status", "--porcelain") == ""


def test_what_is_made_of_something_is_not_written_over(fleet: Fleet):
    _change(fleet, lambda tree: (tree.update(region="us"), tree["apps"][0].update(region="us")))
    for path in ("region", "apps[name=one].region"):
        with pytest.raises(Refused, match=r"is made of \$\{REGION\}"):
            adopt(_drifter(fleet), "web", None, path)


def test_a_place_within_a_drift_says_what_has_drifted(fleet: Fleet):
    _change(fleet, lambda tree: tree["numbers"].append(4))
    with pytest.raises(
        NotFound, match=r'"numbers\[3\]" has not drifted on web: numbers is told of as a whole'
    ):
        adopt(_drifter(fleet), "web", None, "numbers[3]")
    found = explain(_drifter(fleet), "web", None, "numbers[3]")
    assert (found.live, found.drifted) == (4, True)


def test_explaining_a_map_tells_what_is_live_in_all_of_it(fleet: Fleet):
    _change(fleet, lambda tree: (tree["web"].update(pool=31), tree["apps"].insert(0, {"name": "zero"})))
    found = explain(_drifter(fleet), "web", None, "web")
    assert (found.wanted, found.live, found.drifted) == (
        {"host": "db-1", "pool": 20},
        {"host": "db-1", "pool": 31},
        True,
    )
    assert explain(_drifter(fleet), "web", None, "apps").drifted
    assert not explain(_drifter(fleet), "web", None, "cache").drifted


@pytest.mark.parametrize(
    ("target", "file", "old", "new", "path", "value"),
    [
        ("env", "settings.env", "NUMBERS='[1, 2, 3]'", "NUMBERS='[1, 2]'", "NUMBERS", [1, 2]),
        ("env", "settings.env", "RATE=1.5", "RATE=2", "rate", 2.0),
        ("env", "settings.env", "WEB_POOL=20", "WEB_POOL='a: b'", "web.pool", "a: b"),
        ("env", "settings.env", "WEB_POOL=20", "WEB_POOL='[x'", "WEB_POOL", "[x"),
        ("props", "settings.properties", "numbers.1=2", "numbers.1=7", "numbers[1]", [1, 7, 3]),
        ("toml", "settings.toml", "http = 80", "http = 8080", "ports.http", 8080),
    ],
)
def test_other_forms_are_adopted_with_their_types(fleet: Fleet, target, file, old, new, path, value):
    live = fleet.live / target / file
    assert old in live.read_text()
    live.write_text(live.read_text().replace(old, new))
    adopt(_drifter(fleet), target, None, path)
    found = _wanted(fleet)
    keys = {"web.pool": ("web", "pool"), "WEB_POOL": ("web", "pool"), "ports.http": ("ports", "http")}
    for key in keys.get(path, (path.partition("[")[0].lower(),)):
        found = found[key]
    assert found == value
    assert type(found) is type(value)


def test_a_list_as_json_may_be_formatted_otherwise(fleet: Fleet):
    live = fleet.live / "env/settings.env"
    live.write_text(live.read_text().replace("NUMBERS='[1, 2, 3]'", "NUMBERS='[1,2,  3]'"))
    assert _drifter(fleet).detect(["env"]).ok


def test_drift_in_lists_is_ignored_and_corrected_by_key_and_by_index(tmp_path: Path):
    fleet = _grown(tmp_path)  # a correction is another release: of its own, as others follow
    rules = [
        {"path": "apps[*].size", "owner": "ops", "reason": "scaled"},
        {"path": "env.**", "owner": "o", "reason": "r"},
    ]
    before = (fleet.root / "gmconfig.yaml").read_text()
    _change(fleet, lambda tree: (tree["apps"].insert(0, {"name": "zero"}), tree["apps"][1].update(size=99)))
    settings = yaml.safe_load(before)
    settings["targets"]["web"]["ignore"] = rules
    fleet.write("gmconfig.yaml", settings)
    fleet.commit()
    assert [one.path for one in _drifter(fleet).detect(["web"]).detections] == ["apps[name=zero]"]
    (fleet.root / "gmconfig.yaml").write_text(before)
    fleet.commit()
    live = _change(fleet, lambda tree: tree["steps"].reverse())
    only = Correction(only=(KeyPath.parse("apps[name=one].size"),))
    _drifter(fleet).correct(["web"], only, Options())
    live["apps"][1]["size"] = 1
    assert yaml.safe_load((fleet.live / "web/settings.yaml").read_text()) == live
    _drifter(fleet).correct(["web"], Correction(only=(KeyPath.parse("apps[*]"),), prune=True), Options())
    live["apps"].pop(0)
    assert yaml.safe_load((fleet.live / "web/settings.yaml").read_text()) == live
