"""What is read line by line is read as the parser reads it, whatever the lines are."""

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gmconfig.errors import BrokenConfiguration
from gmconfig.storage.yaml import compose, construct, load_all
from gmconfig.storage.yaml.everyday import everyday
from tests.storage.yaml.generated import files

_VALUES = [
    "", "1", "-1.5", "~", "null", "yes", "text", "two words", "a:b", "http://x.y/z#f", "a #c", "x# y", "a,b", "[a]b",
    '"q"', "'q'", '"a # b"', '"\\n"', "''''", "[]", "{}", "[a, b c, 1]", '{a: 1, b: [x, "y z"], c: {}}', "[a,]",
    "--x", "-x y", "---x", "-", "--", "- -", "-:", "-#", "-,", "-[", "{a: }", "{a: 1, a: 2}",
    "[a, [b]] # c", "{null: 1}", "|", "|-", ">", "|2",
    "&a x", "*a", "!t x", "- x", "---",
    "...", "?", "? x", "-", ": x", "@x", "`x", "%x", "<<", "0o7", "0x1f", "1e3", "${a}", "{a: b}c", "a: b", "k:",
]  # fmt: skip
_KEYS = [
    "a",
    "a{{ .B }}",
    "a{{b}}.c",
    "{{a}}",
    "a{{",
    "b",
    "c",
    "a.b",
    "a-b",
    "1",
    "null",
    "<<",
    "on",
    '"a"',
    "a b",
    "-a",
    "~",
    "/x",
]
_lines = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["", "  ", "    ", "      ", " ", "   "]),
    st.sampled_from(["", "", "", "- ", "- - ", "-  "]),
    st.sampled_from(["", *(f"{key}: " for key in _KEYS), *(f"{key}:" for key in _KEYS)]),
    st.sampled_from(_VALUES),
    st.sampled_from(["", "", "", " # c", "#c", " ", "  #"]),
)
_ONE_LINE = [
    "1",
    "-1.5",
    "~",
    "text",
    "two  words",
    "a:b",
    "x# y",
    "a,b",
    '"a # b"',
    "[]",
    "[a, b c, 1]",
    "{a: {b: x}}",
]
_BITS = [
    " ",
    "  ",
    "\n",
    "\n  ",
    "\n- ",
    ":",
    ": ",
    "- ",
    "#",
    " #",
    '"',
    "'",
    "{",
    "}",
    "[",
    "]",
    ",",
    "|",
    "~",
    "?",
    "&a ",
    "*a",
    "!",
    "<<: ",
    "null",
    "---\n",
    "a",
]


@st.composite
def _block(draw, indent: int = 0, depth: int = 3) -> list[str]:
    """Lines of a map, nested, with lists and texts in it."""
    lines: list[str] = []
    for key in draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4, unique=True)):
        margin, step = " " * indent, draw(st.sampled_from([2, 2, 4, 1]))
        kind = draw(
            st.sampled_from(["one", "one", "map", "list", "text", "none"] if depth else ["one", "none"])
        )
        comment = draw(st.sampled_from(["", "", "  # c"]))
        if kind == "one":
            lines.append(f"{margin}{key}: {draw(st.sampled_from(_ONE_LINE))}{comment}")
            continue
        lines.append(f"{margin}{key}:{' |' if kind == 'text' else ''}{comment}")
        if kind == "map":
            lines += draw(_block(indent + step, depth - 1))
        elif kind == "text":
            lines += [f"{margin}{' ' * step}{text}" for text in ("some: text", " # more")] + draw(
                st.sampled_from([[], [""]])
            )
        elif kind == "list":
            inner = indent + draw(st.sampled_from([0, step]))
            lines += [f"{' ' * inner}- {draw(st.sampled_from(_ONE_LINE))}"]
            for first, *others in draw(st.lists(_block(inner + 2, depth - 1), max_size=2)):
                lines += [f"{' ' * inner}- {first.lstrip()}", *others]
    return lines


@st.composite
def _texts(draw) -> str:
    """A file that is ordinary, but for a few slips."""
    lines = draw(_block())
    for line in draw(st.lists(_lines, max_size=1)):
        lines[draw(st.integers(0, len(lines) - 1))] = line
    text = "\n".join(lines)
    for bit in draw(st.lists(st.sampled_from(_BITS), max_size=2)):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + bit + text[at + draw(st.integers(0, 2)) :]
    return text


def by_the_parser(raw: bytes) -> object:
    try:
        documents = [construct(document) for document in compose(raw).documents]
    except BrokenConfiguration:
        return "refused"
    return documents


def assert_alike(raw: bytes) -> None:
    tree = everyday(raw)
    if tree is not None:
        assert repr([tree]) == repr(by_the_parser(raw)) == repr(load_all(raw))


