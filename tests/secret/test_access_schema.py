"""`schemas/access.schema.json` says of access.yaml what its reader says."""

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.errors import GmconfigError
from gmconfig.secret.access.reading import _SECTIONS, parse
from gmconfig.secret.keyring.identity import generate

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas/access.schema.json").read_text())
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
ANN = generate("ann")
KEYS = {"age": ANN.recipient, "verify": ANN.verifier}
SEALED = {"salt": "AAAAAAAAAAAAAAAAAAAAAA==", "iterations": 1_200_000, "seed": "x"}
EVERYTHING = {
    "members": {"ann": KEYS, "bob": None, "carol": {}, "dora": {**KEYS, "passphrase": SEALED}},
    "roles": {"operators": ["ann", "bob"], "one": "carol"},
    "scopes": {
        "default": [],
        "payments": [{"secrets": ["stripe_*"], "environments": ["production"]}, {"document": "billing"}],
        "other": None,
    },
    "grants": [{"to": ["operators"], "scopes": "*", "may": ["read", "write", "rotate", "admin"]}],
    "must_be_sealed": [{"document": "settings", "paths": ["database.password", "**.token"]}],
    "rotation": [
        {"secrets": ["a"], "run": ["ops/rotate"], "files": {"ops/rotate": "5f"}, "timeout": 60},
        {"secrets": "b", "run": "partner keys renew", "issues": True, "files": None},
    ],
    "references": None,
    "layout": {"any": 1},
}


def _read(tree: object) -> bool:
    try:
        parse(tree)
    except GmconfigError:
        return False
    return True


def test_every_section_is_described_and_accepted_by_both():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert set(SCHEMA["properties"]) == set(_SECTIONS) == set(EVERYTHING)
    assert all("description" in entry for entry in SCHEMA["properties"].values())
    assert _read(EVERYTHING)
    VALIDATOR.validate(EVERYTHING)
    assert _read({}) and VALIDATOR.is_valid({})


@pytest.mark.parametrize(
    "wrong",
    [
        {"member": {}},
        {"members": {"../x": KEYS}},
        {"members": {"ann": {"age": ANN.recipient}}},
        {"members": {"ann": {**KEYS, "pgp": "x"}}},
        {"members": {"ann": {**KEYS, "passphrase": {"salt": "x"}}}},
        {"scopes": {"Payments": []}},
        {"scopes": {"payments": [{"secret": "x"}]}},
        {"grants": [{"to": [], "may": []}]},
        {"grants": [{"to": [], "scopes": [], "may": ["open"]}]},
        {"rotation": [{"secrets": ["a"]}]},
        {"rotation": [{"run": "x", "timeout": 0}]},
        {"rotation": [{"run": []}]},
    ],
)
def test_both_refuse_what_people_get_wrong(wrong: object):
    assert not _read(wrong)
    assert not VALIDATOR.is_valid(wrong)


# An empty map where a list belongs is read as nothing; a schema would rather say so.
_wrong = st.sampled_from([1, "x", True, ["x"], [1], {"x": 1}, [{}], [[]]])


@given(st.data())
def test_what_the_reader_takes_the_schema_takes(data: st.DataObject):
    """The schema may be looser (it knows no keys, paths or members), never stricter."""
    tree = json.loads(json.dumps(EVERYTHING))
    node: object = tree
    while isinstance(node, dict | list) and node:
        among = list(node) if isinstance(node, dict) else range(len(node))
        parent, key = node, data.draw(st.sampled_from(among))
        node = parent[key]
        if data.draw(st.booleans()):
            break
    parent[key] = data.draw(_wrong)
    if _read(tree):
        VALIDATOR.validate(tree)
