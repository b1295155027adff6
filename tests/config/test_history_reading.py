"""Reading versions piece by piece gives what reading each of them whole gives."""

import random
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gmconfig.config.equal import same
from gmconfig.config.history.absence import ABSENT
from gmconfig.config.history.found import at
from gmconfig.config.history.lines import Uncuttable
from gmconfig.config.history.piece import Cutter
from gmconfig.config.history.reading import VersionReader
from gmconfig.config.history.value import equal
from gmconfig.errors import BrokenConfiguration
from gmconfig.path import DEEP, KeyPath, Keys, Segment, Selector, scalar_text, value_at
from gmconfig.storage.yaml import dump, load

FILLER = "".join(f"  filler{number}: some text to make this long enough\n" for number in range(30))
ITEMS = "".join(f"  - name: item{n}\n    value: {n}\n    more: [1, 2]\n" for n in range(30))
ENTRIES = [
    "a: 1\n",
    f"b:\n  c: &c {{x: 1}}\n{FILLER}  d:\n    <<: *c\n    y: 2\n",
    f"big:\n{FILLER}",
    "list:\n" + ITEMS,
    "anchor: &shared\n  k: v\n  n: [1, two]\n",
    "anchor2: &shared {k: other}\n",
    f"user:\n{FILLER}  uses: *shared\n  also: {{<<: *shared, z: 1}}\n",
    'quoted: "begins\n  here: no\nlate: x"\n',
    "block: |\n  text: |\n    - x\n\n  # no comment\n",
    "folded: >-\n  some\n  text\n\n# a comment\n",
    "flow: {a: [1,\n  2], b: 'it''s'}\n",
    "flowopen: [1,\nodd: 2]\n",
    "zero:\n- a\n- b: &deep 1\n  c: *deep\n",
    "dup: 1\n",
    "tabbed:\t1\n",
    "undefined: *nowhere\n",
    "k e y: v\n",
    "'q': 1\n",
    "? complex\n: value\n",
    "<<: {m: 1}\n",
    "text: it is &not an anchor, nor *this\n",
    "---\n",
    "null: 1\n",
    "last: |+\n  kept\n\n\n",
    "self: &self\n  name: &name x\n  again: *name\n",
    "first: &m1 {p: 1, q: 1}\nsecond: &m2 {q: 2, r: 2}\n",
    f"twice:\n{FILLER}  <<: *m1\n  <<: *m2\n  own: x\n",
    f"tagged:\n{FILLER}  deep:\n    !!merge <<: [*m1, *m2]\n    !!merge <<: *shared\n",
    f"m1again: &m1 {{p: x}} # not &m2\n{FILLER}",
    "uses: [*m1, *shared]\n",
]


def whole(raw: bytes) -> object:
    try:
        return load(raw)
    except BrokenConfiguration:
        return "broken"


def piecewise(reader: VersionReader, raw: bytes) -> object:
    try:
        return reader.read(raw)
    except BrokenConfiguration:
        return "broken"


def asked(reader: VersionReader, raw: bytes, paths: Iterable[KeyPath]) -> list[object]:
    """Give what the paths mean, without putting the rest of the file together."""
    try:
        found = reader.find(raw)
    except BrokenConfiguration:
        return ["broken" for _ in paths]
    return [at(found, path.segments) for path in paths]


def meant(tree: object, path: KeyPath) -> object:
    """Give the same from the whole tree."""
    if tree == "broken":
        return tree
    found = list(path.find(tree))
    return value_at(tree, found[0]) if len(found) == 1 else ABSENT


