"""Paths: what a user writes, what is printed, and that the two agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.errors import UnknownPath, UsageError
from gmconfig.path import ANY, DEEP, KeyPath, Selector, format_keys, nearest, value_at, walk

TREE = {
    "database": {"host": "db", "pool": {"size": 10}},
    "hosts": ["a", "b", "c"],
    "apps": [{"name": "api", "port": 80, "meta": {"name": "x y"}}, {"name": "web", "port": 443}],
    "annotations": {"alb.ingress.kubernetes.io/scheme": "internal"},
}

keys = st.lists(st.one_of(st.text(max_size=8), st.integers(0, 99)), max_size=5).map(tuple)
selectors = st.builds(
    Selector, st.lists(st.text(max_size=5), min_size=1, max_size=3).map(tuple), st.text(max_size=6)
)
segments = st.lists(
    st.one_of(st.text(max_size=8), st.integers(-9, 9), selectors, st.just(ANY), st.just(DEEP)), max_size=5
).filter(lambda parts: parts.count(DEEP) < 4)
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("database.pool.size", 10),
        ("hosts[0]", "a"),
        ("hosts[-1]", "c"),
        ("apps[name=web].port", 443),
        ("apps[port=80].name", "api"),
        ('apps[meta.name="x y"].name', "api"),
        ('annotations."alb.ingress.kubernetes.io/scheme"', "internal"),
        ("", TREE),
    ],
)
def test_a_path_finds_its_value(text, value):
    assert value_at(TREE, KeyPath.parse(text).resolve(TREE)) == value


@given(segments, st.integers(0, 12))
def test_every_path_prints_to_a_text_that_parses_back(path, document):
    path = KeyPath(path, document)
    assert KeyPath.parse(str(path)) == path


@given(keys)
def test_concrete_paths_print_and_parse(concrete):
    assert KeyPath.parse(format_keys(concrete)).segments == concrete


@given(trees)
def test_every_leaf_is_found_by_its_own_path(tree):
    for concrete, value in walk(tree):
        assert KeyPath.parse(format_keys(concrete)).resolve(tree) == concrete
        assert value_at(tree, concrete) is value or value_at(tree, concrete) == value


@pytest.mark.parametrize(
    "text",
    [
        "a..b",
        ".a",
        "a.",
        "a[",
        "a[]",
        "a[x",
        'a."b',
        "a b",
        "a=b",
        "#0:a",
        "#x:a",
        "#2",
        'a["b"]',
        "a\tb",
        'a."\\q"',
    ],
)
def test_what_is_not_a_path_is_refused_with_the_column(text):
    with pytest.raises(UsageError, match="column"):
        KeyPath.parse(text)


def test_a_mistyped_key_names_the_nearest_path():
    with pytest.raises(UnknownPath) as caught:
        KeyPath.parse("database.pol.size").resolve(TREE)
    assert '"database.pol.size"' in str(caught.value)
    assert caught.value.hint == 'did you mean "database.pool.size"?'


def test_an_index_past_the_end_says_how_long_the_list_is():
    with pytest.raises(UnknownPath) as caught:
        KeyPath.parse("hosts[7]").resolve(TREE)
    assert "list of 3" in caught.value.hint


def test_a_selector_must_match_exactly_one_item():
    with pytest.raises(UnknownPath, match="ambiguous") as caught:
        KeyPath.parse("[k=1]").resolve([{"k": 1}, {"k": 1}])
    assert caught.value.hint is not None and "name one by its place: " in caught.value.hint


def test_globs_find_every_place_in_order_and_once():
    assert [format_keys(k) for k in KeyPath.parse("**.name").find(TREE)] == [
        "apps[0].name",
        "apps[0].meta.name",
        "apps[1].name",
    ]
    assert [format_keys(k) for k in KeyPath.parse("apps[*].port").find(TREE)] == [
        "apps[0].port",
        "apps[1].port",
    ]
    found = list(KeyPath.parse("**").find(TREE))
    assert len(found) == len(set(found))


@given(trees, segments)
def test_find_and_matches_agree(tree, pattern):
    path = KeyPath(pattern)
    found = set(path.find(tree))
    everywhere = {concrete[:depth] for concrete, _ in walk(tree) for depth in range(len(concrete) + 1)}
    assert found == {concrete for concrete in everywhere if path.matches(concrete, tree)}


def test_a_glob_is_not_one_place():
    with pytest.raises(UsageError, match="several places"):
        KeyPath.parse("apps[*].port").resolve(TREE)


def test_the_nearest_word_is_offered_and_nonsense_is_not():
    assert nearest("prodution", ["production", "staging"]) == "production"
    assert nearest("zzz", ["production"]) is None
