"""Placeholders: their syntax, nesting, and what a text that came from outside becomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.config.placeholder import Unknown, escaped, parse, references, substitute
from gmconfig.config.schema.typed import typed
from gmconfig.errors import BrokenConfiguration
from gmconfig.path import scalar_text
from gmconfig.secret.token import Secret

VALUES = {
    "A": "va",
    "E": "e",
    "DB_e": "nested",
    "P": "${A}",
    "PW": Secret("s3cret"),
    "U": Unknown("sealed"),
    "M": {"x": 1},
}


def filled(text: str) -> object:
    return substitute(parse(text), lambda _, name: VALUES.get(name))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("${A}", "va"),
        ("x-${A}-${E}", "x-va-e"),
        ("${NO:default}", "default"),
        ("${A:default}", "va"),
        ("${NO:}", ""),
        ("${NO:${ALSO:${A}}}", "va"),
        ("${DB_${E}}", "nested"),
        ("${NO:a:b}", "a:b"),
        ('${NO:{"a": {}}}', '{"a": {}}'),
        ("$${A}", "${A}"),
        ("a$${b}c${A}", "a${b}cva"),
        ("${NO:$${x}}", "${x}"),
        ("$A $ $$ {A}", "$A $ $$ {A}"),
        ("${P}", "${A}"),  # what was substituted is not read again
        ("${NO:${P}}", "${A}"),
        ("${SECRET:PW}", Secret("s3cret")),
        ("pg://u:${SECRET:PW}@h", Secret("pg://u:s3cret@h")),
        ("x${U}", Unknown("sealed")),
        ("${CONFIG:M}", {"x": 1}),
    ],
)
def test_substitution(text, value):
    assert filled(text) == value


@pytest.mark.parametrize(
    "text", ["${", "${A", "${A:${B}", "${}", "${ A}", "${a b}", "${1}", "${SECRET:x:y}", "${SECRET:}"]
)
def test_what_is_no_placeholder_is_an_error(text):
    with pytest.raises(BrokenConfiguration) as caught:
        parse(text)
    assert "$${" in caught.value.hint or "SECRET" in caught.value.hint


def test_maps_do_not_fit_into_a_text_and_secrets_not_into_a_name():
    with pytest.raises(BrokenConfiguration, match="a map cannot stand inside a text"):
        filled("x${CONFIG:M}")
    with pytest.raises(BrokenConfiguration, match="secret"):
        filled("${X_${SECRET:PW}}")


def test_a_composed_secret_is_not_printed():
    assert "s3cret" not in repr(filled("a${SECRET:PW}")) + str(filled("a${SECRET:PW}"))


def test_references_are_found_at_any_depth():
    found = references(parse("${A:${SECRET:x}}-${B_${C}}"))
    assert [reference.text for reference in found] == ["${A:${SECRET:x}}", "${SECRET:x}", "${B_${C}}", "${C}"]


@given(st.text())
def test_escaped_text_means_itself(text):
    assert "".join(part for part in parse(escaped(text)) if isinstance(part, str)) == text
    assert not list(references(parse(escaped(text))))


@given(st.text(alphabet="${}AB:x"))
def test_any_text_parses_or_is_refused_and_no_value_is_read_again(text):
    try:
        parts = parse(text)
    except BrokenConfiguration:
        return
    value = substitute(parts, lambda *_: "${A}")
    assert isinstance(value, str)


@pytest.mark.parametrize(
    ("text", "types", "value"),
    [
        ("8080", None, 8080),
        ("1.10", None, "1.10"),
        ("1.5", None, 1.5),
        ("-3", None, -3),
        ("007", None, "007"),
        ("+1", None, "+1"),
        ("1e3", None, "1e3"),
        ("true", None, True),
        ("True", None, "True"),
        ("yes", None, "yes"),
        ("null", None, None),
        ("", None, ""),
        ("12_000", None, "12_000"),
        ("8080", ["string"], "8080"),
        ("1.10", ["number"], 1.1),
        ("1e3", ["number"], 1000.0),
        ("x", ["integer"], "x"),
        ("1.5", ["integer"], "1.5"),
        ("false", ["boolean"], False),
        ("no", ["boolean"], "no"),
        ("[1, a]", ["array"], [1, "a"]),
        ('{"a": 1}', ["object", "string"], {"a": 1}),
        ("{", ["object"], "{"),
        ("9" * 5000, None, "9" * 5000),
    ],
)
def test_types_of_texts(text, types, value):
    assert (typed(text, types), type(typed(text, types))) == (value, type(value))


@given(st.text() | st.integers().map(str) | st.floats().map(str))
def test_without_a_schema_nothing_is_lost(text):
    assert scalar_text(typed(text)) == text
