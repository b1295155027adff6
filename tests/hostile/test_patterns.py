"""Patterns that take for ever on the texts that they are tried on: schemas are other people's, and so are values."""

import json
from pathlib import Path

import pytest

from gmconfig.validate.automation_rules import matches as matches_event
from gmconfig.validate.schema.pattern import matches
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


def test_a_glob_of_events_comes_to_an_end():
    assert not matches_event("[{" * 500_000, "config.changed")
    assert matches_event("config.*", "config.changed")
