"""Differences by path."""

import pytest
from hypothesis import given

from gmconfig.config.diff import ABSENT, diff
from gmconfig.config.equal import same
from gmconfig.config.placeholder import Unknown
from gmconfig.config.strategy import rules_of
from gmconfig.secret.token import Context, Sealed, Secret
from tests.config.test_merge import RULES, maps

BY_NAME = rules_of({"l": {"by": "name"}})


def lines(before, after, rules=()):
    return [str(change) for change in diff(before, after, rules)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 1.0}, ["~ a"]),
        ({"a": 1}, {"a": True}, ["~ a"]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        ({"a": None}, {}, ["- a"]),
        ({}, {"a": {"b": {"c": 1}, "d": 2}}, ["+ a.b.c", "+ a.d"]),
        ({"a": {"b": 1}}, {"a": 5}, ["~ a"]),
        ({"a": [1, 2]}, {"a": [1, 3]}, ["~ a[1]"]),
        ({"a": [1, 2]}, {"a": [1]}, ["~ a"]),
        ({"a.b": {"c": 1}}, {"a.b": {"c": 2}}, ['~ "a.b".c']),
    ],
)
def test_changes_by_path(before, after, expected):
    assert lines(before, after) == expected


def test_items_are_matched_by_their_key():
    before = {"l": [{"name": "a", "v": 1}, {"name": "b"}, {"name": "c"}]}
    after = {"l": [{"name": "n"}, {"name": "a", "v": 2}, {"name": "c"}]}
    assert lines(before, after, BY_NAME) == ["+ l[name=n]", "~ l[name=a].v", "- l[name=b]"]
    swapped = {"l": [before["l"][2], before["l"][0], before["l"][1]]}
    assert [(change.before, change.after) for change in diff(before, swapped, BY_NAME)] == [
        (["a", "b", "c"], ["c", "a", "b"])
    ]


def test_secrets_say_only_what_may_be_said():
    token = [Sealed(f"gm1.d.a.{i}", Context("s", None, ("a",))) for i in range(2)]
    same_value = ({"a": Secret("x")}, {"a": Secret("x")})
    assert diff(*same_value) == []
    (resealed,) = diff(*same_value, written=({"a": token[0]}, {"a": token[1]}))
    assert (resealed.kind, resealed.secret) == ("~", "re-sealed")
    assert diff(*same_value, written=({"a": token[0]}, {"a": token[0]})) == []
    (changed,) = diff({"a": Secret("x")}, {"a": Secret("y")})
    assert (changed.secret, repr(changed.before)) == ("changed", "***")
    (unknown,) = diff({"a": Unknown("sealed", "t1")}, {"a": Unknown("sealed", "t2")})
    assert unknown.secret == "unknown"
    (added,) = diff({}, {"a": Secret("x")})
    assert (added.kind, added.secret, added.before) == ("+", "changed", ABSENT)


@given(maps)
def test_nothing_differs_from_itself(tree):
    assert diff(tree, tree, RULES) == []


@given(maps, maps)
def test_no_change_means_the_same(before, after):
    assert (diff(before, after, RULES) == []) == same(before, after)
    assert (diff(before, after) == []) == same(before, after)


@given(maps, maps)
def test_there_and_back_are_as_many(before, after):
    there, back = diff(before, after), diff(after, before)
    assert sorted(map(str, there)) == sorted(
        str(change).translate(str.maketrans("+-", "-+")) for change in back
    )
