"""Edits byte by byte, one test for each pitfall of the editors that rewrite files."""

import pytest

from gmconfig.errors import BrokenConfiguration, Refused, UnknownPath, UsageError
from gmconfig.path import KeyPath
from gmconfig.storage.yaml import Tagged, load
from gmconfig.storage.yaml.edit import Append, Insert, Set, Unset, edit

parse = KeyPath.parse


def changed(text, *edits, file=""):
    return edit(text.encode(), edits, file=file).decode()


def put(text, path, value, **options):
    return changed(text, Set(parse(path), value), **options)


def removed(text, path):
    return changed(text, Unset(parse(path)))


def test_only_the_value_changes():
    odd = "# head\r\na :   1   # one\r\n\r\nb:\t'x'\r\nc: {x: 1,  y :  ~}\r\nlong: " + "w " * 60 + "w"
    assert put(odd, "a", 2) == odd.replace("1   #", "2   #")
    assert put(odd, "c.y", True) == odd.replace("~", "true")
    assert put(odd, "b", "it's") == odd.replace("'x'", "'it''s'")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1.10\n", 1.1), ("a: 010\n", 10), ("a: ~\n", None), ("a:\n", None), ("a: TRUE\n", True),
        ("a: 0x1F\n", 31),
        ("a: 'x'\n", "x"), ("a: >\n  x\n  y\n", "x y\n"), ("a: x\n  y\n", "x y"), ("a: 1e3\n", 1000.0),
        ("a: {x: [1]}\n", {"x": [1]}), ("a: &x 1\nb: *x\n", 1), ("a: !vault x\n", Tagged("x", "!vault")),
    ],
)  # fmt: skip
def test_the_same_value_keeps_the_bytes(text, value):
    assert put(text, "a", value) == text


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        ("x", "w", "w"), ("x", "no", '"no"'), ("x", "1.10", '"1.10"'), ("x", "010", '"010"'), ("x", 5, "5"),
        ("'x'", "y", "'y'"), ('"x"', "y", '"y"'), ('"x"', 5, "5"), ("'x'", "a\tb", '"a\\tb"'),
        ("5", "5", '"5"'),
        ("x", "2024-01-01", '"2024-01-01"'), ("x", "a: b", '"a: b"'), ("x", "", '""'), ("x", None, "null"),
        ("1", 1.0, "1.0"), ("x", 1e20, "1.0e+20"), ("true", "true", '"true"'), ("x", {}, "{}"),
        ("x", [], "[]"),
        ("!vault x", "w", "w"), ("!!str 5", "6", '"6"'), ("[1, 2]", 3, "3"),
        ("x", Tagged("y", "!v"), '!v "y"'),
        ("x\n  z", "w", "w"), ("*b", "w", "w"), ("x", "http://h:1/p?q#r", "http://h:1/p?q#r"),
    ],
)  # fmt: skip
def test_a_scalar_keeps_its_quotes_where_it_can(old, value, new):
    text = f"b: &b 1\na: {old} # note\nc: 1\n"
    assert put(text, "a", value) == text.replace(f"a: {old} #", f"a: {new} #").replace(
        'a: "6"', 'a: !!str "6"'
    )


def test_a_text_of_several_lines_becomes_a_literal_block():
    assert put("a: x # note\nb: 1\n", "a", "one\ntwo\n") == "a: | # note\n  one\n  two\nb: 1\n"
    assert put("- x\n- y\n", "[0]", "one\ntwo") == "- |-\n  one\n  two\n- y\n"
    assert put("a: {b: x}\n", "a.b", "one\ntwo\n") == 'a: {b: "one\\ntwo\\n"}\n'
    assert put("a: x", "a", "one\ntwo\n") == "a: |\n  one\n  two\n"
    assert put("a: x", "a", "one\ntwo") == "a: |-\n  one\n  two"


def test_a_block_scalar_is_replaced_by_anything():
    text = "a: | # note\n    one\n    two\n\n# about b\nb: 1\n"
    assert put(text, "a", "three\nfour\n") == text.replace("one", "three").replace("two", "four")
    assert put(text, "a", 5) == "a: 5 # note\n\n# about b\nb: 1\n"
    assert put(text, "a", [1]) == "a: # note\n  - 1\n\n# about b\nb: 1\n"
    assert put("a: |+\n  x\n\n\nb: 1\n", "a", 5) == "a: 5\nb: 1\n"
    assert put("- >-\n  x\n  y\n- z\n", "[0]", {"k": 1, "l": 2}) == "- k: 1\n  l: 2\n- z\n"


