"""The architecture note is true: rooms, places to add something, and each room's own map of its modules."""

import ast
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import gmconfig

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "gmconfig"
ROOMS = {
    path.stem
    for path in PACKAGE.iterdir()
    if not path.name.startswith("_") and (path.suffix == ".py" or path.is_dir())
}
MANY = 20
"""A room with more modules than this tells a stranger where to begin."""


def note(package: Path) -> str:
    return ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""


PACKAGES = sorted(path.parent for path in PACKAGE.rglob("__init__.py"))


def test_the_note_names_every_room_and_no_other():
    told = note(PACKAGE).partition("The rooms")[2].partition("One command")[0]
    heads = re.findall(r"^    (\w+(?:, \w+)*)(?:  |:)", told, re.MULTILINE)
    assert {name for head in heads for name in head.split(", ")} == ROOMS


def test_the_rooms_are_told_in_the_order_in_which_they_build_on_each_other():
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    layers = [set(layer.split(" | ")) for layer in contract["layers"]]
    assert set.union(*layers) - {"__main__"} == ROOMS
    told = [
        head for head in re.findall(r"^    (\w+)  ", gmconfig.__doc__ or "", re.MULTILINE) if head in ROOMS
    ]
    places = [next(i for i, layer in enumerate(layers) if head in layer) for head in told]
    assert places == sorted(places)


def test_where_to_add_what_exists():
    told = note(PACKAGE).partition("Where to add what")[2]
    for name in re.findall(r"`((?:\w+\.)*\w+)`", told):
        if (name.split(".")[0]) in ROOMS:
            import_module(f"gmconfig.{name}")
    for path in re.findall(r"`((?:schemas|tests)/[\w./]+)`", told):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_map_of_a_room_leads_to_modules_that_exist(package: Path):
    named = re.findall(r"`([\w/]+(?:\.py|/))`", note(package))
    assert [name for name in named if not any((at / name).exists() for at in (package, ROOT))] == []
    assert named or len(list(package.glob("*.py"))) <= MANY
