"""The shape of a YAML file: nodes with the place of every byte that they own."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from gmconfig.finding import Place
from gmconfig.storage.yaml.text import line_starts

if TYPE_CHECKING:
    from collections.abc import Iterator

MAP, LIST, SCALAR, ALIAS = "map", "list", "scalar", "alias"


class Node:
    """One node as it is written; offsets count code points of `Stream.text`.

    `kind` is "map", "list", "scalar" or "alias". `start` is where the value begins, after its anchor and tag,
    which begin at `outer`; `end` is behind its last character of content (a block map ends with its last
    value). `style` is "" (plain or block), "'", '"', "|", ">" or "flow".
    """

    __slots__ = (
        "anchor", "by_key", "column", "end", "entries", "is_merge", "items", "kind", "line", "outer", "start",
        "style", "tag", "target", "text", "value",
    )  # fmt: skip
    text: str
    """A scalar's text, without quotes, folds and escapes."""
    value: object
    """What a scalar means."""
    entries: list[tuple[Node, Node]]
    """A map's keys and values as written, merge keys included."""
    items: list[Node]
    """A list's items."""
    target: Node
    """The node that an alias stands for."""

    def __init__(self, kind: str, start: int, end: int, line: int, column: int) -> None:
        self.kind = kind
        self.outer = self.start = start
        self.end = end
        self.line = line
        self.column = column
        self.anchor: str | None = None
        self.tag: str | None = None
        self.style = ""
        self.is_merge = False
        self.by_key: dict[str, tuple[Node, Node]] | None = None
        """A map's own entries by key, made when one is first looked up."""

    def __repr__(self) -> str:
        return f"<{self.kind} at {self.line}:{self.column}>"

    def children(self) -> Iterator[Node]:
        """Yield the nodes written directly inside, keys too."""
        if self.kind == MAP:
            for entry in self.entries:
                yield from entry
        elif self.kind == LIST:
            yield from self.items

    def resolved(self) -> Node:
        """Give the node itself, or the one that an alias stands for."""
        node = self
        while node.kind == ALIAS:
            node = node.target
        return node


class Stream:
    """A YAML file: its text (without byte order mark) and a root node for each document."""

    __slots__ = ("_line_starts", "documents", "file", "raw", "text")

    def __init__(self, raw: bytes, text: str, file: str) -> None:
        self.raw = raw
        self.text = text
        self.file = file
        self.documents: list[Node] = []
        self._line_starts: list[int] | None = None

    def place_of(self, offset: int) -> Place:
        """Give line and column of an offset into the text."""
        if self._line_starts is None:
            self._line_starts = line_starts(self.text)
        line = bisect_right(self._line_starts, offset)
        return Place(self.file, line, offset - self._line_starts[line - 1] + 1)