def test_a_value_on_the_next_line():
    assert put("a:\n  x\nb: 1\n", "a", "w") == "a:\n  w\nb: 1\n"
    assert put('a:\n  "x\n  z" # note\nb: 1\n', "a", 2) == "a:\n  2 # note\nb: 1\n"
    assert put("a: # c\n  x\nb: 1\n", "a", [1]) == "a: # c\n  - 1\nb: 1\n"


def test_empty_values():
    assert put("a:\nb: # c\n", "a", 1) == "a: 1\nb: # c\n"
    assert put("a:\nb: # c\n", "b", {"x": 1}) == "a:\nb: # c\n  x: 1\n"
    assert put("-\n- # c\n-\n", "[1]", "x") == "-\n- x # c\n-\n"
    assert put("{a, b: , c: }", "a", 1) == "{a: 1, b: , c: }"
    assert put("{a, b: , c: }", "b", 1) == "{a, b: 1 , c: }"


def test_a_scalar_becomes_a_map_and_a_list_and_a_scalar_again():
    text = "a: 1 # one\n# about b\nb: 2\n"
    as_map = put(text, "a", {"x": {"y": 1}, "z": []})
    assert as_map == 'a: # one\n  x:\n    "y": 1\n  z: []\n# about b\nb: 2\n'
    assert put(as_map, "a", 1) == text
    as_list = put(text, "a", [1, {"k": "v", "l": [2]}])
    assert as_list == "a: # one\n  - 1\n  - k: v\n    l:\n      - 2\n# about b\nb: 2\n"
    assert put(as_list, "a", 1) == text


def test_the_indentation_of_the_file_is_used():
    four = "a:\n    b:\n    - 1\n"
    assert put(four, "c", {"d": [1]}) == four + "c:\n    d:\n    - 1\n"
    assert put(four, "a.e.f", 1) == four + "    e:\n        f: 1\n"


def test_missing_parents_are_made():
    assert put("a: 1\n", "b.c.d", 1) == "a: 1\nb:\n  c:\n    d: 1\n"
    assert put("a:\n", "a.b", 1) == "a:\n  b: 1\n"
    assert put("a: {}\n", "a.b", 1) == "a:\n  b: 1\n"
    assert put("a: {x: 1}\n", "a.b.c", "no") == 'a: {x: 1, b: {c: "no"}}\n'
    assert put("{\n  x: 1\n}\n", "b", 1) == "{\n  x: 1,\n  b: 1\n}\n"


def test_json_stays_json():
    text = '{\n  "a": 1,\n  "b": ["x"],\n  "c": {}\n}\n'
    after = changed(
        text,
        Set(parse("d"), "y"),
        Set(parse("c.e"), "z"),
        Append(parse("b"), "w"),
        Set(parse("a"), "n"),
        file="f.json",
    )
    assert after == '{\n  "a": "n",\n  "b": ["x", "w"],\n  "c": {"e": "z"},\n  "d": "y"\n}\n'


def test_what_does_not_exist_is_not_made_without_being_asked():
    with pytest.raises(UnknownPath) as caught:
        changed("host: 1\n", Set(parse("hots"), 2, create=False))
    assert 'did you mean "host"?' in caught.value.hint


@pytest.mark.parametrize(
    ("text", "path"), [("a: 1\n", "a.b"), ("a: [1]\n", "a[1]"), ("a: [1]\n", "a.b"), ("a: 1\n", "b[0]")]
)
def test_no_parent_is_made_where_something_else_stands(text, path):
    with pytest.raises(UnknownPath):
        put(text, path, 2)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("", "a: 1\n"), ("# only\n", "# only\na: 1\n"), ("# only", "# only\na: 1\n"),
        ("---\n", "---\na: 1\n"),
        ("--- # c\n...\n", "--- # c\na: 1\n...\n"), ("{}\n", "a: 1\n"), ("\ufeff", "\ufeffa: 1\n"),
        ("\r\n", "\r\na: 1\r\n"),
        ("null\n", "a: 1\n"), ("--- {}\n", "---\na: 1\n"), ("---\n# c\n{} # d\n", "---\n# c\na: 1 # d\n"),
    ],
)  # fmt: skip
def test_the_first_key_of_an_empty_file(text, after):
    assert put(text, "a", 1) == after


