"""One schema against values: the unknown, references, broken schemas, formats, drafts, words."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.validate.schema import explain, verdict
from gmconfig.validate.schema.compiled import Schema
from gmconfig.validate.schema.resources import Resources
from gmconfig.validate.schema.unknown import UNKNOWN

DRAFTS = {
    4: "http://json-schema.org/draft-04/schema#",
    6: "http://json-schema.org/draft-06/schema#",
    7: "http://json-schema.org/draft-07/schema#",
    2019: "https://json-schema.org/draft/2019-09/schema",
    2020: "https://json-schema.org/draft/2020-12/schema",
}


def schema(contents: Any, **files: Any) -> Schema:
    known = {name.replace("__", "/") + ".json": data for name, data in files.items()}

    def read(file: str) -> object:
        return known[file]

    return Schema("schemas/settings.schema.json", contents, Resources(known, read))


def messages(contents: Any, value: Any) -> list[str]:
    return [problem.message for problem in schema(contents).problems(value)]


def is_unknown(value: object) -> bool:
    return isinstance(value, Hole)


class Hole:
    """Something nobody knows."""


HOLE = Hole()


@pytest.mark.parametrize(
    ("contents", "value"),
    [
        ({"type": "integer"}, HOLE),
        ({"properties": {"a": {"type": "integer", "maximum": 3}}}, {"a": HOLE}),
        ({"anyOf": [{"required": ["b"]}, {"properties": {"a": {"const": 1}}}]}, {"a": HOLE}),
        ({"oneOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"a": {"const": 2}}}]}, {"a": HOLE}),
        ({"not": {"properties": {"a": {"const": ""}}}}, {"a": HOLE}),
        ({"if": {"properties": {"a": {"const": ""}}}, "then": False}, {"a": HOLE}),
        ({"if": {"properties": {"a": {"const": 1}}}, "else": {"required": ["b"]}}, {"a": HOLE}),
        ({"contains": {"const": 1}}, [HOLE]),
        ({"uniqueItems": True}, [HOLE, HOLE, ""]),
        ({"enum": [{"a": 1}]}, {"a": HOLE}),
        ({"unevaluatedProperties": False, "anyOf": [{"properties": {"a": {"const": 1}}}]}, {"a": HOLE}),
        ({"not": {"uniqueItems": True}}, [HOLE, None]),
        ({"not": {"contains": {"const": 1}, "maxContains": 1}}, [1, HOLE]),
    ],
)
def test_the_unknown_never_fails(contents: Any, value: Any):
    assert schema(contents).problems(value, is_unknown=is_unknown) == []


@pytest.mark.parametrize(
    ("contents", "value", "said"),
    [
        (
            {"properties": {"a": {}, "b": {"type": "integer"}}},
            {"a": HOLE, "b": "x"},
            '"x" (a string) is not an integer',
        ),
        ({"required": ["b"]}, {"a": HOLE}, '"b" is missing'),
        ({"anyOf": [{"required": ["b"]}, {"required": ["c"]}]}, {"a": HOLE}, "fits none of the 2"),
        ({"maxItems": 1}, [HOLE, HOLE], "more than the maximum of 1"),
        ({"properties": {"a": False}}, {"a": HOLE}, "nothing is allowed here"),
    ],
)
def test_what_is_wrong_whatever_the_unknown_is_still_fails(contents: Any, value: Any, said: str):
    (problem,) = schema(contents).problems(value, is_unknown=is_unknown)
    assert said in problem.message or "is missing" in problem.message


@given(st.data())
def test_an_error_about_the_unknown_holds_for_every_value_it_could_have(data: st.DataObject):
    contents = data.draw(SCHEMAS)
    shape = data.draw(VALUES)
    holed = _with_hole(shape)
    compiled = schema({"$schema": DRAFTS[7], **contents})
    if compiled.problems(holed, is_unknown=is_unknown):
        for filler in (None, 0, 1, "a", [], {}, {"a": 1}, True):
            assert not compiled.is_valid(_filled(holed, filler))


LEAVES = st.sampled_from(
    [{}, {"type": "integer"}, {"const": 1}, {"enum": ["a", 1]}, {"type": ["string", "null"]}, {"minimum": 1},
     {"pattern": "^a"}, {"maxLength": 0}, {"required": ["a"]}, {"format": "ipv4"}, {"uniqueItems": True}]
)  # fmt: skip
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"properties": st.dictionaries(st.sampled_from("ab"), inner, max_size=2)}),
        st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"oneOf": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"allOf": st.lists(inner, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"if": inner, "then": inner, "else": inner}),
        st.fixed_dictionaries({"items": inner}),
        st.fixed_dictionaries({"contains": inner}),
        st.fixed_dictionaries({"additionalProperties": inner, "patternProperties": st.just({"^b": {}})}),
        st.fixed_dictionaries({"dependencies": st.just({"a": ["b"]})}),
        st.fixed_dictionaries({"propertyNames": inner}),
    ),
    max_leaves=5,
)
VALUES = st.recursive(
    st.sampled_from([None, True, 0, 1, 1.0, 1.5, "", "a", "1.2.3.4"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=5,
)


def _with_hole(value: Any) -> Any:
    """Put a hole where the first leaf is."""
    if isinstance(value, dict) and value:
        key = next(iter(value))
        return {**value, key: _with_hole(value[key])}
    if isinstance(value, list) and value:
        return [_with_hole(value[0]), *value[1:]]
    return HOLE


def _filled(value: Any, filler: Any) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, filler) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, filler) for item in value]
    return filler if value is HOLE else value


@given(st.sampled_from(sorted(DRAFTS)), SCHEMAS, VALUES)
def test_the_two_engines_agree_on_whatever_is_made_up(draft: int, contents: Any, value: Any):
    if draft == 4 and "const" in json.dumps(contents):
        return  # both ignore it, in ways of their own inside enum
    fast = verdict.compiled(contents, draft, {}.__getitem__, "file:///x.json").is_valid(value)
    assert fast == (not list(explain.explained(contents, value, draft, {}.__getitem__, "file:///x.json")))


@pytest.mark.parametrize("uri", DRAFTS.values())
def test_every_draft_asserts_formats(uri: str):
    assert messages({"$schema": uri, "format": "uri"}, "not a uri") == [
        '"not a uri" is not of the format "uri"'
    ]


def test_booleans_are_no_numbers_and_draft_4_knows_no_integral_floats():
    assert messages({"type": "integer"}, True)
    assert messages({"$schema": DRAFTS[4], "type": "integer"}, 1.0)
    assert not messages({"type": "integer"}, 1.0)


def test_a_reference_is_found_beside_the_schema_by_id_or_vendored():
    inner = {"definitions": {"port": {"maximum": 9}}}
    for ref, files in {
        "common.json#/definitions/port": {"schemas__common": inner},
        "https://example.org/c.json#/definitions/port": {
            "schemas__x": {"$id": "https://example.org/c.json", **inner}
        },
        "https://example.org/v/c.json#/definitions/port": {"schemas__vendor__example.org__v__c": inner},
    }.items():
        assert [problem.message for problem in schema({"$ref": ref}, **files).problems(10)] == [
            "10 is greater than the maximum of 9"
        ]


def test_schemas_with_ids_refer_to_each_other_by_relative_name():
    root = {"$id": "https://flagd.dev/schema/v0/flags.json", "$ref": "./targeting.json"}
    assert schema(root, schemas__targeting={"type": "string"}).problems(1)


def test_a_missing_reference_is_named_at_its_place():
    broken = schema({"properties": {"a": {"$ref": "https://example.org/nope.json"}}}).broken
    assert [(problem.keys, problem.message) for problem in broken] == [
        (("properties", "a", "$ref"), '"https://example.org/nope.json" is not among the vendored schemas')
    ]
    assert "never downloaded" in broken[0].hint


@pytest.mark.parametrize(
    ("contents", "keys"),
    [
        ({"properties": {"a": {"type": "strin"}}}, ("properties", "a", "type")),
        ({"pattern": "("}, ("pattern",)),
        ({"$schema": "http://example.org/mine"}, ("$schema",)),
        ({"$ref": "#/definitions/nope"}, ()),
        ([], ()),
        ("text", ()),
    ],
)
def test_a_broken_schema_is_a_problem_at_its_place_and_fails_no_value(contents: Any, keys: tuple):
    compiled = schema(contents)
    assert [problem.keys for problem in compiled.broken] == [keys]
    assert compiled.problems({"anything": 1}) == []


def test_a_schema_that_goes_in_circles_ends():
    assert schema({"$ref": "#"}).problems({"a": 1}) in ([], schema({"$ref": "#"}).problems({"a": 1}))


def test_values_that_json_has_no_word_for():
    class Tagged(str):
        pass

    assert not messages({"type": "string"}, Tagged("x"))
    assert not messages({"properties": {"a": {"type": "string"}}}, {"a": b"\xff"})
    assert messages({"maximum": 3}, {"a": [Tagged("x")]}) == []


@pytest.mark.parametrize(
    ("contents", "value", "said"),
    [
        ({"maximum": 65535}, 70000, "70000 is greater than the maximum of 65535"),
        ({"type": "string"}, 1.1, "1.1 (a number) is not a string"),
        ({"type": ["string", "null"]}, {}, "an empty map is not a string or null"),
        ({"enum": ["live", "paper"]}, "liv", '"liv" is not one of "live", "paper"'),
        ({"additionalProperties": False}, {"a": 1}, '"a" is not allowed here'),
        ({"minLength": 2}, "a", '"a" is shorter than the minimum of 2 characters'),
        ({"minItems": 2}, [1], "1 item is fewer than the minimum of 2"),
        ({"exclusiveMinimum": 1}, 1, "1 is not greater than 1"),
        ({"pattern": "^a"}, "b", '"b" does not match the pattern ^a'),
        ({"uniqueItems": True}, [1, 1], "the list holds an item twice"),
        (
            {"oneOf": [{"type": "integer"}, {"minimum": 0}]},
            1,
            "1 fits 2 of the 2 alternatives, and may fit only one",
        ),
        ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"c": 1}, '"a" or "b" is missing'),
        ({"oneOf": [{"type": "string"}, {"type": "array"}]}, 1, "1 (an integer) is not a string or a list"),
        ({"not": {}}, 1, "1 is what is not allowed here"),
        ({"const": "a"}, "b", '"b" is not "a"'),
        ({"multipleOf": 2}, 3, "3 is not a multiple of 2"),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, '"a" needs "b" beside it'),
        (
            {"unevaluatedProperties": False},
            {"a": 1},
            'unevaluated properties are not allowed ("a" was unexpected)',
        ),
        (False, 1, "nothing is allowed here"),
    ],
)
def test_messages_are_in_a_users_words(contents: Any, value: Any, said: str):
    assert messages(contents, value) == [said]


def test_a_hidden_value_is_in_no_message():
    contents = {
        "properties": {
            "p": {"minLength": 40, "pattern": "^x$", "enum": ["y"], "type": "integer", "format": "ipv4"}
        }
    }
    problems = schema(contents).problems({"p": "hunter2"}, is_hidden=lambda _keys: True)
    assert len(problems) == 5
    assert "hunter2" not in str(problems)


def test_the_mark_of_the_unknown_is_one():
    assert repr(UNKNOWN) == "unknown"
