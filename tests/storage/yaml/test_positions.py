"""Where a resolved path stands in its file."""

import pytest

from gmconfig.finding import Place
from gmconfig.storage.yaml import compose, own_path, place, width

TEXT = b"""\
base: &b
  x: 10
  deep: {k: "some text"}
one: *b
two:
  <<: *b
  y: !!str &c 2
  list:
    - a
    -   name: *c
"""
STREAM = compose(TEXT, "f.yaml")


@pytest.mark.parametrize(
    ("keys", "line", "column"),
    [
        ((), 1, 1), (("base",), 2, 3), (("base", "x"), 2, 6), (("one", "x"), 2, 6), (("two", "x"), 2, 6),
        (("two", "deep", "k"), 3, 13), (("two", "y"), 7, 15), (("two", "list", 1), 10, 9),
        (("two", "list", 1, "name"), 7, 15),
    ],
)  # fmt: skip
def test_place_of_a_value(keys, line, column):
    assert place(STREAM, keys) == Place("f.yaml", line, column)


def test_place_of_a_key():
    assert place(STREAM, ("two", "list", 1, "name"), key=True) == Place("f.yaml", 10, 9)
    assert place(STREAM, ("two", "x"), key=True) == Place("f.yaml", 2, 3)


def test_the_nearest_thing_above_stands_for_what_is_absent():
    assert place(STREAM, ("two", "deep", "none", "x")) == Place("f.yaml", 3, 9)
    assert place(compose(b"", "f.yaml"), ("a",)) == Place("f.yaml", 1, 1)


def test_width_is_that_of_the_first_line():
    assert width(STREAM, ("base", "deep", "k")) == len('"some text"')
    assert width(compose(b"a: |\n  x\n"), ("a",)) == 1
    assert width(compose(b"a:\n"), ("a",)) == 1


@pytest.mark.parametrize(
    ("keys", "own"),
    [
        (("base", "x"), ("base", "x")), (("one", "x"), ("base", "x")), (("two", "x"), ("base", "x")),
        (("two", "deep", "k"), ("base", "deep", "k")), (("two", "y"), ("two", "y")), (("one",), ("base",)),
        (("two", "list", 1, "name"), ("two", "y")), (("two", "new", "key"), ("two", "new", "key")), ((), ()),
    ],
)  # fmt: skip
def test_own_path_is_where_the_value_is_written(keys, own):
    assert own_path(STREAM, keys) == own


def test_documents_are_counted_from_one():
    assert place(compose(b"a: 1\n---\na: 2\n", "f"), ("a",), document=2) == Place("f", 3, 4)
