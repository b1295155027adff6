"""Values that YAML 1.1 and 1.2 read differently are found, and only those."""

import pytest

from gmconfig.path import format_keys
from gmconfig.storage.yaml import compose, traps


def rules(text):
    return [(format_keys(trap.keys), trap.rule) for trap in traps(compose(text.encode()))]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("no", "boolean"), ("Yes", "boolean"), ("on", "boolean"), ("OFF", "boolean"), ("y", "boolean"),
        ("010", "octal"), ("08", "octal"), ("0o10", "octal"),
        ("12:30:45", "sexagesimal"), ("1e3", "exponent"), ("1_000", "number"), ("0b11", "number"),
    ],
)  # fmt: skip
def test_traps(text, rule):
    assert rules(f"a: {text}\n") == [("a", rule)]


@pytest.mark.parametrize(
    "text", ["true", "'no'", '"010"', "null", "~", "5", "0", "1.5", "10.0.0.1", "text", "0x1F", "!!str no"]
)
def test_what_all_readers_agree_on(text):
    assert rules(f"a: {text}\n") == []


def test_a_version_that_loses_its_zero():
    assert rules("version: 1.10\nimage:\n  appVersion: 2.0\nratio: 1.50\n") == [
        ("version", "version"),
        ("image.appVersion", "version"),
    ]


def test_trapped_keys_and_list_items_have_their_path_and_place():
    (key, item) = traps(compose(b"on:\n  - ok\n  - yes\n"))
    assert (key.node.line, key.node.column, key.keys) == (1, 1, ("on",))
    assert (item.node.line, item.node.column, item.keys) == (3, 5, ("on", 1))


def test_each_document_is_searched():
    assert [trap.document for trap in traps(compose(b"a: no\n---\na: no\n"))] == [1, 2]
