"""The three-way comparison of a promotion, on plain trees."""

from hypothesis import given
from hypothesis import strategies as st

from gmconfig.config.branch import ABSENT
from gmconfig.config.equal import same
from gmconfig.deploy.promotion import Base, Document, at, carried, found
from gmconfig.path import KeyPath
from gmconfig.secret.token import Context, Sealed

_LEAVES = st.none() | st.booleans() | st.integers(0, 3) | st.lists(st.integers(0, 2), max_size=2)
_TREES = st.recursive(_LEAVES, lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3))
_DOCUMENTS = st.dictionaries(st.sampled_from("abc"), _TREES, max_size=3)


def _document(source: object, target: object, base: object) -> Document:
    return Document(source, target, {}, (Base(base),))


@given(_DOCUMENTS, _DOCUMENTS)
def test_a_target_that_had_what_the_source_had_becomes_what_the_source_is(before: object, after: object):
    changes = list(found(_document(after, before, before)))
    assert all(one.stays is None for one in changes)
    assert same(carried(before, changes), after)


@given(_DOCUMENTS, _DOCUMENTS)
def test_nothing_is_carried_over_that_did_not_change_in_the_source(source: object, target: object):
    assert list(found(_document(source, target, source))) == []


@given(_DOCUMENTS, _DOCUMENTS, _DOCUMENTS)
def test_what_stays_is_what_the_target_has_of_its_own(source: object, target: object, base: object):
    for one in found(_document(source, target, base)):
        assert (one.stays is None) is same(one.before, at(base, one.path))
        assert not same(one.before, one.after)


@given(_DOCUMENTS, _DOCUMENTS, _DOCUMENTS)
def test_a_second_promotion_has_nothing_to_do(source: object, target: object, base: object):
    going = [one for one in found(_document(source, target, base)) if one.stays is None]
    promoted = carried(target, going)
    assert list(found(Document(source, promoted, {}, (Base(source), Base(base))))) == []


def test_a_secret_stays_even_where_it_is_named():
    place = Context("settings", "staging", ("key",))
    old, new = (Sealed(text, place) for text in ("gm1:old", "gm1:new"))
    changes = found(_document({"key": new}, {"key": old}, {"key": old}), [KeyPath.parse("key")])
    assert [one.stays for one in changes] == ["a secret is never carried over"]


def test_without_a_base_only_what_the_target_does_not_set_is_carried_over():
    document = Document({"a": 1, "b": {"c": 2}}, {"a": 5, "b": {"c": 3}}, {"b": {"c": 3}})
    assert [(one.path, one.stays) for one in found(document)] == [
        (("a",), None),
        (("b", "c"), "has a value of its own"),
    ]


def test_the_newest_promotion_that_was_about_a_path_counts():
    bases = (Base({"a": 2, "b": 1}, (KeyPath.parse("a"),)), Base({"a": 1, "b": 1}))
    document = Document({"a": 2, "b": 2}, {"a": 1, "b": 1}, {}, bases)
    assert [one.path for one in found(document)] == [("b",)]


def test_a_list_without_keys_is_one_value():
    document = _document({"hosts": [1, 2, 3]}, {"hosts": [1]}, {"hosts": [1]})
    assert [(one.path, one.before, one.after) for one in found(document)] == [(("hosts",), [1], [1, 2, 3])]


def test_what_the_source_took_away_is_taken_away():
    [one] = found(_document({}, {"a": {"b": 1}}, {"a": {"b": 1}}))
    assert (one.path, one.after) == (("a",), ABSENT)


def test_what_is_named_in_full_is_carried_over_though_excepted_or_the_targets_own():
    document = _document({"a": 2, "b": {"c": 2}}, {"a": 9, "b": {"c": 9}}, {"a": 1, "b": {"c": 1}})
    excepted = [KeyPath.parse("a")]
    own = "has a value of its own"
    assert [one.stays for one in found(document, (), excepted)] == ["parity: excepts it", own]
    named = [KeyPath.parse("a"), KeyPath.parse("b.*")]
    assert [one.stays for one in found(document, named, excepted)] == [None, own]
    assert [one.stays for one in found(document, [KeyPath.parse("b.c")], excepted)] == [None]
