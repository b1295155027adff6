"""The geometry of a file's text: lines, gaps, comments, and where entries begin and end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gmconfig.storage.yaml.nodes import ALIAS, LIST, MAP, Node
from gmconfig.storage.yaml.writer import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator

_GAP = re.compile(r"(?:\s+|(?<![^\s,\[\]{}])\#[^\n\r]*)*")
_LINE_END = re.compile(r"[\n\r]|\Z")
_BREAK = re.compile(r"\r\n|\n|\r|\Z")
_MODELINE = re.compile(r"\s*#(?:!| *yaml-language-server:| *\$schema:| *-\*-| *vim?:| *code: language)")
_HEADER = re.compile(r"[|>][-+0-9]*")


def line_start(text: str, offset: int) -> int:
    """Give the offset of the line that holds an offset."""
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def line_end(text: str, offset: int) -> int:
    """Give the offset of the line break behind an offset, or the text's end."""
    match = _LINE_END.search(text, offset)
    return match.start() if match else len(text)


def next_line(text: str, offset: int) -> int:
    """Give the offset behind the next line break."""
    match = _BREAK.search(text, offset)
    return match.end() if match else len(text)


def column(text: str, offset: int) -> int:
    """Give the column of an offset, from 0."""
    return offset - line_start(text, offset)


def skip_gap(text: str, offset: int) -> int:
    """Give the offset of the next thing that is neither blank nor comment."""
    match = _GAP.match(text, offset)
    return match.end() if match else offset


def is_first_on_line(text: str, offset: int) -> bool:
    """Whether only blanks stand before an offset on its line."""
    return not text[line_start(text, offset) : offset].strip()


def header_end(text: str, node: Node) -> int:
    """Give the end of a block scalar's header (`|-`)."""
    match = _HEADER.match(text, node.start)
    return match.end() if match else node.start


def content_end(text: str, node: Node) -> int:
    """Give the end of a node's last character; a block scalar's final line breaks are not counted."""
    last = deepest_last(node)
    if last.style in ("|", ">"):
        return max(header_end(text, last), last.start + len(text[last.start : last.end].rstrip()))
    return max(last.end, last.start)


def deepest_last(node: Node) -> Node:
    """Give the node that ends a block collection, or the node itself."""
    while node.kind in (MAP, LIST) and node.style != "flow":
        children = list(node.children())
        node = children[-1]
    return node


def keeps_breaks(text: str, node: Node) -> bool:
    """Whether a node ends in a block scalar that owns the blank lines behind it (`|+`)."""
    last = deepest_last(node)
    return last.style in ("|", ">") and "+" in text[last.start : header_end(text, last)]


def colon(text: str, key: Node) -> int | None:
    """Give the offset of the colon behind a key; None where the key stands alone."""
    offset = skip_gap(text, max(key.end, key.start))
    return offset if text.startswith(":", offset) else None


def entry_end(text: str, entry: tuple[Node, Node]) -> int:
    """Give the end of a map's entry."""
    key, value = entry
    if not is_empty(value) or has_properties(value):
        return content_end(text, value)
    found = colon(text, key)
    return max(key.end, key.start) if found is None else found + 1


def is_empty(node: Node) -> bool:
    """Whether nothing is written where the value would stand."""
    return node.kind == "scalar" and not node.style and not node.text


def has_properties(node: Node) -> bool:
    """Whether an anchor or a tag is written in front of the value."""
    return node.kind != ALIAS and (node.anchor is not None or node.tag is not None)


def is_pair(text: str, node: Node) -> bool:
    """Whether a node is a map of one entry without braces: `[a: 1]`."""
    if node.kind != MAP or node.style != "flow":
        return False
    starts_with_key = bool(node.entries) and node.entries[0][0].outer == node.start
    return starts_with_key or not text.startswith("{", node.start)


def parts(node: Node) -> list[Node | tuple[Node, Node]]:
    """Give a collection's items or entries."""
    return list(node.items) if node.kind == LIST else list(node.entries)


def part_start(text: str, node: Node, index: int) -> int:
    """Give where an item or entry begins: its dash, its question mark, or its key."""
    if index == 0:
        return skip_gap(text, node.start + 1) if node.style == "flow" else node.start
    before = part_end(text, node, index - 1)
    offset = skip_gap(text, before)
    return skip_gap(text, offset + 1) if node.style == "flow" and text.startswith(",", offset) else offset


def part_end(text: str, node: Node, index: int) -> int:
    """Give where an item or entry ends."""
    if node.kind == MAP:
        return entry_end(text, node.entries[index])
    item = node.items[index]
    if is_empty(item) and not has_properties(item) and node.style != "flow":
        return item.start
    return content_end(text, item)


def comment_block_start(text: str, offset: int) -> int:
    """Give the start of the comment lines that belong to what begins at an offset (or of its line).

    These are the lines directly above, indented alike; editors' modelines belong to the file.
    """
    start = line_start(text, offset)
    indent = text[start:offset]
    while start:
        above = line_start(text, start - (2 if text.startswith("\r\n", start - 2) else 1))
        line = text[above:start]
        if not line.startswith(f"{indent}#") or _MODELINE.match(line):
            break
        start = above
    return start


def layout_of(root: Node | None, near: Node | None = None) -> Layout:
    """Give how a document indents; what stands near counts more than what comes first."""
    steps: dict[str, int] = {}
    dashes: dict[str, int] = {}
    for source in filter(None, (near, root)):
        for value, offset in _offsets(source):
            found = steps if value.kind == MAP else dashes
            found.setdefault("", offset)
            if steps and dashes:
                break
    step = steps.get("", 2)
    return Layout(step, dashes.get("", step))


def _offsets(node: Node) -> Iterator[tuple[Node, int]]:
    """Yield block collections that are values of block maps, with their offset to their key."""
    if node.style == "flow":
        return
    if node.kind == LIST:
        for item in node.items:
            yield from _offsets(item)
    elif node.kind == MAP:
        for key, value in node.entries:
            if value.kind in (MAP, LIST) and value.style != "flow" and value.line > key.line:
                yield value, value.column - node.column
            yield from _offsets(value)
