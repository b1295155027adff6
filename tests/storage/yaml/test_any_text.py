"""Any text at all: the two ways of reading agree, and what is wrong never ends in a traceback."""

from hypothesis import example, given
from hypothesis import strategies as st

from gmconfig.errors import BrokenConfiguration, GmconfigError
from gmconfig.path import KeyPath
from gmconfig.storage.yaml import compose, construct, load_all, traps
from gmconfig.storage.yaml.edit import Append, Set, Unset, edit

pieces = st.sampled_from(
    [
        "a", "b: ", "- ", "? ", ": ", ":", "\n", "\n  ", "\n    ", " ", "{", "}", "[", "]", ", ",
        "'", '"', "&a ", "*a",
        "<<: ", "!t ", "!!str ", "!!merge ", "! ", "| \n ", ">-\n ", "#c", " # c", "---", "\n---\n",
        "\n...\n", "%YAML 1.2",
        "\t", "\r\n", "1", "~", "1.10", "\ufeff", "\x85", "\u2028", "\x00", "é", "?x", "-", "\\", "@",
        "`", "%", "<<",
    ]
)  # fmt: skip
soups = st.one_of(st.lists(pieces, max_size=25).map("".join), st.text(max_size=30))


@given(soups)
@example("{a: &a [x, y], <<: *a}")
@example("? &a [b]\n: *a\n? *a\n: 1")
@example("&a a: *a")
@example("[?x, ?y: 1]")
def test_both_ways_of_reading_agree(text):
    raw = text.encode("utf-8", "surrogatepass")
    assert _outcome(load_all, raw) == _outcome(_composed, raw)


@given(st.binary(max_size=20))
def test_any_bytes_are_read_or_refused(raw):
    assert _outcome(load_all, raw) == _outcome(_composed, raw)


@given(
    soups,
    st.sampled_from(["a", "b.c", "[0]", "", "#1:a[0].b"]),
    st.sampled_from(["x", 1, None, ["y"], {"k": "v\nw\n"}]),
)
def test_any_file_is_edited_or_the_edit_is_refused(text, path, value):
    raw = text.encode("utf-8", "surrogatepass")
    where = KeyPath.parse(path)
    for wanted in (Set(where, value), Unset(where), Append(where, value)):
        try:
            assert isinstance(edit(raw, [wanted]), bytes)
        except GmconfigError as error:
            assert error.message == error.message.rstrip(".")


@given(soups)
def test_traps_are_found_in_whatever_can_be_read(text):
    try:
        stream = compose(text.encode("utf-8", "surrogatepass"))
    except BrokenConfiguration:
        return
    assert all(trap.message for trap in traps(stream))


def _composed(raw):
    return [construct(document) for document in compose(raw).documents]


def _outcome(read, raw):
    try:
        return repr(read(raw))
    except BrokenConfiguration:
        return "refused"
