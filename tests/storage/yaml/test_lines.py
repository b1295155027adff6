"""A line that is read the short way says what it says the long way."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from gmconfig.storage.yaml import lines


@given(
    st.from_regex(r" {0,3}[A-Za-z0-9_][A-Za-z0-9_./-]{0,5}: [A-Za-z][A-Za-z0-9_.=+/-]{0,9}", fullmatch=True)
)
@example("a: true")
@example("a: Null")
@example("1: e5")
@example("a: .inf")
def test_a_key_and_a_word(text):
    short = lines._common(text)
    assert short is None or repr(short) == repr(lines._read(text))


def test_what_is_no_key_and_word_is_read_the_long_way():
    for text in (
        "null: a",
        "a: 1",
        "a:",
        "a: b c",
        "- a: b",
        "a: b # c",
        "a: 'b'",
        "",
        "# a: b",
        "a: " + "b" * 1_000,
    ):
        assert lines._common(text) is None
