"""What is read and what is refused, one test for each pitfall that others fall into."""

import pytest

from gmconfig.errors import BrokenConfiguration
from gmconfig.finding import Place
from gmconfig.storage.yaml import Tagged, compose, construct, load, load_all, place


def refusal(raw):
    """Both ways of reading refuse; give the error of the fast one."""
    with pytest.raises(BrokenConfiguration):
        [construct(document) for document in compose(raw).documents]
    with pytest.raises(BrokenConfiguration) as caught:
        load_all(raw, "f.yaml")
    return caught.value


def test_words_of_yaml_1_1_are_texts():
    assert load(b"[no, on, Yes, y, OFF]") == ["no", "on", "Yes", "y", "OFF"]


def test_numbers_are_those_of_yaml_1_2():
    assert load(b"[010, 0o10, 08, 1e3, 12:30:45, 1_000, 0x1F, .5, 5., +1, -.inf]") == [
        10, 8, 8, 1000.0, "12:30:45", "1_000", 31, 0.5, 5.0, 1, float("-inf"),
    ]  # fmt: skip


def test_timestamps_and_keys_are_texts():
    assert load(b"2024-01-01: 2024-01-01\n1: 1\ntrue: true\n~: x\n1.10: y\n") == {
        "2024-01-01": "2024-01-01", "1": 1, "true": True, "null": "x", "1.10": "y",
    }  # fmt: skip


def test_a_key_twice_is_refused_with_both_places():
    error = refusal(b"a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n")
    assert error.message == 'the key "c" stands here and at 3:3'
    assert error.place == Place("f.yaml", 5, 3)


@pytest.mark.parametrize("text", [b'a: 1\n"a": 2', b'1: a\n"1": b', b"{a: 1, a: 2}", b"~: 1\nnull: 2"])
def test_a_key_twice_in_another_guise_too(text):
    assert "stands here and at 1:" in refusal(text).message


def test_a_merge_key_twice_is_legal_and_the_latest_counts():
    """Helm's charts repeat it (govuk-app-config does); PyYAML and Go's reader let the later one win."""
    raw = b"a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  !!merge <<: *a\n  z: 3\n  <<: *b\n"
    assert load(raw)["c"] == {"x": 1, "y": 2, "z": 3}
    assert construct(compose(raw).documents[0]) == load(raw)
    assert place(compose(raw), ("c", "y")) == Place("", 2, 11)


def test_an_anchor_twice_is_legal_and_the_latest_counts():
    assert load(b"a: &x 1\nb: *x\nc: &x 2\nd: *x\n") == {"a": 1, "b": 1, "c": 2, "d": 2}


@pytest.mark.parametrize("key", ["<<", "!!merge <<"])
def test_merge_keys_bring_what_is_not_there(key):
    maps = "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\n"
    raw = f"{maps}one:\n  {key}: *b\n  x: 9\ntwo:\n  {key}: [*b, *m]\n"
    tree = load(raw.encode())
    assert tree["one"] == {"x": 9, "y": 2}
    assert tree["two"] == {"x": 1, "y": 2, "z": 4}


def test_a_quoted_merge_key_is_a_key():
    assert load(b"'<<': {a: 1}\n") == {"<<": {"a": 1}}


@pytest.mark.parametrize("raw", [b"<<: 1", b"<<: [1]", b"a: &a [x]\nb:\n  <<: *a\n"])
def test_a_merge_key_needs_maps(raw):
    assert "merge key" in refusal(raw).message


def test_tags():
    assert load(b"[!!binary aGk=, !!str 1, !!float 1, !!int '7', !vault x, ! 5]") == [
        b"hi", "1", 1.0, 7, Tagged("x", "!vault"), "5",
    ]  # fmt: skip
    assert load(b"a: !Sub [x, y]\nb: !Map {c: 1}\n") == {"a": ["x", "y"], "b": {"c": 1}}


@pytest.mark.parametrize("raw", [b"!!int x", b"!!bool 1", b"!!null x", b"!!binary '*'", b"!!float x"])
def test_a_tag_that_its_text_belies_is_refused(raw):
    assert refusal(raw).place.line == 1


