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
    "{a: }", "{a: 1, a: 2}", "[a, [b]] # c", "{null: 1}", "|", "|-", ">", "|2", "&a x", "*a", "!t x", "- x", "---",
    "...", "?", "? x", "-", ": x", "@x", "`x", "%x", "<<", "0o7", "0x1f", "1e3", "${a}", "{a: b}c", "a: b", "k:",
]  # fmt: skip
_KEYS = ["a", "b", "c", "a.b", "a-b", "1", "null", "<<", "on", '"a"', "a b", "-a", "~", "/x"]
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
    if everyday(raw) is not None:
        try:
            found: object = load_all(raw)
        except BrokenConfiguration:
            found = "refused"
        assert repr(found) == repr(by_the_parser(raw))


@given(_texts())
@example("a:\n- b: |\n    x\n\n     y\n\n  c: {d: [e]}\n- f\ng:\n  - h\n")
@example("a: b\n  c\n")
@example("a:\n  b\n")
@example("a: |\n\n  x\n")
@example("a: |\n    x\n \n  y\nb: 1")
@example("a:\n - b\n- c\n")
def test_any_lines(text: str):
    assert_alike(f"{text}\n".encode())


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


def test_two_readings_share_nothing():
    raw = b"a: {b: [1]}\n"
    first, second = everyday(raw), everyday(raw)
    assert isinstance(first, dict) and isinstance(second, dict)
    assert first["a"] is not second["a"] and first["a"]["b"] is not second["a"]["b"]
