"""Setting a one-line value in an everyday file gives the bytes that the planner gives, or nothing at all."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gmconfig.errors import GmconfigError
from gmconfig.path import KeyPath, walk
from gmconfig.storage.yaml import compose, load, place
from gmconfig.storage.yaml.edit import Set, Unset
from gmconfig.storage.yaml.oneline import changed_line, set_in_line
from gmconfig.storage.yaml.planned import first_edits

TEXTS = st.sampled_from(
    [
        "x",
        "1",
        '"q # r"',
        "'s: t'",
        "null",
        "a b",
        "gm1.d.g.x",
        "u # note",
        "",
        "[1, {a: b}]",
        "-1",
        "*a",
        "&a v",
    ]
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.sampled_from(
        ["y", "no", "1", "", "a: b", "a #b", "two\nlines", "gm1.d.g.new", "é", '"', "'", "*a", " x"]
    ),
    st.text(max_size=5),
)
KEYS = st.sampled_from(["a", "b", "a.b", "c-d", "1"])


@st.composite
def blocks(draw, depth=0):
    """Give the lines of a map as people write it: comments, blank lines, lists, literals and nested maps."""
    lines: list[str] = []
    inner = " " * draw(st.integers(1, 4))
    for key in draw(st.lists(KEYS, min_size=1, max_size=3, unique=draw(st.integers(0, 9)) > 0)):
        lines += draw(st.sampled_from([[], [""], ["# a: 1"], ["  # b: 2"]]))
        kind = draw(st.sampled_from(["value", "map", "list", "literal"]))
        if kind == "value" or depth > 1:
            lines.append(f"{key}: {draw(TEXTS)}".rstrip() + draw(st.sampled_from(["", " ", "  # c"])))
        elif kind == "map":
            lines += [f"{key}:", *(inner + line for line in draw(blocks(depth + 1)))]
        elif kind == "list":
            margin = draw(st.sampled_from(["", inner]))
            lines += [f"{key}:", f"{margin}- a: 1", f"{margin}  b: {draw(TEXTS)}", f"{margin}- x"]
        else:
            lines += [f"{key}: |", f"{inner}a: 1", f"{inner}b: 2"]
    return lines


def planned(raw: bytes, wanted: Set) -> bytes | None:
    """Give what the planner makes of it; None where it refuses."""
    try:
        return first_edits(raw, [wanted], "f.yaml")[0]
    except GmconfigError:
        return None


@given(blocks(), VALUES, st.data(), st.sampled_from(["", "---\n", "%YAML 1.2\n---\n"]))
@example(["a: 1"], 1, None, "")
def test_the_bytes_are_those_of_the_planner(lines, value, data, head):
    raw = (head + "\n".join(lines) + "\n").encode()
    try:
        paths = [keys for keys, _ in walk(load(raw))]
    except GmconfigError:
        paths = [("a",)]
    assume(paths)
    keys = data.draw(st.sampled_from(paths)) if data else ("a",)
    wanted = Set(KeyPath(keys), value, create=False)
    found = set_in_line(raw, wanted)
    if found is None:
        return
    assert found == planned(raw, wanted)
    changed = changed_line(raw, found, keys)
    if changed is None:
        return
    for side, content in zip(changed, (raw, found), strict=True):
        where = place(compose(content, "f.yaml"), keys)
        assert (side.line + 1, side.start + 1) == (where.line, where.column)


def test_a_sealed_value_is_set_in_its_line():
    raw = b"# head\na:\n  b: gm1.d.g.old # why\n  c: |\n    b: 1\nb: 2\n"
    found = set_in_line(raw, Set(KeyPath(("a", "b")), "gm1.d.g.new"))
    assert found == raw.replace(b"gm1.d.g.old", b"gm1.d.g.new")
    old, new = changed_line(raw, found, ("a", "b"))
    assert (old.value, new.value, new.line, new.start) == ("gm1.d.g.old", "gm1.d.g.new", 2, 5)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("a: &x 1\nb: *x\n", ("a",)),  # an alias shares it
        ("d: &d {a: 1}\nm:\n  <<: *d\n  b: 2\n", ("m", "a")),  # a merge key brings it
        ("a: 1\na: 2\n", ("a",)),  # a key that stands there twice
        ("a: 1\n---\na: 2\n", ("a",)),  # two documents
        ("a: |\n  b: 1\n", ("a", "b")),  # a text that looks like a map
        ("a: !x 1\n", ("a",)),
        ("a: one\n  two\n", ("a",)),
        ('a: "x\\ty"\n', ("a",)),
        ("{a: 1}\n", ("a",)),
        ("a: {b: 1}\n", ("a", "b")),
        ("a:\n", ("a",)),
        ("a: 1\n", ("b",)),
        ("a: 1\n", ()),
        ("- a: 1\n", (0, "a")),
        ("a: 1", ("a",)),
        ("a: é\n", ("a",)),
        ("", ("a",)),
    ],
)
def test_what_is_not_that_plain_is_left_to_the_planner(text, keys):
    assert set_in_line(text.encode(), Set(KeyPath(keys), "new")) is None


@pytest.mark.parametrize(
    "wanted", [Unset(KeyPath(("a",))), Set(KeyPath(("a",)), {"b": 1}), Set(KeyPath(("a",), 2), 3)]
)
def test_only_scalars_are_set_in_a_line(wanted):
    assert set_in_line(b"a: 1\n", wanted) is None


@pytest.mark.parametrize(
    "after", ["a: 2\nb: 3\n", "b: 1\na: 2\n", "a: 1\nb: 1\n", "a: 2\n", "a: 2\nb: 1\nc: 1\n", 'a: "1"\n']
)
def test_a_change_of_more_than_one_line_is_compared_whole(after):
    assert changed_line(b"a: 1\nb: 1\n", after.encode(), ("a",)) is None
