"""What is written: every reader of YAML 1.1 and 1.2 gets the same value back."""

import math

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from gmconfig.errors import UsageError
from gmconfig.storage.yaml import Tagged, dump, load, scalar
from gmconfig.storage.yaml.comparison import same
from gmconfig.storage.yaml.writer import flow

from .generated import AWKWARD, scalars, values


def read_by_1_1(raw):
    return yaml.load(raw, yaml.CSafeLoader)


def read_by_pure_1_1(raw):
    return yaml.safe_load(raw)


def read_by_1_2(raw):
    return YAML(typ="safe", pure=True).load(raw)


READERS = [load, read_by_1_1, read_by_pure_1_1, read_by_1_2]


@given(values)
def test_every_reader_gets_the_dumped_value_back(value):
    raw = dump(value)
    for reader in READERS:
        assert same(reader(raw), value), reader.__name__


@given(values)
def test_flow_style_too(value):
    raw = f"key: {flow(value)}\n".encode()
    for reader in READERS:
        assert same(reader(raw), {"key": value}), reader.__name__


@given(scalars)
@example(-0.0)
@example(1e-7)
@example(1e22)
@example(math.inf)
@example(-math.inf)
@example(math.nan)
def test_scalars_in_every_quote(value):
    for style in ("", "'", '"'):
        raw = f"- {scalar(value, style=style)}\n".encode()
        for reader in READERS:
            assert same(reader(raw), [value]), (reader.__name__, raw)


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_stay_texts_as_values_and_as_keys(text):
    for reader in READERS:
        assert same(reader(dump({text: [text]})), {text: [text]}), reader.__name__


@pytest.mark.parametrize(
    "text", ["plain", "some words", "a:b", "http://x.y/z", "-a", "v1.2.3", "1.2.3", "a'b", "é"]
)
def test_what_needs_no_quotes_gets_none(text):
    assert scalar(text) == text


@pytest.mark.parametrize(
    "text", ["no", "Yes", "on", "y", "010", "1.10", "1e3", "12:30:45", "2024-01-01", "0o10", "~", ""]
)
def test_what_a_reader_may_misread_is_quoted(text):
    assert scalar(text) == f'"{text}"'


def test_several_lines_become_a_literal_block():
    assert dump({"a": "one\ntwo\n"}) == b"a: |\n  one\n  two\n"
    assert dump({"a": "one\ntwo"}) == b"a: |-\n  one\n  two\n"


@pytest.mark.parametrize("value", ["two\nlines", "x\n# y\n", "", None, 1, [], {}, "--- a"])
def test_a_file_may_be_one_value(value):
    for reader in READERS:
        assert same(reader(dump(value)), value), reader.__name__


def test_unknown_tags_and_bytes_are_written_back():
    assert load(dump({"a": Tagged("x", "!vault"), "b": b"\x00\xff"})) == {
        "a": Tagged("x", "!vault"),
        "b": b"\x00\xff",
    }
    assert dump({"a": Tagged("x", "!vault")}) == b'a: !vault "x"\n'


def test_subclasses_of_text_are_written_as_text():
    class Sealed(str):
        pass

    assert dump({"a": Sealed("gm1.x")}) == b"a: gm1.x\n"


def test_what_yaml_has_no_type_for_is_refused():
    with pytest.raises(UsageError, match="set cannot be written"):
        dump({"a": {1}})


def test_a_value_nested_without_end_is_refused():
    value = []
    value.append(value)
    with pytest.raises(UsageError, match="deeper"):
        dump(value)


@given(st.from_regex(r"[A-Za-z_][A-Za-z0-9_./-]{5,12}", fullmatch=True), st.booleans())
@example("e12345", False)
@example("_12345", False)
def test_a_long_word_without_quotes_is_text_to_every_reader(text, in_flow):
    from gmconfig.storage.yaml.quoting import can_be_plain

    assert (scalar(text, flow=in_flow) == text) == can_be_plain(text, in_flow)
