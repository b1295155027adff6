"""From events to nodes: every value with its place, anchors followed, what YAML 1.2 forbids refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration
from gmconfig.finding import Place
from gmconfig.storage import SMALL
from gmconfig.storage.bounds import check_yaml
from gmconfig.storage.yaml.constructor import key_of
from gmconfig.storage.yaml.events import events
from gmconfig.storage.yaml.expansion import DEPTH_LIMIT, TOO_DEEP
from gmconfig.storage.yaml.native import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)
from gmconfig.storage.yaml.nodes import ALIAS, LIST, MAP, SCALAR, Node, Stream
from gmconfig.storage.yaml.scalars import MERGE_TAG, PLAIN, BadScalar, tagged
from gmconfig.storage.yaml.text import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn

_PROPERTIES = re.compile(r"(?:!<[^>\s]*>|[&!][^\s,\[\]{}]*|(?<=\s)\#[^\n\r]*|\s+)*")
_TAB_INDENT = re.compile(r"[\n\r]([ ]*)\t[ \t]*(?=[^\s])")
_BAD_DIRECTIVE = re.compile(r"^%YAML[ \t]+[0-9.]+#", re.M)


def compose(raw: bytes, file: str = "") -> Stream:
    """Give the nodes of a file, with positions.

    Raises:
        BrokenConfiguration: it cannot be read; the place says where.
    """
    stream = _recent.get((file, raw))
    if stream is None:
        check_yaml(raw, file)
        stream = Stream(raw, decoded(raw, file), file)
        _Composer(stream).documents()
        while _recent and (len(_recent) >= _KEPT or len(raw) > SMALL):
            _recent.pop(next(iter(_recent)), None)
        _recent[file, raw] = stream
    return stream


_KEPT = 3
"""How many files stay composed: one command looks at the same one, before and after, again and again.

