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
    start, is_last = layout.part_start(text, node, index), index + 1 == count
    following = node.end - 1 if is_last else layout.part_start(text, node, index + 1)
    on_its_own = layout.is_first_on_line(text, start) and layout.is_first_on_line(text, following)
    if is_last:
        return _last_removal(text, node, start) if on_its_own else _with_comma_before(text, node, index)
    if on_its_own:
        comma = layout.skip_gap(text, layout.part_end(text, node, index))
        return Splice(layout.comment_block_start(text, start), layout.next_line(text, comma), "")
    return Splice(start, following, "")


def _with_comma_before(text: str, node: Node, index: int) -> Splice:
    return Splice(layout.part_end(text, node, index - 1), layout.part_end(text, node, index), "")


def _last_removal(text: str, node: Node, start: int) -> Splice:
    """Remove the lines of the last part, and the comma behind the one before it, whose comment stays."""
    count = len(layout.parts(node))
    before, end = layout.part_end(text, node, count - 2), layout.part_end(text, node, count - 1)
    comma, above = layout.skip_gap(text, before), layout.comment_block_start(text, start)
    behind = layout.skip_gap(text, end)
    if text.startswith(",", behind):  # one behind the last part, too: then the one before it may stay
        return Splice(above, layout.next_line(text, behind), "")
    kept = text[before:comma] + text[comma + 1 : above]
    return Splice(before, layout.next_line(text, end), kept)
