"""What is secret on a target is shown nowhere, wherever somebody put it."""

import json
import os
import shutil
from pathlib import Path

import pytest
import yaml

from gmconfig import ConfigManager, SecretsManager
from gmconfig.api import How, start
from gmconfig.api.drift.adopting import adopt
from gmconfig.api.drift.drifting import Drifter
from gmconfig.deploy.correction import Correction
from gmconfig.deploy.options import Options
from gmconfig.drift.detection import detections
from tests.deploy.fleet import Fleet

_SHOWN = "pony"  # in every secret
_IDENTITY = ".config/gmconfig/identity"


@pytest.fixture(scope="module")
def vaulted(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """Targets with secrets in maps, in lists and inside texts."""
    fleet = Fleet(tmp_path_factory.mktemp("vaulted"), {"web": {}})
    start(fleet.root, how=How())
    secrets = SecretsManager(root=fleet.root)
    for name in ("one", "two"):
        secrets.create_secret(name, f"{_SHOWN}-{name}-quartz", "password", name)
    fleet.write(
        "config/settings.yaml",
        {
            "db": {"host": "db-1", "password": "${SECRET:one}"},
            "users": [
                {"name": "ann", "password": "${SECRET:one}"},
                {"name": "bob", "password": "${SECRET:two}"},
            ],
            "keys": ["${SECRET:one}", "plain"],
            "url": "postgres://u:${SECRET:two}@db-1/x",
        },
    )
    fleet.declare({"web": {}, "env": {"format": "dotenv"}, "props": {"format": "properties"}})
    fleet.commit()
    fleet.apply()
    shutil.move(Path(os.environ["HOME"], _IDENTITY), fleet.live.parent / "identity")
    return fleet


@pytest.fixture
def key(vaulted: Fleet) -> None:
    """Have the key at hand; without it, what is secret must be known all the same."""
    place = Path(os.environ["HOME"], _IDENTITY)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(vaulted.live.parent / "identity", place)


@pytest.fixture
def live(vaulted: Fleet):
    """The live files, which are put back afterwards."""
    files = [path for path in vaulted.live.rglob("settings.*") if path.is_file()]
    before = {path: path.read_bytes() for path in files}
    yield vaulted.live
    for path, content in before.items():
        path.write_bytes(content)


def _secret_of(tree: dict, name: str) -> str:
    return next(user["password"] for user in tree["users"] if user["name"] == name)


_MOVES = {
    "an item in front": lambda tree: tree["users"].insert(0, {"name": "new", "password": "pony-new"}),
    "the first item gone": lambda tree: tree["users"].pop(0),
    "another order": lambda tree: tree["users"].reverse(),
    "a text in front": lambda tree: tree["keys"].insert(0, "front"),
    "a map become a list": lambda tree: tree.update(db=[tree["db"]["password"]]),
    "a list become a map": lambda tree: tree.update(users={"ann": _secret_of(tree, "ann")}),
    "a map become a text": lambda tree: tree.update(db=str(tree["db"])),
    "a copy": lambda tree: tree.update(copy=tree["db"]["password"]),
    "a copy over a plain value": lambda tree: tree["db"].update(host=tree["db"]["password"]),
    "a copy within a new map": lambda tree: tree.update(more={"a": [{"b": tree["url"]}]}),
    "a new value with a telling name": lambda tree: tree["db"].update(api_token="pony-new"),
    "a new secret in a new item": lambda tree: tree["users"].append({"name": "new", "password": "pony-2"}),
}


@pytest.mark.parametrize("move", _MOVES.values(), ids=list(_MOVES))
def test_a_secret_that_moved_or_was_copied_is_told_without_its_value(vaulted: Fleet, live: Path, move):
    told = _told(vaulted, live, move)
    assert _SHOWN not in told
    assert "quartz" not in told


def _told(fleet: Fleet, live: Path, move) -> str:
    file = live / "web/settings.yaml"
    tree = yaml.safe_load(file.read_text())
    move(tree)
    file.write_text(yaml.safe_dump(tree, sort_keys=False))
    found = Drifter(fleet.deployer()).detect(["web"])
    assert found.detections
    [plan] = fleet.deployer().plan(("web",))
    return json.dumps([[(str(one.wanted), str(one.live)) for one in found.detections], plan.as_json()])


def test_what_stands_in_plain_beside_a_secret_is_shown(vaulted: Fleet, live: Path):
    assert "['***', 'plain', 'plain']" in _told(vaulted, live, lambda tree: tree["keys"].append("plain"))


@pytest.mark.usefixtures("key")
def test_a_secret_within_a_text_is_known_where_the_key_is_at_hand(vaulted: Fleet, live: Path):
    told = _told(vaulted, live, lambda tree: tree["db"].update(note=f"was {tree['db']['password']}"))
    assert _SHOWN not in told


def test_the_same_item_at_another_place_has_the_same_secret(vaulted: Fleet, live: Path):
    file = live / "web/settings.yaml"
    tree = yaml.safe_load(file.read_text())
    tree["users"].pop(0)
    file.write_text(yaml.safe_dump(tree))
    [found] = Drifter(vaulted.deployer()).detect(["web"]).detections
    assert found.path == "users[name=ann]"
    assert found.wanted == {"name": "ann", "password": "***"}


def test_secrets_in_flat_forms_stay_secret_where_items_moved(vaulted: Fleet, live: Path):
    props = live / "props/settings.properties"
    text = props.read_text().replace("users.1.", "users.2.").replace("users.0.", "users.1.")
    props.write_text(text + "users.0.name=new\nusers.0.password=pony-new\n")
    env = live / "env/settings.env"
    env.write_text(env.read_text() + "COPY=pony-one-quartz\nMORE_TOKEN=pony-new\n")
    found = Drifter(vaulted.deployer()).detect(["props", "env"])
    assert len(found.detections) > 4
    assert _SHOWN not in str([(one.wanted, one.live) for one in found.detections])


@pytest.mark.usefixtures("key")
def test_nothing_secret_is_adopted_in_plain(vaulted: Fleet, live: Path):
    file = live / "web/settings.yaml"
    tree = yaml.safe_load(file.read_text())
    tree["keys"].insert(1, tree["users"][1]["password"])
    tree["users"].append({"name": "cid", "password": "pony-cid"})
    tree["copy"] = tree["db"]["password"]
    file.write_text(yaml.safe_dump(tree, sort_keys=False))
    drifter = Drifter(vaulted.deployer())
    for path in ("keys", "users[name=cid]", "copy"):
        adopt(drifter, "web", None, path)
    assert _SHOWN not in vaulted.git("log", "-p", "--all")
    [standing] = drifter.detect(["web"]).standings
    assert len(list(detections(standing))) == 3
    value = ConfigManager("production", root=vaulted.root).get_config("settings")
    assert value["keys"] == tree["keys"]
    assert value["users"] == tree["users"]
    assert value["copy"] == tree["copy"]


@pytest.mark.usefixtures("key")
def test_a_correction_brings_no_secret_that_is_not_deployed_yet(vaulted: Fleet, live: Path):
    vaulted.apply()
    file = live / "web/settings.yaml"
    before = file.read_bytes()
    SecretsManager(root=vaulted.root).rekey("default")
    resealed = Drifter(vaulted.deployer()).detect()
    assert [one.is_behind for one in resealed.standings] == [False] * 3, "the same values, sealed anew"
    SecretsManager(root=vaulted.root).rotate_secret("one", f"{_SHOWN}-rotated")
    assert [one.is_behind for one in Drifter(vaulted.deployer()).detect().standings] == [True] * 3
    file.write_bytes(before.replace(b"host: db-1", b"host: db-9"))
    Drifter(vaulted.deployer()).correct(["web"], Correction(), Options())
    assert file.read_bytes() == before
    vaulted.git("reset", "-q", "--hard", "HEAD~2")