@given(_texts())
@example("a:\n- b: |\n    x\n\n     y\n\n  c: {d: [e]}\n- f\ng:\n  - h\n")
@example("a: b\n  c\n")
@example("a:\n  b\n")
@example("a: |\n\n  x\n")
@example("a: |\n    x\n \n  y\nb: 1")
@example("a:\n - b\n- c\n")
def test_any_lines(text: str):
    assert_alike(f"{text}\n".encode())


_WORDS = ["gm1.default.k1.gAAAAA==", "abcdef", "w" * 800]
_ODD_WORDS = ["w" * 801, "x#y/z@+-", "abcde", "false", "two words", "abcdef # c", "1234567", "|", "abc: d"]
_KEYED = [f"k.{number}" for number in range(40)]


@st.composite
def _sections(draw: st.DrawFn, number: int) -> str:
    """Give a map of lines that are alike, below a key, an item or nothing, perhaps with an odd line in it."""
    head, indent = draw(
        st.sampled_from(
            [("s{}:", 2), ("s{}:", 0), ("s{}: # c\n", 4), ("s{}: |", 2), ("s{}:\n- s: 1", 2), ("", 0)]
        )
    )
    keys = draw(
        st.lists(st.sampled_from(_KEYED), min_size=8, max_size=12, unique=draw(st.integers(0, 9)) > 0)
    )
    lines = [f"{key}{number if not indent else ''}: {draw(st.sampled_from(_WORDS))}" for key in keys]
    if draw(st.integers(0, 3)) == 0:
        odd = draw(
            st.sampled_from([*(f"odd: {word}" for word in _ODD_WORDS), "null: abcdef", "- abcdef", "", "#"])
        )
        lines.insert(draw(st.integers(0, len(lines))), odd)
    margin = " " * (draw(st.sampled_from([indent] * 9 + [1])))
    return "\n".join((head.format(number), *(margin + line for line in lines)))


_LONG_END = "".join(f"end-{number}: {'w' * 700}\n" for number in range(30))


@given(st.integers(1, 4).flatmap(lambda count: st.tuples(*map(_sections, range(count)))))
def test_long_files_with_runs_of_alike_lines(sections: tuple[str, ...]):
    assert_alike("\n".join((*sections, _LONG_END)).encode())


@given(files())
def test_files_as_people_write_them(file: tuple[object, bytes]):
    assert_alike(file[1])


_SUITE = Path(os.environ.get("GMCONFIG_CONFORMANCE_DATA", "/nonexistent")) / "yaml-test-suite"


@pytest.mark.parametrize("path", sorted(_SUITE.rglob("in.yaml")), ids=lambda path: path.parent.name)
def test_the_suite(path: Path):
    assert_alike(path.read_bytes())


def test_an_ordinary_file_needs_no_parser():
    text = """\
# A service.
service:
  name: shop   # its name
  image: registry.example.org/shop:1.2.0
  ports: [80, 443]
  hosts:
  - {name: "a b", weight: 0.5}
  - name: 'b'
    weight: 1
notes: |
  Restart with care.

    Twice.
empty:
"""
    assert everyday(text.encode()) == {
        "service": {
            "name": "shop",
            "image": "registry.example.org/shop:1.2.0",
            "ports": [80, 443],
            "hosts": [{"name": "a b", "weight": 0.5}, {"name": "b", "weight": 1}],
        },
        "notes": "Restart with care.\n\n  Twice.\n",
        "empty": None,
    }


def test_a_long_file_of_words_is_read_whole():
    groups = {f"group{n}": {f"key{m}": f"gm1.default.k1.{n}-{m}" for m in range(20)} for n in range(50)}
    lines = (
        f"{name}:\n" + "".join(f"  {key}: {word}\n" for key, word in group.items())
        for name, group in groups.items()
    )
    text = "# all\n" + "\n".join(lines)
    assert everyday(text.encode()) == groups
    assert everyday(text.replace("key19:", "key0:", 1).encode()) is None, "a key twice is the parser's"


def test_two_readings_share_nothing():
    raw = b"a: {b: [1]}\n"
    first, second = everyday(raw), everyday(raw)
    assert isinstance(first, dict) and isinstance(second, dict)
    assert first["a"] is not second["a"] and first["a"]["b"] is not second["a"]["b"]


