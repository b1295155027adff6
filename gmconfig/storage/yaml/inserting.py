"""Writing new entries and items beside those that a map or list has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.storage.yaml import layout
from gmconfig.storage.yaml.nodes import MAP, Node
from gmconfig.storage.yaml.replacing import Style, quote_of
from gmconfig.storage.yaml.splice import Splice
from gmconfig.storage.yaml.writer import entry, flow, indented, list_item, scalar

if TYPE_CHECKING:
    from gmconfig.storage.yaml.target import Target


def new_entry(text: str, target: Target, key: str, value: object, style: Style) -> Splice:
    """Give the splice that writes a new entry at the end of the target's map, which has entries."""
    node = target.node
    if node.style == "flow" or target.in_flow:
        quote = _key_quote(node)
        value_quote = quote_of(node) if isinstance(value, str | dict | list) else ""
        new = f"{scalar(key, style=quote, flow=True)}: {flow(value, value_quote)}"
        return _flow_part(text, node, len(node.entries), new, style)
    name = scalar(key, style=_key_quote(node))
    lines = [f"{name}: {flow(value)}"] if style.flow else entry(name, value, style.layout)
    return _block_part(text, node, len(node.entries), lines, style)


def new_item(text: str, target: Target, index: int, value: object, style: Style) -> Splice:
    """Give the splice that writes a new item in front of another, or at the end of a list that has items."""
    node = target.node
    if node.style == "flow" or target.in_flow:
        quote = quote_of(node) if isinstance(value, str | dict | list) else ""
        return _flow_part(text, node, index, flow(value, quote), style)
    gap = _dash_gap(text, node)
    lines = [f"-{gap}{flow(value)}"] if style.flow else list_item(value, style.layout, gap)
    return _block_part(text, node, index, lines, style)


def _block_part(text: str, node: Node, index: int, lines: list[str], style: Style) -> Splice:
    columns = layout.column(text, node.start)
    if index < len(layout.parts(node)):
        return _before(text, layout.part_start(text, node, index), lines, columns, style)
    if layout.keeps_breaks(text, node):
        end = layout.deepest_last(node).end
        glue = "" if text[:end].endswith(("\n", "\r")) else style.newline
        return Splice(end, end, glue + _text(lines, columns, style) + style.newline)
    end = layout.line_end(text, layout.part_end(text, node, index - 1))
    return Splice(end, end, style.newline + _text(lines, columns, style))


def _before(text: str, start: int, lines: list[str], columns: int, style: Style) -> Splice:
    if not layout.is_first_on_line(text, start):
        return Splice(start, start, style.joined(lines, columns) + style.newline + " " * columns)
    at = layout.comment_block_start(text, start)
    return Splice(at, at, _text(lines, columns, style) + style.newline)


def _flow_part(text: str, node: Node, index: int, new: str, style: Style) -> Splice:
    count = len(layout.parts(node))
    if count == 0:
        inside = node.start + 1
        return Splice(inside, node.end - 1, new)
    if index < count:
        start = layout.part_start(text, node, index)
        own_line = layout.is_first_on_line(text, start)
        glue = style.newline + " " * layout.column(text, start) if own_line else " "
        return Splice(start, start, f"{new},{glue}")
    start, end = layout.part_start(text, node, count - 1), layout.part_end(text, node, count - 1)
    if layout.is_first_on_line(text, start):
        return Splice(end, end, f",{style.newline}{' ' * layout.column(text, start)}{new}")
    return Splice(end, end, f", {new}")


def _key_quote(node: Node) -> str:
    """Quote a new key as all the others are, which matters in JSON."""
    quotes = {key.style for key, _ in node.entries} if node.kind == MAP else set()
    return quotes.pop() if len(quotes) == 1 and quotes <= {"'", '"'} else ""


def _dash_gap(text: str, node: Node) -> str:
    first = node.items[0]
    gap = text[node.start + 1 : first.outer]
    return gap if gap and not gap.strip(" ") else " "


def _text(lines: list[str], columns: int, style: Style) -> str:
    return style.newline.join(indented(lines, columns))
