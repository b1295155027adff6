"""YAML files as people write them, made by Hypothesis: every style, comment, indentation and line end."""

from hypothesis import strategies as st

from gmconfig.storage.yaml.writer import flow, is_literal, literal, scalar

AWKWARD = [
    "", " ", "no", "yes", "on", "y", "N", "null", "~", "true", "010", "0o10", "1.10", "1e3", "12:30:45",
    "0x1F",
    "1_000", "+1", ".5", ".inf", ".nan", "2024-01-01", "2024-01-01 10:00:00", "=", "<<", "-", "?", ":", "- a",
    "a: b", "a #b", "#a", "&a", "*a", "!a", "%a", "@a", "`a", "|", ">", "[", "{", "a,b", "[a]", "'", '"',
    "it's",
    'say "x"', "back\\slash", "tab\there", "two\nlines", "two\nlines\n", "end\n\n", "\nstart", " lead\nx\n",
    "trail \nx", "a:", ":a", "-a", "?a", "---", "...", "--- a", "é", "日本", "\U0001f600", "\x07", "\x85",
    "\u2028", "\ufeff", "nul\x00", "a\rb", "\xa0", "http://x.y/z?a=b#c", "{{ template }}",
    "${NAME:default}", "ÿ",
    "0b11", "190:20:30", "1.", "-.INF", "08", "1__2", "0_", "_1", "+.", "e1", "1e", "\ud7ff", "\ue000",
]  # fmt: skip
texts = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.text("ab \n:#-'\"\\[]{},&*!|>%@?.0123", max_size=12),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    texts,
    st.binary(max_size=6),
)
keys = st.one_of(st.sampled_from(["a", "b", "c", "host", "port", "x y", "on", "1", "null"]), texts)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)
simple_texts = st.sampled_from([*AWKWARD[:40], "plain", "some words", "x" * 100])
simple_scalars = st.one_of(st.none(), st.booleans(), st.integers(-9, 9999), st.floats(0, 10), simple_texts)
trees = st.recursive(
    simple_scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from("abcdefg"), inner, max_size=4)
    ),
    max_leaves=14,
).filter(lambda tree: isinstance(tree, dict | list) and tree)


@st.composite
def files(draw):
    """A tree, and bytes that hold it."""
    tree = draw(trees)
    writer = _Writer(draw)
    lines = [
        *draw(st.sampled_from([[], ["# head", ""], ["---"], ["# head", "--- # start"]])),
        *writer.block(tree),
    ]
    text = "\n".join([*lines, *draw(st.sampled_from([[], ["# the end"], ["..."], ["", ""]]))])
    text += draw(st.sampled_from(["\n", "\n", ""]))
    newline, bom = (
        draw(st.sampled_from(["\n", "\n", "\r\n"])),
        draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"])),
    )
    return tree, bom + text.replace("\n", newline).encode()


class _Writer:
    """Writes a tree in block style with what people put into it."""

    def __init__(self, draw):
        self.draw = draw
        self.step = draw(st.integers(1, 4))
        self.dashes = draw(st.sampled_from([0, self.step]))

    def block(self, value):
        lines = []
        parts = value.items() if isinstance(value, dict) else ((None, item) for item in value)
        for key, item in parts:
            lines += self.draw(st.sampled_from([[], [], [], ["# own comment"], [""], ["", "# one", "# two"]]))
            lines += self.entry(key, item) if key is not None else self.item(item)
        return lines

    def entry(self, key, value):
        if isinstance(value, dict | list) and value and self.draw(st.booleans()):
            columns = self.step if isinstance(value, dict) else self.dashes
            return [f"{key}:{self.comment()}", *_indented(self.block(value), columns)]
        first, *rest = self.inline(value)
        return [
            f"{key}:{' ' * self.draw(st.integers(1, 2))}{first}{self.comment()}",
            *_indented(rest, self.step),
        ]

    def item(self, value):
        if isinstance(value, dict | list) and value and self.draw(st.booleans()):
            first, *rest = _without_leading_comments(self.block(value))
            return [f"- {first}", *_indented(rest, 2)]
        first, *rest = self.inline(value)
        return [f"- {first}{self.comment()}", *_indented(rest, 2)]

    def inline(self, value):
        if isinstance(value, dict | list):
            return [flow(value)]
        if is_literal(value) and self.draw(st.booleans()):
            return literal(value)
        if value is None:
            return [self.draw(st.sampled_from(["null", "~", ""]))]
        return [scalar(value, style=self.draw(st.sampled_from(["", "'", '"'])))]

    def comment(self):
        return self.draw(st.sampled_from(["", "", "", " # note", "   # it's: a [note]"]))


def _indented(lines, columns):
    return [" " * columns + line if line else line for line in lines]


def _without_leading_comments(lines):
    while not lines[0] or lines[0].startswith("#"):
        lines = lines[1:]
    return lines