def places(tree: object, most: int = 60) -> list[KeyPath]:
    """Give paths to values at every depth, some by what tells list items apart, and some that lead nowhere."""
    found = list(KeyPath((DEEP,)).find(tree))
    paths = [KeyPath(keys) for keys in found[:: len(found) // most + 1]]
    named = [KeyPath(steadied(tree, path.segments)) for path in paths]
    absent = [KeyPath((*path.segments, extra)) for path in paths[::9] for extra in ("absent", 99, -1)]
    return [*paths, *named, *absent]


def steadied(tree: object, keys: Keys) -> Iterator[Segment]:
    for key in keys:
        item = tree[key]
        name = item.get("name") if isinstance(key, int) and isinstance(item, dict) else None
        yield key if name is None else Selector(("name",), scalar_text(name))
        tree = item


@given(st.lists(st.lists(st.sampled_from(ENTRIES), max_size=7), min_size=1, max_size=5), st.booleans())
@settings(max_examples=150)
def test_entries_in_any_combination_read_as_a_whole_file_does(versions, crlf):
    reader = VersionReader()
    for entries in versions:
        raw = "".join(entries).encode()
        raw = raw.replace(b"\n", b"\r\n") if crlf else raw
        assert same(piecewise(reader, raw), whole(raw)), raw.decode()


@given(st.integers(0, 10**9))
@settings(max_examples=60)
def test_lines_added_removed_and_indented_anywhere(seed):
    dice = random.Random(seed)
    lines = "".join(dice.sample(ENTRIES, 8)).splitlines(keepends=True)
    reader = VersionReader()
    for _ in range(8):
        raw = "".join(lines).encode()
        assert same(piecewise(reader, raw), whole(raw)), raw.decode()
        at = dice.randrange(len(lines) + 1)
        what = dice.choice(["drop", "copy", "indent", "edit", "cut"])
        if what == "copy" or at == len(lines):
            lines.insert(at, dice.choice(lines or ["a: 1\n"]))
        elif what == "drop":
            del lines[at]
        elif what == "indent":
            lines[at] = "  " + lines[at]
        elif what == "edit":
            lines[at] = lines[at].replace("1", "7").replace("x", "changed")
        else:
            lines[at] = lines[at].rstrip("\n")


@given(st.lists(st.lists(st.sampled_from(ENTRIES), max_size=9), min_size=1, max_size=5))
@settings(max_examples=50)
def test_a_path_alone_reads_as_in_a_whole_file(versions):
    reader = VersionReader()
    raws = ["".join(entries).encode() for entries in versions]
    trees = [whole(raw) for raw in raws]
    paths = [path for tree in trees for path in places(tree, 12)]
    for raw, tree in zip(raws, trees, strict=True):
        for path, value in zip(paths, asked(reader, raw, paths), strict=True):
            assert equal(value, meant(tree, path)), (raw.decode(), str(path))


@given(st.integers(0, 10**9), st.booleans())
@settings(max_examples=60)
def test_list_items_added_moved_and_changed_in_many_places_at_once(seed, in_a_map):
    dice = random.Random(seed)
    items = [f"- name: item{n % 7}\n  value: {n}\n  more: [1, 2]\n" for n in range(60)]
    reader = VersionReader()
    for _ in range(6):
        raw = ("list:\n" * in_a_map + "# comment\n" + "".join(items)).encode()
        assert same(piecewise(reader, raw), whole(raw)), raw.decode()
        for _ in range(dice.randrange(5)):
            start, end = sorted((dice.randrange(len(items)), dice.randrange(len(items))))
            what = dice.choice(["drop", "move", "edit", "comment", "continue", "double"])
            if what == "drop":
                del items[start : min(end, start + 12)]
            elif what == "move":
                items.insert(start, items.pop(end))
            elif what == "edit":
                items[start] = items[start].replace("value: ", "value: 7")
            elif what == "double":
                items.insert(end, items[start])
            else:
                items.insert(start, "  # between\n" if what == "comment" else f"  extra{start}: x\n")
        items = items or ["- last\n"]


NAMED = [
    "a{n}: &x{m} {{v: {k}}}\n",
    "a{n}: &x{m}\n  v: {k}\n  w: [1]\n",
    "a{n}: &x{m} >\n  v: {k}\n  *x1\n",
    f"b{{n}}:\n{FILLER}  uses: *x{{m}}\n",
    f"b{{n}}:\n{FILLER}  in:\n    own: {{k}}\n    <<: *x0\n  list:\n    - *x{{m}}\n    - <<: [*x0, *x0]\n",
    f"b{{n}}:\n{FILLER}  in: &x{{m}}\n    v: {{k}}\n  after: *x{{m}}\n",
    f"b{{n}}: # &x{{m}}\n{FILLER}  text: |\n    a{{k}}: &x{{m}} 1\n    <<: *x{{m}}\n",
    f"list{{n}}:\n{ITEMS}  - name: {{k}}\n    uses: *x{{m}}\n    value: &x{{m}} {{k}}\n{ITEMS}",
    "# a1: &x{m} {{v: {k}}}\n",
    "'q{n}': *x{m}\n",
    "{{{{k}}}}.{n}: &x{m} {k}\n",
    "k.{{{{ .N }}}}{n}: {k}\n",
    'c{n}: "a: &x{m} \\\n  b: *x{m}\\\n  {k}"\n',
    "d{n}:\n  text {k}\n",
    "d{n}: &x{m}\n  # c\n  {k}\n",
]
SLIPS = [
    "---\n",
    "a1: 1\n",
    "t:\t1\n",
    "%x\n",
    "u: *none\n",
    "- x\n",
    "  more: 1\n",
    "k: &x0 &x1 2\n",
    "s: *x0 y\n",
]


@given(st.integers(0, 10**9))
@settings(max_examples=30)
def test_names_that_move_change_and_vanish(seed):
    dice = random.Random(seed)
    head = "".join(f"x{m}: &x{m} {{z: {m}}}\n" for m in range(3))
    entries = [dice.choice(NAMED).format(n=n, m=n % 3, k=n) for n in range(9)]
    reader, readable = VersionReader(), 0
    for turn in range(8):
        slip = dice.choice(SLIPS) if dice.random() < 0.1 else ""
        raw = (head + "".join(entries) + slip).encode()
        raw = raw.replace(b"\n", b"\r\n") if dice.random() < 0.1 else raw
        expected = whole(raw)
        readable += expected != "broken"
        assert same(piecewise(reader, raw), expected), raw.decode()
        at, what = (
            dice.randrange(len(entries)),
            dice.choice(["other", "other", "move", "head", "drop", "again"]),
        )
        if what == "other":
            entries[at] = dice.choice(NAMED).format(n=at, m=dice.randrange(3), k=dice.randrange(9))
        elif what == "move":
            entries.insert(dice.randrange(len(entries)), entries.pop(at))
        elif what == "head":
            head = head.replace("{z: ", "{z: 1" if turn % 2 else "{y: ", 1)
        elif what == "drop" and len(entries) > 4:
            del entries[at]
        else:
            entries.append(dice.choice(NAMED).format(n=20 + turn, m=turn % 3, k=turn))


@pytest.mark.parametrize("style", ["|", ">", "|-", "|+"])
def test_a_last_text_without_an_end_of_line_has_none(style):
    reader = VersionReader()
    for end in ("\n", "", "\n\n", ""):
        raw = f"a: &x 1\nb:\n  c: *x\n  d: {style}\n    text{end}".encode()
        assert reader.read(raw) == load(raw)


def test_a_name_in_a_comment_is_no_anchor():
    text = f"a: &x 1\nb: # not &x\n{FILLER}c: &x 2\nd: *x\n"
    other = f"a: &x 3\nb: # not &x\n{FILLER}d: *x\n"
    reader = VersionReader()
    assert [reader.read(raw.encode())["d"] for raw in (text, other, text)] == [2, 3, 2]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(
    st.lists(
        st.dictionaries(st.text("abc_", min_size=1, max_size=4), values, max_size=6), min_size=1, max_size=4
    )
)
def test_whatever_is_written_reads_the_same(trees):
    reader = VersionReader()
    for tree in trees:
        raw = dump(tree)
        assert same(piecewise(reader, raw), whole(raw))


def test_a_change_of_an_anchor_reaches_all_who_use_it():
    text = f"a: &a {{v: 1}}\nb:\n{FILLER}  uses: *a\nc:\n{FILLER}  d:\n    <<: *a\n"
    reader = VersionReader()
    reader.read(text.encode())
    tree = reader.read(text.replace("v: 1", "v: 2").encode())
    assert (tree["b"]["uses"], tree["c"]["d"]) == ({"v": 2}, {"v": 2})


def test_unchanged_entries_are_the_same_objects():
    text = f"a: 1\nb:\n{FILLER}"
    reader = VersionReader()
    before = reader.read(text.encode())
    after = reader.read(text.replace("a: 1", "a: 2").encode())
    assert after["b"] is before["b"]


def test_a_broken_version_leaves_the_next_one_alone():
    reader = VersionReader()
    reader.read(b"a: 1\nb: 2\n")
    with pytest.raises(BrokenConfiguration):
        reader.read(b"a: 1\na: 2\n")
    assert reader.read(b"a: 1\nb: 3\n") == {"a": 1, "b": 3}


def test_a_file_of_another_kind_is_not_cut():
    for text in ("[1, 2]", "%YAML 1.2\n---\na: 1\n", "&root\na: 1\nb: 2\n", "a: 1\rb: 2\n"):
        with pytest.raises(Uncuttable):
            Cutter().cut(text.encode(), None)


def blobs(folder: Path, file: str) -> list[bytes]:
    log = ["git", "-C", str(folder), "log", "--raw", "--no-abbrev", "--format=", "--", file]
    ids = [
        line.split()[3]
        for line in subprocess.run(log, capture_output=True, text=True, check=True).stdout.splitlines()
    ]
    out = subprocess.run(
        ["git", "-C", str(folder), "cat-file", "--batch"],
        input="\n".join(ids).encode() + b"\n",
        capture_output=True,
        check=True,
    ).stdout
    found, at = [], 0
    while at < len(out):
        end = out.index(b"\n", at)
        size = int(out[at:end].split()[2])
        found.append(out[end + 1 : end + 1 + size])
        at = end + size + 2
    return found


@pytest.fixture
def govuk(conformance_data, tmp_path):
    folder = tmp_path / "govuk"
    bundle = conformance_data / "govuk-app-config" / "history.bundle"
    subprocess.run(["git", "clone", "-q", bundle, folder], check=True)
    return folder


@pytest.mark.parametrize("step", [80, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("environment", ["integration", "staging", "production"])
def test_the_versions_of_govuk(govuk, environment, step):
    reader = VersionReader()
    for raw in blobs(govuk, f"values-{environment}.yaml")[::step]:
        assert same(piecewise(reader, raw), whole(raw))


@pytest.mark.parametrize("step", [80, pytest.param(3, marks=pytest.mark.long)])
@pytest.mark.parametrize("environment", ["integration", "staging", "production"])
def test_paths_alone_in_the_versions_of_govuk(govuk, environment, step):
    raws = blobs(govuk, f"values-{environment}.yaml")[::step]
    paths = [path for raw in (raws[0], raws[len(raws) // 2], raws[-1]) for path in places(whole(raw))]
    reader = VersionReader()
    for raw in raws:
        tree = whole(raw)
        for path, value in zip(paths, asked(reader, raw, paths), strict=True):
            assert equal(value, meant(tree, path)), str(path)
