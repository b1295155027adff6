"""A schema inferred from data accepts that data, and catches what differs from it."""

import json

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.config.schema.infer import generate_schema, inferred
from gmconfig.config.schema.infer_files import document_schema, schema_edits
from gmconfig.errors import Refused, UnknownDocument

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=15,
)


def accepts(schema, value):
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema).is_valid(value) and jsonschema_rs.validator_for(
        schema
    ).is_valid(value)


@given(st.lists(values, min_size=1, max_size=4))
def test_every_sample_is_accepted(samples):
    schema = json.loads(json.dumps(inferred("x", samples)))
    assert all(accepts(schema, sample) for sample in samples)


def test_what_all_have_is_required():
    schema = inferred("x", [{"a": 1, "b": 1}, {"a": 2}])
    assert schema["required"] == ["a"]
    assert accepts(schema, {"a": 3})
    assert not accepts(schema, {"b": 1})


def test_types_are_those_that_were_seen():
    schema = inferred("x", [{"a": 1, "n": 1, "s": None}, {"a": "x", "n": 1.5, "s": True}])
    types = {name: inner["type"] for name, inner in schema["properties"].items()}
    assert types == {"a": ["string", "integer"], "n": "number", "s": ["boolean", "null"]}


@pytest.mark.parametrize(
    "open_value", ["gm1.default.a1.eA", "${PORT:80}", "http://${HOST}/", float("inf"), b"x"]
)
def test_what_may_become_anything_is_left_open(open_value):
    assert inferred("x", [{"a": open_value}, {"a": 1}])["properties"] == {"a": {}}


def test_kept_placeholders_are_texts():
    schema = inferred("x", [{"a": "${PORT}"}], resolves_placeholders=False)
    assert schema["properties"]["a"] == {"type": "string"}


def test_items_share_one_schema():
    schema = inferred("x", [{"l": [{"v": 1}, {"v": 2, "w": "x"}]}, {"l": []}])
    items = schema["properties"]["l"]["items"]
    assert items["required"] == ["v"]
    assert items["properties"]["w"] == {"type": "string"}


def test_a_choice_needs_many_items():
    few = [{"l": [{"kind": "red"}, {"kind": "blue"}]}]
    many = [{"l": [{"kind": kind, "name": kind} for kind in ("red", "blue") for _ in range(6)]}]
    assert "enum" not in json.dumps(inferred("x", few))
    properties = inferred("x", many)["properties"]["l"]["items"]["properties"]
    assert properties == {"kind": {"type": "string", "enum": ["blue", "red"]}, "name": {"type": "string"}}


def test_one_sample_is_enough():
    schema = generate_schema("settings", {"system": {"version": "1.0.0"}})
    assert (schema["title"], schema["$schema"]) == ("settings", "http://json-schema.org/draft-07/schema#")
    assert accepts(schema, {"system": {"version": "2.0.0"}})
    assert not accepts(schema, {"system": {"version": 2}})


def test_a_document_is_inferred_from_every_environment(project):
    made = project(
        {
            "gmconfig.yaml": "environments: {production: {}, staging: {}}\n",
            "config/settings.yaml": "a: 1\nb: 1\n",
            "config/environments/production.yaml": "a: x\nb: null\n",
        }
    )
    schema = document_schema(made, made.worktree(), "settings")
    assert schema["properties"]["a"]["type"] == ["string", "integer"]
    assert schema["required"] == ["a"]
    with pytest.raises(UnknownDocument):
        document_schema(made, made.worktree(), "nope")


def test_modelines_lead_editors_from_whole_files_to_the_schema(project):
    made = project(
        {
            "gmconfig.yaml": "environments: {production: {}}\n",
            "config/settings.yaml": "# mine\r\na: 1\r\nb: 1\r\n",
            "config/environments/production.yaml": "b: 2\n",
        }
    )
    snapshot = made.worktree()
    edits = schema_edits(made, snapshot, "settings", document_schema(made, snapshot, "settings"))
    assert sorted(edits) == ["config/settings.yaml", "schemas/settings.schema.json"]
    text = edits["config/settings.yaml"].apply(snapshot.read("config/settings.yaml"))
    assert text.splitlines()[:3] == [
        b"# yaml-language-server: $schema=../schemas/settings.schema.json",
        b"# $schema: ../schemas/settings.schema.json",
        b"# mine",
    ]
    assert edits["config/settings.yaml"].apply(text) == text
    assert json.loads(edits["schemas/settings.schema.json"].apply(None))["title"] == "settings"


def test_a_schema_by_hand_is_not_overwritten(project):
    made = project({"config/settings.yaml": "a: 1\n", "schemas/settings.schema.json": "{}"})
    with pytest.raises(Refused):
        schema_edits(made, made.worktree(), "settings", {})
    assert schema_edits(made, made.worktree(), "settings", {}, replace=True)