def test_a_file_that_does_not_exist_yet():
    assert edit(None, [Set(parse("a.b"), [1])]) == b"a:\n  b:\n    - 1\n"


@pytest.mark.parametrize(
    "frame", ["{}", "\ufeff{}", "---\n{}", "%YAML 1.2\n---\n{}", "{}...\n", "# c\n\n---\n{}# end\n"]
)
def test_what_frames_a_document_stays(frame):
    text = frame.replace("{}", "a: 1\nb:\n- x\n")
    after = frame.replace("{}", "a: 2\nb:\n- x\n- z\nc: 3\n")
    assert changed(text, Set(parse("a"), 2), Append(parse("b"), "z"), Set(parse("c"), 3)) == after


def test_no_line_break_at_the_end_stays_none():
    assert put("a: 1", "b", 2) == "a: 1\nb: 2"
    assert removed("a: 1\nb: 2", "b") == "a: 1"
    assert changed("- 1", Append(KeyPath(()), 2)) == "- 1\n- 2"


def test_windows_line_ends_are_used():
    text = "a: 1\r\nb:\r\n  - x\r\n"
    after = changed(text, Set(parse("c.d"), [1]), Append(parse("b"), "one\ntwo\n"), Unset(parse("a")))
    assert after == "b:\r\n  - x\r\n  - |\r\n    one\r\n    two\r\nc:\r\n  d:\r\n    - 1\r\n"


COMMENTED = """\
# head

# about a
a: 1 # a
# about b
# more about b
b: 2 # b

# about c
c:
  # about d
  d: 1
  # about e
  e: 2
# end
"""


def test_unset_takes_the_own_comments_and_no_others():
    assert removed(COMMENTED, "b") == COMMENTED.replace("# about b\n# more about b\nb: 2 # b\n", "")
    assert removed(COMMENTED, "a") == COMMENTED.replace("# about a\na: 1 # a\n", "")
    assert removed(COMMENTED, "c.d") == COMMENTED.replace("  # about d\n  d: 1\n", "")
    assert removed(COMMENTED, "c") == COMMENTED[: COMMENTED.index("# about c")] + "# end\n"


def test_unset_of_the_last_key_leaves_an_empty_map():
    assert removed("a: # c\n  b: 1\nd: 2\n", "a.b") == "a: {} # c\nd: 2\n"
    assert removed("a:\n  - 1 # c\nd: 2\n", "a[0]") == "a: []\nd: 2\n"
    assert removed("# head\n\na: 1\n", "a") == "# head\n\n{}\n"
    assert removed("- a: 1\n- 2\n", "[0].a") == "- {}\n- 2\n"
    assert removed("a: {b: 1}\n", "a.b") == "a: {}\n"


def test_unset_keeps_a_modeline():
    text = "# yaml-language-server: $schema=x.json\n# about a\na: 1\nb: 2\n"
    assert removed(text, "a") == "# yaml-language-server: $schema=x.json\nb: 2\n"


def test_unset_of_the_first_key_of_an_item():
    assert removed("- a: 1\n  b: 2\n- c\n", "[0].a") == "- b: 2\n- c\n"
    assert removed("- a:\n    x: 1\n  # about b\n  b: 2\n", "[0].a") == "- # about b\n  b: 2\n"
    assert removed("- - 1\n  - 2\n", "[0][0]") == "- - 2\n"


@pytest.mark.parametrize(
    ("path", "after"),
    [
        ("a", "{b: 2, c: 3}"), ("b", "{a: 1, c: 3}"), ("c", "{a: 1, b: 2}"),
    ],
)  # fmt: skip
def test_unset_in_flow_style(path, after):
    assert removed("x: {a: 1, b: 2, c: 3} # n\n", f"x.{path}") == f"x: {after} # n\n"


def test_unset_in_flow_style_over_several_lines():
    text = '{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}\n'
    assert removed(text, "a") == '{\n  "b": 2,\n  "c": 3\n}\n'
    assert removed(text, "c") == '{\n  "a": 1,\n  "b": 2\n}\n'
    assert removed("[1, 2,]", "[1]") == "[1,]"


LISTED = "a:\n  # about x\n  - x # x\n\n  # about y\n  -   k: 1\n      l: 2\n# about b\nb: 1\n"


def test_an_item_comes_after_the_last_one_not_after_the_next_comment():
    assert changed(LISTED, Append(parse("a"), "z")) == LISTED.replace("      l: 2\n", "      l: 2\n  - z\n")