_KNOWN = [
    "x0: &x 0",
    "m0: &m {h: 1}",
    "n0: &n\n  h: [2]",
    "w0: &w {h: {i: 3}}",
    "h0: &h {p: 1}",
    "b: &b0 {x: 1}",
    "b_: &b1 {}",
]
_NAMED = [
    "a: &x 1",
    "a2: &x text # of two words",
    'quoted: &x "a # b"',
    "m: &m\n  p: 1\n  q: 2",
    "m3: &m\n  p: *x\n  z: {a: 1}",
    "n: &n {p: 3, r: [4]}",
    "u: *m",
    "v:\n  <<: *m\n  q: 9",
    "w: &w\n  own: *x # its own\n  !!merge <<: [*m, *n]",
    "l:\n- *x\n- <<: *n\n  z: 1\n- k: *m\n  k2: &k\n    <<: *w",
    "two:\n  <<: *m\n  <<: [*n , *w]",
    "three: &three\n  <<: *n\n  in:\n    <<: *m\n    <<: *n\n  <<: *m",
    "f: &f >\n  a b\n  c\n\n",
    "e: &e\ne2: *e",
    "e3: &e\n- 1",
    "lit: &lit |-\n  &x b",
    'con: &x "a \\\n   b: *x\\\n  # c \\\n  d" # e',
    "below: &x\n\n  # a comment\n  text # of two",
    "below2:\n  - k:\n      'x'\n  - *x",
    "<<: *w",
    "b1: &b1\n  l: *b0\n  r: [1]\n  <<: *b0",
    "b2: &b0\n  l: &b1\n    <<: *w\n  r: *b1",
]
_ODD = [
    "m2: &m # again\n- p\n- &y 2",
    "self: &s\n  again: *s",
    "half: &h\n  <<: *m\n  in: {a: 1}\n  of:\n    <<: *h",
    "half2:\n  <<: *m\n  in: &h\n    b: *x\n  of:\n    <<: *h",
    'con2: "a\\\n\n b"',
    'con3: "a\\\nb"',
    'con4: "a\\\n b\\\n',
    'con5: "a\\\n b \\ \n c"',
    'con6: "a\\\n b" c',
    'con7: "a\\\n b\n c"',
    "below3:\n  text\n  more",
    "below4:\n  text\n  k: v",
    "below5:\ntext",
    "below6:\n  - text\n    more",
    "below7: text\n  more",
    "below8:\n  ---\n",
    "below9:\n  ...\n",
    "below10:\n  text\n\n   # c\n   more",
    "g: >-\n  a: *x\n\n  b",
    "g2: >\n    a\n      b\n    c",
    "g3: >\n  a\n\n    b\n\n\n  c\n  d\n\n    e\n    f\n\n",
    "g4: >-\n  a\n   b\n\n  - c\n\n  d: e\n",
    "k: &k1 a: b",
    "- &x a: b",
    "i:\n- &x a: b",
    "i2:\n  - &i text\n  - &i2\n    a: 1\n  - *i",
    "o: &a &b x",
    "o2: &a *x",
    "*x : 1",
    "&x z: 1",
    "&x - z",
    "s: *x y",
    "z: &z\n  *x\n",
    "t: &t !!str 1",
    "<<: {a: 1}",
    "<<: *x",
    "<<: [*m, *x]",
    "q: &q\n\n  # a comment\n  k: *k",
]


@given(st.lists(st.sampled_from(_NAMED), max_size=9, unique=True), st.sampled_from(["", *_ODD]), st.data())
def test_anchors_aliases_and_merge_keys(entries: list[str], odd: str, data: st.DataObject):
    entries.insert(data.draw(st.integers(0, len(entries))), odd)
    assert_alike("".join(f"{entry}\n" for entry in [*_KNOWN, *entries]).encode())


@pytest.mark.parametrize("aliases", [15, 16, 17, 30])
def test_aliases_that_grow_are_counted_as_the_parser_counts_them(aliases: int):
    lines = ["a0: &a0 {x: 1}", *(f"a{n}: &a{n}\n  l: *a{n - 1}\n  r: *a{n - 1}" for n in range(1, aliases))]
    assert_alike("".join(f"{line}\n" for line in lines).encode())


def test_a_file_with_names_needs_no_parser():
    text = """\
defaults: &defaults
  size: 1
  more: &more [a, b]
shop:
  <<: *defaults
  size: 2
  notes: >
    Restart
    with care.
ports:
  - *more
  - &http 80
  - *http
both:
  !!merge <<: [*defaults, *defaults]
"""
    assert everyday(text.encode()) == {
        "defaults": {"size": 1, "more": ["a", "b"]},
        "shop": {"size": 2, "more": ["a", "b"], "notes": "Restart with care.\n"},
        "ports": [["a", "b"], 80, 80],
        "both": {"size": 1, "more": ["a", "b"]},
    }


def test_a_part_of_a_file_knows_the_names_before_it_and_tells_those_behind():
    names: dict[str, object] = {"base": {"a": 1}}
    assert everyday(b"  - <<: *base\n    b: &b 2\n", names) == [{"a": 1, "b": 2}]
    assert names == {"base": {"a": 1}, "b": 2}
    assert everyday(b"  a: 1\n b: 2\n") is None