@pytest.mark.parametrize("raw", [b"a: &a [*a]", b"&a {b: *a}", b"a: &a\n  b:\n    - *a\n"])
def test_cycles_are_refused(raw):
    assert "inside of what it repeats" in refusal(raw).message


def test_an_alias_without_anchor_is_refused():
    assert refusal(b"a: *x").message == 'the alias "*x" has no anchor before it'


def test_anchors_end_with_their_document():
    assert "no anchor" in refusal(b"a: &x 1\n---\nb: *x\n").message


@pytest.mark.parametrize("kind", ["lists", "maps", "merges"])
def test_alias_bombs_are_refused(kind):
    line = {"lists": "[{}]", "maps": "{{a: *{0}, b: *{0}, c: *{0}, d: *{0}}}", "merges": "[{}]"}[kind]
    text = "l0: &l0 [x, x, x, x, x, x, x, x, x]\n"
    for level in range(1, 12):
        inner = ", ".join([f"*l{level - 1}"] * 9) if kind != "maps" else f"l{level - 1}"
        text += f"l{level}: &l{level} {line.format(inner)}\n"
    assert "expand to more than 100,000 values" in refusal(text.encode()).message


def test_aliases_that_nest_deeper_and_deeper_are_refused():
    text = "l0: &l0 [x]\n" + "".join(f"l{n}: &l{n} [*l{n - 1}]\n" for n in range(1, 300))
    assert "deeper than 200" in refusal(text.encode()).message


def test_a_large_file_without_aliases_is_no_bomb():
    assert len(load(b"- x\n" * 120_000)) == 120_000


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[]"])
def test_10_000_levels_are_refused(opening):
    raw = opening * 10_000 if opening != "[]" else "[" * 10_000 + "]" * 10_000
    assert "deeper than 200" in refusal(raw.encode()).message


def test_deep_indentation_is_refused():
    assert "deeper than 200" in refusal(b"".join(b" " * n + b"a:\n" for n in range(2_000))).message


def test_200_levels_are_read():
    raw = b"[" * 200 + b"]" * 200
    assert load(raw) == construct(compose(raw).documents[0])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_are_refused(encoding):
    assert "not UTF-8" in refusal("a: 1\n".encode(encoding)).message


def test_a_byte_that_is_not_utf_8_is_shown():
    error = refusal(b"a: 1\nb: caf\xe9\n")
    assert (error.message, error.place) == ("the byte 0xe9 is not UTF-8", Place("f.yaml", 2, 7))


@pytest.mark.parametrize("char", ["\x00", "\x07", "\x1b", "\x7f", "\ufffe"])
def test_control_characters_are_refused(char):
    error = refusal(f"a: 1\r\nb: 'x{char}'\r\n".encode())
    assert error.message == f"the control character U+{ord(char):04X} is not allowed in YAML"
    assert error.place == Place("f.yaml", 2, 6)


def test_separators_of_unicode_break_no_line():
    for char in "\x85\u2028\u2029":
        assert load(f"a: x{char}y\nb: 'z{char}z'\n".encode()) == {"a": f"x{char}y", "b": f"z{char}z"}


@pytest.mark.parametrize(
    "raw", [b"", b"\n\n", b"# only a comment\n", b"---\n", b"--- # c\n...\n", b"\xef\xbb\xbf", b"~"]
)
def test_empty_files_are_null(raw):
    assert load(raw) is None


def test_byte_order_mark_and_line_ends():
    raw = b"\xef\xbb\xbfa:\r\n  b: 1\r\n"
    assert load(raw) == {"a": {"b": 1}}
    ((_, value),) = compose(raw).documents[0].entries
    assert (value.line, value.column) == (2, 3)


def test_several_documents():
    assert load_all(b"a: 1\n---\n- 2\n---\n") == [{"a": 1}, [2], None]
    with pytest.raises(BrokenConfiguration, match="holds 2 YAML documents") as caught:
        load(b"a: 1\n---\nb: 1\n", "x.yaml")
    assert "#2:" in caught.value.hint


