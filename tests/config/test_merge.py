"""Merging layers: RFC 7396, list strategies, origins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmconfig.config.editing.overlay import NOTHING, overlay
from gmconfig.config.equal import same
from gmconfig.config.merge import indistinct_lists, merge, merge_with_origins
from gmconfig.config.strategy import own_path, rules_of
from gmconfig.errors import Refused
from gmconfig.path import format_keys, value_at, walk

RFC_7396_APPENDIX_A = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), RFC_7396_APPENDIX_A)
def test_rfc_7396_vectors(target, patch, result):
    assert same(merge([target, patch]), result)


def test_nothing_merges_to_an_empty_map():
    assert merge([]) == {}


BY_NAME = rules_of({"l": {"by": "name"}, "l[*].tags": "append"})


def named(*items: object) -> dict[str, object]:
    return {"l": [{"name": item} if isinstance(item, str) else item for item in items]}


def names(tree: object) -> list[str]:
    return [item["name"] for item in tree["l"]]


@pytest.mark.parametrize(
    ("base", "patch", "result"),
    [
        ("abcd", "db", "adcb"),  # named ones take turns in the slots that they have
        ("ab", "n", "abn"),
        ("ab", "na", "nab"),
        ("ab", "an", "anb"),
        ("abc", "cna", "cnba"),
        ("abc", "xby", "axbyc"),
        ("abc", "xcyb", "axcyb"),
        ("", "ab", "ab"),
        ("ab", "", "ab"),
    ],
)
def test_items_merge_under_their_key_in_order(base, patch, result):
    assert names(merge([named(*base), named(*patch)], BY_NAME)) == list(result)


def test_items_merge_deeply_and_are_deleted_by_mark():
    base = named({"name": "a", "v": 1, "w": 2, "tags": [1]}, "b")
    patch = named(
        {"name": "a", "v": None, "x": 3, "tags": [2]},
        {"name": "b", "$remove": True},
        {"name": "q", "$remove": True},
    )
    assert merge([base, patch], BY_NAME) == named({"name": "a", "w": 2, "x": 3, "tags": [1, 2]})


def test_a_mark_that_is_not_true_deletes_nothing_and_is_no_value():
    patch = named({"name": "a", "$remove": False, "v": 2})
    assert merge([named({"name": "a", "v": 1}, "b"), patch], BY_NAME) == named({"name": "a", "v": 2}, "b")


def test_a_new_item_follows_a_deleted_one_into_its_place():
    patch = named({"name": "b", "$remove": True}, "n")
    assert names(merge([named(*"abc"), patch], BY_NAME)) == ["a", "n", "c"]


@pytest.mark.parametrize("patch", [named("x", "x"), {"l": [1]}, {"l": [{"id": 1}]}, {"l": [{"name": None}]}])
def test_indistinct_items_replace_the_list_with_a_finding(patch):
    assert merge([named("a"), patch], BY_NAME) == patch
    assert [keys for keys, _ in indistinct_lists(patch, BY_NAME)] == [("l",)]
    assert list(indistinct_lists(named("a", "b"), BY_NAME)) == []


def test_append_and_unique():
    rules = rules_of({"a": "append", "**.u": "unique"})
    base, patch = (
        {"a": [1], "u": [1, {"x": 1}], "d": {"u": [1]}},
        {"a": [1], "u": [True, {"x": 1}, 1, 2, 2], "d": {"u": [3]}},
    )
    assert merge([base, patch], rules) == {"a": [1, 1], "u": [1, {"x": 1}, True, 2], "d": {"u": [1, 3]}}


def test_a_path_without_globs_goes_before_one_with():
    rules = rules_of({"**": "append", "a.b": "unique"})
    assert merge([{"a": {"b": [1]}}, {"a": {"b": [1]}}], rules) == {"a": {"b": [1]}}
    assert merge([{"a": {"c": [1]}}, {"a": {"c": [1]}}], rules) == {"a": {"c": [1, 1]}}


def test_nested_keys_tell_items_apart():
    rules = rules_of({"l": {"by": "metadata.name"}})
    item = {"metadata": {"name": "a"}, "v": 1}
    assert merge([{"l": [item]}, {"l": [{"metadata": {"name": "a"}, "v": 2}]}], rules)["l"] == [
        {**item, "v": 2}
    ]


def test_origins_name_layer_and_source_path():
    base = named({"name": "a", "v": 1}, {"name": "b", "v": None})
    tree, sources = merge_with_origins([base, named("c", {"name": "b", "v": 2})], BY_NAME)
    assert names(tree) == ["a", "c", "b"]
    assert sources["l", 2, "v"] == (1, ("l", 1, "v"))
    assert sources["l", 0, "v"] == (0, ("l", 0, "v"))
    assert sources["l",] == (1, ("l",))


def test_own_path_names_items_by_declared_key():
    tree = {"l": [{"name": "a", "x": [1]}, {"name": "b", "x": [1]}]}
    assert format_keys(own_path(tree, ("l", 1, "x", 0), BY_NAME)) == "l[name=b].x[0]"
    assert format_keys(own_path(tree, ("l", 1, "x", 0), ())) == "l[1].x[0]"


scalars = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b"]) | st.just(float("nan"))
keys = st.sampled_from(["a", "b", "l", "u"])
items = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from("abcd")}, optional={"v": st.integers(0, 2), "$remove": st.just(True)}
    ),
    max_size=4,
    unique_by=lambda item: item["name"],
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=10,
)
maps = st.dictionaries(keys, trees | items, max_size=4)
RULES = rules_of({"**.l": {"by": "name"}, "**.u": "unique", "a.b": "append"})


def has_null(tree: object) -> bool:
    return any(value is None for _, value in walk(tree))


@given(maps)
def test_an_empty_layer_changes_nothing(tree):
    assert same(merge([tree, {}], RULES), tree)
    assert same(merge([tree]), tree)


@given(maps, maps, maps)
def test_layers_that_take_nothing_away_merge_in_any_grouping(a, b, c):
    a, b, c = ({key: value for key, value in tree.items() if not has_null(value)} for tree in (a, b, c))
    if all(
        isinstance(x, dict) == isinstance(y, dict) == isinstance(z, dict) for x, y, z in _aligned(a, b, c)
    ):
        assert same(merge([a, merge([b, c])]), merge([merge([a, b]), c]))


def _aligned(*trees: dict) -> list[tuple]:
    """The values that meet, all the way down."""
    found = []
    for key in {key for tree in trees for key in tree}:
        values = [tree[key] for tree in trees if key in tree]
        if all(isinstance(value, dict) for value in values):
            found += _aligned(*values, *([{}] * (3 - len(values))))
        else:
            found.append((*values, *([values[-1]] * (3 - len(values)))))
    return found


@given(maps, maps)
def test_merging_twice_is_merging_once(a, b):
    once = merge([a, b])
    assert same(merge([once, b]), once)


@given(st.lists(maps, min_size=1, max_size=3))
def test_origins_agree_with_the_merge(layers):
    tree, sources = merge_with_origins(layers, RULES)
    assert same(tree, merge(layers, RULES))
    for at, value in walk(tree):
        layer, source = sources[at]
        if not isinstance(value, dict | list):
            assert same(value_at(layers[layer], source), value)


@given(maps, maps)
def test_inputs_stay_as_they_are(a, b):
    before = (repr(a), repr(b))
    merge([a, b], RULES)
    merge_with_origins([a, b], RULES)
    assert (repr(a), repr(b)) == before


@given(maps, maps)
def test_an_overlay_gives_what_was_wanted_or_is_refused(lower, wanted):
    try:
        found = overlay(lower, wanted, RULES)
    except Refused:
        return
    assert same(lower if found is NOTHING else merge([lower, found], RULES), wanted)


@given(maps, maps)
def test_without_nulls_and_strategies_every_overlay_exists(lower, wanted):
    wanted = {key: value for key, value in wanted.items() if not has_null(value)}
    found = overlay(lower, wanted)
    assert same(lower if found is NOTHING else merge([lower, found]), wanted)