def test_an_item_comes_before_the_comments_of_the_next():
    assert changed(LISTED, Insert(parse("a"), 1, "z")) == LISTED.replace("  # about y", "  - z\n  # about y")
    assert changed(LISTED, Insert(parse("a"), -2, "z")) == LISTED.replace("  # about x", "  - z\n  # about x")


def test_items_of_flow_lists():
    assert changed("a: [1, 2] # c\n", Append(parse("a"), "x, y")) == 'a: [1, 2, "x, y"] # c\n'
    assert changed("a: [1, 2]\n", Insert(parse("a"), 0, "x")) == "a: [x, 1, 2]\n"
    assert changed("a: [\n  1,\n  2,\n]\n", Append(parse("a"), 3)) == "a: [\n  1,\n  2,\n  3,\n]\n"
    assert changed("a: []\n", Append(parse("a"), 1)) == "a:\n  - 1\n"


def test_items_are_named_by_selectors_and_from_the_end():
    text = "apps:\n  - name: api\n    image: x:1\n  - name: web\n    image: y:1\n"
    assert put(text, "apps[name=web].image", "y:2") == text.replace("y:1", "y:2")
    assert put(text, "apps[-2].image", "x:2") == text.replace("x:1", "x:2")
    assert removed(text, "apps[name=api]") == "apps:\n  - name: web\n    image: y:1\n"


def test_something_that_is_no_list_takes_no_items():
    with pytest.raises(UsageError, match='"a" is a map, not a list'):
        changed("a: {}\n", Append(parse("a"), 1))
    with pytest.raises(UnknownPath, match="no position 3"):
        changed("a: [1]\n", Insert(parse("a"), 3, 1))


def test_several_documents():
    text = "a: 1\n---\n# two\na: 1\n...\n---\na: 1\n"
    assert put(text, "#2:a", 2) == "a: 1\n---\n# two\na: 2\n...\n---\na: 1\n"
    assert put(text, "#1:b", 2) == "a: 1\nb: 2\n---\n# two\na: 1\n...\n---\na: 1\n"
    assert put(text, "#3:b", 2) == text + "b: 2\n"
    assert put("---\n---\na: 1\n", "#1:b", 2) == "---\nb: 2\n---\na: 1\n"
    with pytest.raises(UsageError) as caught:
        put(text, "a", 2)
    assert '"#1:a"' in caught.value.hint
    with pytest.raises(UnknownPath):
        put(text, "#4:a", 2)


ANCHORED = "base: &b\n  x: 1\n  y: 2\none: *b\ntwo:\n  <<: *b\n  z: 3\nown: &o 4\n"


def refused(text, wanted):
    with pytest.raises(Refused) as caught:
        changed(text, wanted)
    assert caught.value.hint
    assert caught.value.place
    return caught.value.message


@pytest.mark.parametrize("path", ["base.x", "base", "base.new"])
def test_what_others_share_is_not_changed_under_their_feet(path):
    assert "is shared: the alias *b at line 4" in refused(ANCHORED, Set(parse(path), 9))


def test_an_anchor_that_others_use_is_not_removed():
    assert "is shared" in refused(ANCHORED, Unset(parse("base")))


def test_what_leads_through_an_alias_is_refused_and_the_alias_itself_is_not():
    assert 'leads through "one", which is the alias *b' in refused(ANCHORED, Set(parse("one.x"), 9))
    assert 'leads through "one"' in refused(ANCHORED, Set(parse("one.new"), 9))
    assert 'leads through "one"' in refused(ANCHORED, Unset(parse("one.x")))
    assert put(ANCHORED, "one", {"x": 9}) == ANCHORED.replace("one: *b", "one:\n  x: 9")


def test_an_inherited_key_gets_an_explicit_one_beside_the_merge_key():
    assert put(ANCHORED, "two.x", 9) == ANCHORED.replace("  z: 3\n", "  z: 3\n  x: 9\n")
    assert put(ANCHORED, "two.x", 1) == ANCHORED
    assert "brought in by a merge key" in refused(ANCHORED, Unset(parse("two.x")))
    deep = "base: &b {m: {x: 1}, l: [1]}\ntwo:\n  <<: *b\n"
    assert "which a merge key (<<) brings here" in refused(deep, Set(parse("two.m.x"), 9))
    assert "a list that a merge key" in refused(deep, Append(parse("two.l"), 9))