def test_tabs():
    assert load(b"a:\t1\n") == {"a": 1}
    assert refusal(b"a:\n\tb: 1\n").place.line == 2
    assert refusal(b'a: "x\n\ty"\n').message == "a tab cannot indent"


@pytest.mark.parametrize(
    ("raw", "line"), [(b"a: 1\n b: 2\n", 2), (b"a: [1\nb: 2\n", 2), (b"a: 'x\n", 1), (b"a: b: c\n", 1)]
)
def test_broken_files_say_where(raw, line):
    error = refusal(raw)
    assert error.place.file == "f.yaml"
    assert error.place.line == line
    assert error.message == error.message.lower().rstrip(".")


def test_an_endless_number_is_refused():
    assert "digits" in refusal(b"a: " + b"9" * 5_000).message


def test_construct_tells_the_path_where_a_scalar_is_written():
    seen = []
    raw = b"base: &b {x: 1}\none: *b\ntwo:\n  <<: *b\n  y: 2\nthree:\n  <<: {z: 3}\n"
    tree = construct(compose(raw).documents[0], lambda node, keys: seen.append(keys) or f"<{node.text}>")
    assert tree == {
        "base": {"x": "<1>"},
        "one": {"x": "<1>"},
        "two": {"x": "<1>", "y": "<2>"},
        "three": {"z": "<3>"},
    }
    assert seen == [("base", "x"), ("two", "y"), ("three", "<<", "z")]


def test_what_git_could_not_merge_is_called_so():
    raw = b"a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> other\n"
    for text in (raw, raw.replace(b"\n", b"\r\n")):
        with pytest.raises(BrokenConfiguration, match="git could not merge") as broken:
            load(text, "config/settings.yaml")
        assert broken.value.place == ("config/settings.yaml", 2, 1)
    assert load(b"a: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> other\n") == {
        "a": "<<<<<<< HEAD\n=======\n>>>>>>> other\n"
    }


@pytest.mark.parametrize(
    "raw", [b"a: {b: ${PORT:80}, c: 1}", b"a: [${PORT:80}, 1]", b"a: {b: 1, c: ${SECRET:x}}"]
)
def test_a_placeholder_that_needs_quotes_is_told_so(raw):
    assert "needs quotes" in str(refusal(raw).hint)
    assert refusal(b"a: [1, {b: 2]").hint is None


_COMPLAINTS = {
    "a:\n\tb: 2\n": ("2:1", "a tab cannot indent"),
    "a: @x\n": ("1:4", 'a value cannot begin with "@"'),
    "a: b: c\n": ("1:5", 'a ":" within a value'),
    "a: 1\n  b: 1\n": ("2:4", "a key where the line before has a value already"),
    'a: "x\nb: 1\n': ("1:4", "a quote that is never closed"),
    "a: 'it's'\n": ("1:8", "nothing can follow the value before it"),
    "a: [1, 2\nb: 3\n": ("2:2", 'a comma is missing, or the "[" at 1:4 is never closed'),
    "a:\n  b: 1\n c: 2\n": ("3:2", "this does not line up with the map that begins at 1:1"),
    "l:\n  - 1\n  b: 2\n": ("3:3", "this does not line up with the list that begins at 2:3"),
    "a: 1\nfoo\nb: 2\n": ("2:1", 'a key without a ":" behind it'),
    "a: - 1\n": ("1:4", 'a "-" where no list can begin'),
    'a: "C:\\dir"\n': ("1:7", r'"\d" means nothing within double quotes'),
    "a: *\n": ("1:4", 'a "*" without a name'),
    "{a: 1}}\n": ("1:7", "nothing can follow the value before it"),
    "a: {\n": ("2:1", "a value is missing here"),
}


@pytest.mark.parametrize(("text", "said"), _COMPLAINTS.items(), ids=map(repr, _COMPLAINTS))
def test_what_is_wrong_is_said_in_words_that_help(text: str, said: tuple[str, str]):
    refused = refusal(text.encode())
    assert (str(refused.place).removeprefix("f.yaml:"), refused.message) == said
