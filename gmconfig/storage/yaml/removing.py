"""Removing an entry or item, with the comments that are its own and no others."""

from __future__ import annotations

from gmconfig.storage.yaml import layout
from gmconfig.storage.yaml.nodes import Node
from gmconfig.storage.yaml.splice import Splice


def removal(text: str, node: Node, index: int, in_flow: bool) -> Splice:
    """Give the splice that removes one of several entries or items of a map or list."""
    if in_flow or node.style == "flow":
        return _flow_removal(text, node, index)
    start = layout.part_start(text, node, index)
    end = _lines_end(text, node, index)
    if not layout.is_first_on_line(text, start):
        return Splice(start, layout.line_start(text, end) + _blanks(text, end), "")
    start = layout.comment_block_start(text, start)
    if end == len(text) and not text.endswith(("\n", "\r")):
        start = len(text[:start].removesuffix("\n").removesuffix("\r"))
    return Splice(start, end, "")


def _lines_end(text: str, node: Node, index: int) -> int:
    part = layout.parts(node)[index]
    value = part[1] if isinstance(part, tuple) else part
    if layout.keeps_breaks(text, value):
        return layout.deepest_last(value).end
    return layout.next_line(text, layout.part_end(text, node, index))


def _blanks(text: str, offset: int) -> int:
    start = layout.line_start(text, offset)
    line = text[start : layout.line_end(text, start)]
    return len(line) - len(line.lstrip(" "))


def _flow_removal(text: str, node: Node, index: int) -> Splice:
    count = len(layout.parts(node))
    if count == 1:
        return Splice(node.start + 1, node.end - 1, "")
    if index + 1 < count:
        return Splice(layout.part_start(text, node, index), layout.part_start(text, node, index + 1), "")
    return Splice(layout.part_end(text, node, index - 1), layout.part_end(text, node, index), "")