def test_an_anchor_that_nobody_uses_stays():
    assert put(ANCHORED, "own", 5) == ANCHORED.replace("&o 4", "&o 5")
    assert put(ANCHORED, "own", {"x": 1}) == ANCHORED.replace("&o 4", "&o\n  x: 1")
    assert put("a: &x !t 1\n", "a", 2) == "a: &x 2\n"
    assert put("{a: &x !t 1, b: 3}\n", "a", 2) == "{a: &x 2, b: 3}\n"


def test_a_shared_value_that_every_user_overrides_may_change():
    text = "base: &b {x: 1, y: 2}\ntwo:\n  <<: *b\n  x: 5\n"
    assert put(text, "base.x", 3) == text.replace("x: 1", "x: 3")


def test_a_new_map_keeps_what_it_shares_with_the_old_one():
    text = "a:\n  # about b\n  b: 0x10 # b\n  c: {d: 1}\n  e:\n    - x # x\n    - y\n  gone: 1\n"
    new = {"b": 16, "c": {"d": 2}, "e": ["x", "z", "y"], "f": 1}
    assert put(text, "a", new) == (
        "a:\n  # about b\n  b: 0x10 # b\n  c: {d: 2}\n  e:\n    - x # x\n    - z\n    - y\n  f: 1\n"
    )


def test_complex_keys():
    text = "? [a, b]\n: 1\n? c\n: 2\n"
    assert put(text, '"[a, b]"', 5) == "? [a, b]\n: 5\n? c\n: 2\n"
    assert removed(text, "c") == "? [a, b]\n: 1\n"
    assert put(text, "d", 3) == text + "d: 3\n"
    assert put("? a\n? b\n", "a", 1) == "? a\n: 1\n? b\n"


def test_tabs_and_spaces_between_stay():
    assert put("a:\t1\t# c\n", "a", 2) == "a:\t2\t# c\n"
    assert put("a:    1\n", "a", 2) == "a:    2\n"


def test_keys_that_need_quotes_get_them():
    assert put("a: 1\n", 'annotations."x.y/z: w"', "v") == 'a: 1\nannotations:\n  "x.y/z: w": v\n'
    assert put("a: 1\n", "on", 2) == 'a: 1\n"on": 2\n'


def test_values_are_written_as_the_types_they_derive_from():
    class Sealed(str):
        pass

    assert put("a: 1\n", "a", Sealed("gm1.x")) == "a: gm1.x\n"
    assert put("a: 1\n", "a", (1, 2)) == "a:\n  - 1\n  - 2\n"


def test_a_broken_file_is_not_edited():
    with pytest.raises(BrokenConfiguration):
        put("a: [1\n", "a", 2)


def test_the_whole_document_is_set_but_not_unset():
    assert put("a: 1\n", "", [1]) == "- 1\n"
    with pytest.raises(UsageError, match="whole document"):
        removed("a: 1\n", "")


def test_many_values_are_set_in_one_reading():
    text = "".join(f"k{n}: {n} # {n}\n" for n in range(400))
    after = changed(text, *(Set(parse(f"k{n}"), "x") for n in range(400)))
    assert after == "".join(f"k{n}: x # {n}\n" for n in range(400))


def test_round_trip_of_ruamel_is_the_last_resort():
    text = "foo: |\n  x\n   \nbar: 1\n"
    assert load(put(text, "foo", "two\nlines\n").encode()) == {"foo": "two\nlines\n", "bar": 1}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_part_that_is_removed_from_lines_in_braces_takes_its_own_comments_alone(newline):
    text = "o: { # 0\n  a: 1, # 1\n  # 2\n  b: [3,\n    4], # 2\n  # 3\n  c: 3 # 3\n  # end\n} # 0\n"
    kept = {
        "a": "o: { # 0\n  # 2\n  b: [3,\n    4], # 2\n  # 3\n  c: 3 # 3\n  # end\n} # 0\n",
        "b": "o: { # 0\n  a: 1, # 1\n  # 3\n  c: 3 # 3\n  # end\n} # 0\n",
        "c": "o: { # 0\n  a: 1, # 1\n  # 2\n  b: [3,\n    4] # 2\n  # end\n} # 0\n",
    }
    for key, rest in kept.items():
        done = edit(text.replace("\n", newline).encode(), [Unset(KeyPath(("o", key)))])
        assert done.decode() == rest.replace("\n", newline)
    assert edit(b"[\n  1, # a\n  2, # b\n]\n", [Unset(KeyPath((1,)))]) == b"[\n  1, # a\n]\n"
