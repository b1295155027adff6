"""Laws of editing, over generated files: one path changes, and no line that does not belong to it."""

import os

from hypothesis import given
from hypothesis import strategies as st

from gmconfig.path import KeyPath, value_at
from gmconfig.storage.yaml import compose, construct, load
from gmconfig.storage.yaml.comparison import same, with_item, with_value, without
from gmconfig.storage.yaml.edit import Append, Insert, Set, Unset, edit

from .generated import files, simple_scalars, trees

new_values = st.one_of(simple_scalars, trees)


def paths(tree, keys=()):
    yield keys
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, child in children:
        yield from paths(child, (*keys, key))


@st.composite
def files_with_a_path(draw, wanted=lambda _: True, below_root=False):
    tree, raw = draw(
        files().filter(lambda made: any(_fits(made[0], k, wanted, below_root) for k in paths(made[0])))
    )
    return tree, raw, draw(st.sampled_from([k for k in paths(tree) if _fits(tree, k, wanted, below_root)]))


def _fits(tree, keys, wanted, below_root):
    return wanted(value_at(tree, keys)) and bool(keys or not below_root)


def _is_scalar(value):
    return not isinstance(value, dict | list)


@given(files())
def test_the_generated_files_hold_their_trees(made):
    tree, raw = made
    assert same(load(raw), tree)
    assert same(construct(compose(raw).documents[0]), tree)


@given(files())
def test_setting_every_value_to_itself_keeps_every_byte(made):
    tree, raw = made
    assert edit(raw, [Set(KeyPath(keys), value_at(tree, keys)) for keys in paths(tree)]) == raw


@given(files_with_a_path(), new_values)
def test_set_changes_that_path_only(made, value):
    tree, raw, keys = made
    after = edit(raw, [Set(KeyPath(keys), value)])
    assert same(load(after), with_value(tree, keys, value))
    assert _untouched(raw, after)


@given(files_with_a_path(_is_scalar, below_root=True), simple_scalars.filter(lambda v: "\n" not in str(v)))
def test_set_of_a_scalar_changes_one_line_only(made, value):
    tree, raw, keys = made
    after = edit(raw, [Set(KeyPath(keys), value)])
    if "\n" not in str(value_at(tree, keys)):
        before_lines, after_lines = raw.split(b"\n"), after.split(b"\n")
        assert len(before_lines) == len(after_lines)
        assert sum(a != b for a, b in zip(before_lines, after_lines, strict=True)) <= 1


@given(files_with_a_path(below_root=True))
def test_unset_removes_that_path_only(made):
    tree, raw, keys = made
    after = edit(raw, [Unset(KeyPath(keys))])
    assert same(load(after), without(tree, keys))
    assert _untouched(raw, after)
    if len(value_at(tree, keys[:-1])) > 1:
        assert not _difference(raw, after)[1]


@given(files_with_a_path(lambda value: isinstance(value, dict)), new_values)
def test_a_new_key_comes_beside_the_others_and_leaves_them_alone(made, value):
    tree, raw, keys = made
    path = KeyPath((*keys, "new", "deep"))
    after = edit(raw, [Set(path, value)])
    assert same(load(after), with_value(tree, path.segments, value))
    assert _untouched(raw, after)
    if value_at(tree, keys):
        assert not _difference(raw, after)[0]
        assert same(load(edit(after, [Unset(KeyPath((*keys, "new")))])), tree)


@given(files_with_a_path(lambda value: isinstance(value, dict)), new_values)
def test_new_keys_at_once_are_the_bytes_that_one_by_one_gives(made, value):
    tree, raw, keys = made
    edits = [Set(KeyPath((*keys, f"new{n}")), value, create=True) for n in range(3)]
    one_by_one = raw
    for one in edits:
        one_by_one = edit(one_by_one, [one])
    assert edit(raw, edits) == one_by_one


@given(files_with_a_path(lambda value: isinstance(value, list)), new_values, st.data())
def test_items_are_inserted_and_removed_again(made, value, data):
    tree, raw, keys = made
    index = data.draw(st.integers(0, len(value_at(tree, keys))))
    after = edit(raw, [Insert(KeyPath(keys), index, value)])
    assert same(load(after), with_item(tree, keys, index, value))
    if value_at(tree, keys):
        assert not _difference(raw, after)[0]
    if index == len(value_at(tree, keys)):
        assert edit(raw, [Append(KeyPath(keys), value)]) == after
    assert same(load(edit(after, [Unset(KeyPath((*keys, index)))])), tree)


@given(files_with_a_path(lambda value: isinstance(value, dict | list)), trees)
def test_a_new_tree_in_place_of_an_old_one(made, value):
    tree, raw, keys = made
    assert same(load(edit(raw, [Set(KeyPath(keys), value)])), with_value(tree, keys, value))


@given(files(), trees)
def test_several_edits_at_once_equal_them_one_by_one(made, value):
    tree, raw = made
    edits = [
        Set(KeyPath(keys), value)
        for keys in list(paths(tree))[::2]
        if keys and _is_scalar(value_at(tree, keys))
    ]
    one_by_one = raw
    for wanted in edits:
        one_by_one = edit(one_by_one, [wanted])
    assert edit(raw, edits) == one_by_one


def _difference(before, after):
    """Give what the one lacks and what the other has more, which begin and end alike."""
    front = len(os.path.commonprefix([before, after]))
    back = len(os.path.commonprefix([before[front:][::-1], after[front:][::-1]]))
    return before[front : len(before) - back], after[front : len(after) - back]


def _untouched(before, after):
    """Whether what frames a file stays: byte order mark, line ends, head and end."""
    bom = before.startswith(b"\xef\xbb\xbf") == after.startswith(b"\xef\xbb\xbf")
    ends = b"\r\n" not in before or b"\n" not in after.replace(b"\r\n", b"")
    head = not before.removeprefix(b"\xef\xbb\xbf").startswith(b"# head") or b"# head" in after
    return bom and ends and head and (b"# the end" not in before or b"# the end" in after)