A large one stays alone.
"""

_recent: dict[tuple[str, bytes], Stream] = {}


class _Composer:
    """Composes the documents of one file."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.text = stream.text
        self.events: Iterator[Any] = iter(events(stream.text, stream.file))
        self.anchors: dict[str, Node] = {}
        self.open: list[Node] = []
        self.flow = 0

    def documents(self) -> None:
        ended = True
        for event in self.events:
            if type(event) is DocumentStartEvent:
                self._check_directives(event, ended)
                self.anchors = {}
                self.stream.documents.append(self._node(next(self.events)))
            elif type(event) is DocumentEndEvent:
                ended = event.explicit

    def _node(self, event: Any) -> Node:
        kind = type(event)
        if kind is ScalarEvent:
            return self._scalar(event)
        if kind is AliasEvent:
            return self._alias(event)
        return self._collection(event, MAP if kind is MappingStartEvent else LIST)

    def _made(self, event: Any, kind: str) -> Node:
        start, end = event.start_mark, event.end_mark
        node = Node(kind, start.index, end.index, start.line + 1, start.column + 1)
        if event.anchor is not None:
            node.anchor = event.anchor
            self.anchors[event.anchor] = node
        if event.ctag is not None:
            node.tag = event.tag
        return node

    def _scalar(self, event: Any) -> Node:
        node = self._made(event, SCALAR)
        node.text = text = event.value
        node.style = event.style or ""
        if node.anchor is not None or node.tag is not None:
            self._skip_properties(node)
        if node.style in ("'", '"') and self.open and "\t" in self.text[node.start : node.end]:
            self._refuse_tab_indent(node)
        try:
            if node.tag is not None:
                node.value = tagged(node.tag, text)
            else:
                node.value = PLAIN[text] if event.implicit[0] else text
        except BadScalar as error:
            self._refuse(str(error), node)
        return node

    def _alias(self, event: Any) -> Node:
        mark = event.start_mark
        node = Node(ALIAS, mark.index, event.end_mark.index, mark.line + 1, mark.column + 1)
        target = self.anchors.get(event.anchor)
        if target is None:
            self._refuse(f'the alias "*{event.anchor}" has no anchor before it', node)
        if target in self.open:
            self._refuse(f'the alias "*{event.anchor}" stands inside of what it repeats', node)
        node.target = target
        node.text = event.anchor
        return node

    def _collection(self, event: Any, kind: str) -> Node:
        node = self._made(event, kind)
        if len(self.open) >= DEPTH_LIMIT:
            self._refuse(TOO_DEEP, node)
        if node.anchor is not None or node.tag is not None:
            self._skip_properties(node)
        self.open.append(node)
        node.style = "flow" if event.flow_style else ""
        self.flow += bool(event.flow_style)
        if kind == MAP:
            self._entries(node)
        else:
            self._items(node)
        self.flow -= bool(event.flow_style)
        self.open.pop()
        return node

    def _items(self, node: Node) -> None:
        node.items = items = []
        while type(event := next(self.events)) is not SequenceEndEvent:
            items.append(self._node(event))
        self._close(node, event, items[-1] if items else None)

    def _entries(self, node: Node) -> None:
        node.entries = entries = []
        seen: dict[str, Node] = {}
        while type(event := next(self.events)) is not MappingEndEvent:
            key = self._node(event)
            self._mark_merge(key)
            entries.append((key, self._node(next(self.events))))
            self._refuse_duplicate(key, seen)
        self._close(node, event, entries[-1][1] if entries else None)

    def _close(self, node: Node, event: Any, last: Node | None) -> None:
        if node.style == "flow":
            node.end = event.end_mark.index
            if self.text.startswith("#", node.end):
                self._refuse("a comment needs a space in front of it", node)
        elif last is not None:
            node.end = last.end

    def _mark_merge(self, key: Node) -> None:
        if key.kind == SCALAR:
            key.is_merge = key.tag == MERGE_TAG or (key.text == "<<" and not key.style and key.tag is None)

    def _refuse_duplicate(self, key: Node, seen: dict[str, Node]) -> None:
        if key.is_merge:  # helm's charts repeat it; the constructor says which one wins
            return
        name = key_of(key)
        first = seen.setdefault(name, key)
        if first is not key:
            where = f"{first.line}:{first.column}"
            self._refuse(f'the key "{name}" stands here and at {where}', key, "remove one of the two")

    def _skip_properties(self, node: Node) -> None:
        """Move the node's start behind its anchor and tag."""
        match = _PROPERTIES.match(self.text, node.outer, max(node.end, node.outer))
        start = match.end() if match else node.outer
        if node.kind == SCALAR and not node.text and not node.style:
            start = node.end = len(self.text[: node.end].rstrip()) if node.end > node.outer else node.end
        self._start_at(node, start)

    def _start_at(self, node: Node, start: int) -> None:
        node.start = start
        _, node.line, node.column = self.stream.place_of(start)

    def _refuse_tab_indent(self, node: Node) -> None:
        """Refuse a quoted scalar whose next line is indented by a tab, which both parsers accept."""
        parent = self.open[-1]
        if parent.style == "flow":
            return
        for match in _TAB_INDENT.finditer(self.text, node.start, node.end):
            if len(match[1]) < parent.column:
                self._refuse("a tab cannot indent", node, "indent with spaces")

    def _check_directives(self, event: Any, ended: bool) -> None:
        if not (event.version or event.tags):
            return
        place = self.stream.place_of(event.start_mark.index)
        if not ended:
            raise BrokenConfiguration('a directive needs "..." before it', place=place)
        if _BAD_DIRECTIVE.search(self.text):
            raise BrokenConfiguration("a comment needs a space in front of it", place=place)

    def _refuse(self, message: str, node: Node, hint: str | None = None) -> NoReturn:
        raise BrokenConfiguration(message, hint=hint, place=Place(self.stream.file, node.line, node.column))
