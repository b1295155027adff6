"""Patterns that take for ever on the texts that they are tried on: schemas are other people's, and so are values."""

import json
from pathlib import Path

import pytest

from gmconfig.errors import UsageError
from gmconfig.path import KeyPath
from gmconfig.path.name_glob import is_named
from gmconfig.secret.access.rule import path_matches
from gmconfig.validate.automation_rules import matches as matches_event
from gmconfig.validate.schema.compiled import Schema
from gmconfig.validate.schema.formats import is_regex
from gmconfig.validate.schema.pattern import matches
from gmconfig.validate.schema.resources import Resources
from tests.cli.conftest import cli, trading

__all__ = ["cli", "trading"]

ENDLESS = {
    "^(a+)+$": "a" * 60 + "!",
    "^(a|a)*$": "a" * 60 + "!",
    "(a+a+)+b": "a" * 60,
    "^(?:a?){60}a{60}b$": "a" * 60,
    r"^(a+)+\1b$": "a" * 60,
    "^(?=a)(a|aa)+$": "a" * 60 + "!",
}


@pytest.mark.parametrize("pattern", ENDLESS)
def test_a_pattern_comes_to_an_end(pattern: str):
    assert not matches(pattern, ENDLESS[pattern])
    assert matches(pattern.replace("b", "").rstrip("$"), "a" * 60)


def test_validation_comes_to_an_end(cli, trading: Path):
    properties = {f"p{number}": {"pattern": pattern} for number, pattern in enumerate(ENDLESS)}
    schema = {
        "properties": properties,
        "patternProperties": {pattern: {"type": "null"} for pattern in ENDLESS},
    }
    (trading / "schemas/evil.schema.json").write_text(json.dumps(schema))
    values = {f"p{number}": text for number, text in enumerate(ENDLESS.values())}
    (trading / "config/evil.yaml").write_text(json.dumps({**values, "a" * 60 + "!": 1}))
    answer = cli("validate", "config/evil.yaml", "-o", "json")
    assert answer.code == 1
    assert sum(
        "does not match the pattern" in one["message"] for one in json.loads(answer.out)["findings"]
    ) == len(ENDLESS)


LOOKING = ("(?=a)(a|aa)+$", "a{1,5000}b", r"(a+)+\1b", "(?:a{1,50}){1,50}b", "(?<=a*x)b")
QUICK = ("^-----BEGIN", "(?:.*a){20}b", "[^x]*y$", r"^\d{4}-\d{2}")


@pytest.mark.parametrize("pattern", LOOKING + QUICK)
def test_a_very_long_value(pattern: str):
    """A quick pattern is tried on it; any other is said to be none for it, and only where it is asked for."""
    properties = {"a": {"pattern": pattern}, "b": {"anyOf": [{"pattern": pattern}, {"minLength": 3}]}}
    schema = Schema("x", {"properties": properties}, Resources({}, {}.__getitem__))
    long = "a" * 1_000_000
    [problem] = schema.problems({"a": long})
    assert ("too long to be tried" in problem.message) == (pattern in LOOKING)
    assert len(problem.message) < 1_000
    assert schema.problems({"b": long, "c": long}) == []
    assert schema.is_valid({"b": long}) and not schema.is_valid({"a": long})


def test_a_pattern_that_is_as_long_is_none():
    for pattern in ("|" * 200_000, "(" * 200_000, r"\p{L}" * 100_000):
        assert not is_regex(pattern) and not matches(pattern, "a" * 20_000)


@pytest.mark.parametrize(
    ("to", "by", "name"),
    [("#/$defs/d%d", "title", "%d"), ("#d%d", "$anchor", "d%d"), ("http://x/d%d", "$id", "http://x/d%d")],
    ids=["pointer", "anchor", "id"],
)
def test_a_schema_that_multiplies_is_broken(to: str, by: str, name: str):
    """It is a kilobyte whose parts each refer twice to the next one."""
    parts = {f"d{n}": {"allOf": [{"$ref": to % (n + 1)}] * 2, by: name % n} for n in range(40)}
    last = {"type": "string", by: name % 40}
    contents = {"$defs": {**parts, "d40": last}, "$ref": to % 0}
    schema = Schema("x", contents, Resources({}, {}.__getitem__))
    [problem] = schema.broken
    assert "more than 10,000 schemas" in problem.message
    assert schema.problems(7) == []


def test_schemas_that_refer_to_themselves_are_sound():
    tree = {"properties": {"a": {"$ref": "#"}}, "allOf": [{"type": ["object", "null"]}]}
    for contents in (tree, {"$ref": "#"}, {"allOf": [{"$ref": "#"}, {"type": "object"}]}):
        schema = Schema("x", contents, Resources({}, {}.__getitem__))
        assert not schema.broken
        assert schema.problems({"a": {"a": None}}) == []
    assert Schema("x", tree, Resources({}, {}.__getitem__)).problems({"a": {"a": 1}})


def test_what_nests_without_end_is_told(cli, trading: Path):
    deep = '{"a":' * 500 + "1" + "}" * 500
    (trading / "deep.json").write_text(deep)
    (trading / "tree.json").write_text('{"properties": {"a": {"$ref": "#"}}}')
    assert (
        "deep.json:1:1: error: yaml: nested deeper than 200"
        in cli("validate", "deep.json", "--schema", "tree.json").out
    )
    schema = Schema(
        "x", json.loads(deep.replace("a", "not").replace("1", "{}")), Resources({}, {}.__getitem__)
    )
    assert [one.message for one in schema.broken] == ["nested too deeply"]


def test_a_glob_of_names_comes_to_an_end():
    for glob in ("[{" * 500_000, "[" * 500_000, "*a" * 400 + "b"):
        assert not matches_event(glob, "config.changed")
        assert not is_named("a" * 5_000, (glob, "b*"))
        assert is_named("a" * 5_000, (glob, "*a*"))
    assert matches_event("config.*", "config.changed")


def test_a_path_has_few_ways_to_be_read():
    keys = ("a",) * 190
    with pytest.raises(UsageError, match=r"more than 3 times"):
        KeyPath.parse("**.a." * 4 + "b")
    path = KeyPath.parse("**.a." * 3 + "a")
    assert path.matches(keys) and path_matches(path.segments, keys)
