"""Replacing one value's text by another's: scalars, maps and lists, in block and in flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.storage.yaml import layout
from gmconfig.storage.yaml.nodes import LIST, MAP, SCALAR, Node
from gmconfig.storage.yaml.slot import Slot, slot_of
from gmconfig.storage.yaml.splice import Splice
from gmconfig.storage.yaml.writer import block, flow, indented, is_literal, literal, scalar

if TYPE_CHECKING:
    from gmconfig.storage.yaml.target import Target
    from gmconfig.storage.yaml.writer import Layout


def replacement(text: str, target: Target, value: object, style: Style) -> list[Splice]:
    """Give the splices that put a value in place of the target's node."""
    node = target.node
    if target.in_flow:
        return [_in_flow(text, target, value)]
    slot = slot_of(text, target, value)
    if isinstance(value, dict | list) and value and not _stays_flow(node, style):
        return _as_block(text, slot, value, style)
    if is_literal(value) and not _stays_flow(node, style):
        return _as_literal(text, slot, str(value), style)
    return _as_inline(text, slot, slot.lead + _inline(node, value), style)


class Style:
    """How a file is written: its line breaks and indentation; `flow` for files that are JSON."""

    __slots__ = ("flow", "layout", "newline")

    def __init__(self, newline: str, layout: Layout, flow: bool) -> None:
        self.newline = newline
        self.layout = layout
        self.flow = flow

    def joined(self, lines: list[str], columns: int) -> str:
        """Give lines as text, all but the first one indented."""
        return self.newline.join(lines[:1] + indented(lines[1:], columns))


def quote_of(node: Node) -> str:
    """Give the quotes of a scalar, or those that all quoted scalars of a collection have."""
    if node.kind == SCALAR:
        return node.style if node.style in ("'", '"') else ""
    quotes = {child.style for child in node.children() if child.kind == SCALAR and child.style}
    return quotes.pop() if len(quotes) == 1 and quotes <= {"'", '"'} else ""


def _stays_flow(node: Node, style: Style) -> bool:
    if node.kind in (MAP, LIST) and node.style == "flow":
        return style.flow or bool(layout.parts(node))
    return style.flow


def _inline(node: Node, value: object) -> str:
    if isinstance(value, dict | list):
        return flow(value, quote_of(node) if node.kind != SCALAR else "")
    return scalar(value, style=quote_of(node) if isinstance(value, str) else "")


def _in_flow(text: str, target: Target, value: object) -> Splice:
    step = target.steps[-1]
    node, parent = step.node, step.parent
    start = node.outer if node.tag is not None else node.start
    lead = f"&{node.anchor} " if node.tag is not None and node.anchor else ""
    quote = quote_of(node) or (quote_of(parent) if parent and node.style in ("flow", "'", '"') else "")
    new = lead + flow(value, quote if isinstance(value, str | dict | list) else "")
    if not layout.is_empty(node) or layout.has_properties(node):
        return Splice(start, max(node.end, start), new if node.end > start else f" {new}")
    if step.key_node is None:
        return Splice(node.start, node.start, new)
    colon = layout.colon(text, step.key_node)
    at = step.key_node.end if colon is None else colon + 1
    return Splice(at, at, f": {new}" if colon is None else f" {new}")


def _as_inline(text: str, slot: Slot, new: str, style: Style) -> list[Splice]:
    if slot.is_block_scalar and not slot.lead:
        header = layout.header_end(text, slot.node)
        return [Splice(slot.start, header, new), *_cut(layout.line_end(text, header), slot.end)]
    if slot.is_block:
        end = layout.line_end(text, slot.end)
        if slot.head is None or _same_line(text, slot):
            return [Splice(slot.start, end, new)]
        line_end = layout.line_end(text, slot.head)
        return [Splice(slot.head, slot.head, f" {new}"), *_cut(line_end, end)]
    if not slot.is_empty:
        return [Splice(slot.start, slot.end, new)]
    if slot.head is not None:
        return [Splice(slot.head, slot.head, f" {new}")]
    if slot.indent < 0:
        return [_at_end(text, new, style)]
    end = layout.line_end(text, slot.start)  # of a key without a colon: `? key`
    return [Splice(end, end, f"{style.newline}{' ' * slot.indent}: {new}")]


def _as_literal(text: str, slot: Slot, value: str, style: Style) -> list[Splice]:
    header, *body = literal(value)
    columns = _body_indent(text, slot, max(slot.indent, 0) + (2 if slot.in_list else style.layout.step))
    lines = "".join(style.newline + line for line in indented(body, columns))
    opened = _as_inline(text, slot, slot.lead + header, style)
    first = min(opened)
    end = layout.line_end(text, max(splice.end for splice in opened))
    if end == len(text) and header == "|":
        lines += style.newline
    if opened[-1].start == first.start:
        return (
            [*opened, Splice(end, end, lines)]
            if end > first.end
            else [first._replace(text=first.text + lines)]
        )
    return [first, opened[-1]._replace(text=lines)]


def _as_block(text: str, slot: Slot, value: object, style: Style) -> list[Splice]:
    lines = block(value, style.layout)
    if slot.head is None:
        return _as_root(text, slot, lines, style)
    if slot.in_list and not slot.lead and _fits_behind_dash(text, slot):
        return [_behind_dash(text, slot, lines, style)]
    step = style.layout.step if isinstance(value, dict) else style.layout.dashes
    columns = slot.indent + (2 if slot.in_list else step) if slot.indent >= 0 else 0
    body = "".join(style.newline + line for line in indented(lines, columns))
    return _below_head(text, slot, slot.head, body)


def _below_head(text: str, slot: Slot, head: int, body: str) -> list[Splice]:
    lead = [Splice(head, head, " " + slot.lead.rstrip())] if slot.lead else []
    line_end = layout.line_end(text, head)
    if slot.is_block or slot.start > line_end:
        end = layout.line_end(text, slot.end) if slot.is_block else slot.end
        if slot.start > line_end:
            return [*lead, Splice(line_end, end, body)]
        return [*lead, Splice(head, end, body)]
    start = len(text[: slot.start].rstrip(" \t")) if not slot.is_empty else slot.start
    if slot.is_block_scalar:
        header = layout.header_end(text, slot.node)
        return [*lead, Splice(start, header, ""), Splice(layout.line_end(text, header), slot.end, body)]
    behind = layout.line_end(text, slot.end)
    if behind == slot.end:
        return [*lead, Splice(start, slot.end, body)]
    return [*lead, *_cut(start, slot.end), Splice(behind, behind, body)]


def _as_root(text: str, slot: Slot, lines: list[str], style: Style) -> list[Splice]:
    new = style.newline.join(lines)
    if slot.is_empty:
        return [_at_end(text, new, style)]
    end = layout.line_end(text, slot.end) if slot.is_block else slot.end
    return [Splice(slot.start, end, new)]


def _fits_behind_dash(text: str, slot: Slot) -> bool:
    assert slot.head is not None  # noqa: S101  # an item has its dash
    if not slot.is_block:
        first = layout.header_end(text, slot.node) if slot.is_block_scalar else slot.end
        if text[first : layout.line_end(text, first)].strip():
            return False
    return _same_line(text, slot) and slot.head == layout.skip_gap(text, slot.head - 1) + 1


def _behind_dash(text: str, slot: Slot, lines: list[str], style: Style) -> Splice:
    gap = " " if slot.is_empty else ""
    end = layout.line_end(text, slot.end) if slot.is_block else slot.end
    return Splice(slot.start, end, gap + style.joined(lines, layout.column(text, slot.start) + len(gap)))


def _at_end(text: str, new: str, style: Style) -> Splice:
    """Write the first value of an empty document on a line of its own, behind its comments."""
    glue = "" if not text or text.endswith(("\n", "\r")) else style.newline
    return Splice(len(text), len(text), f"{glue}{new}{style.newline}")


def _same_line(text: str, slot: Slot) -> bool:
    return slot.head is not None and slot.start <= layout.line_end(text, slot.head)


def _body_indent(text: str, slot: Slot, wanted: int) -> int:
    """Keep the indentation of a block scalar that is replaced by another."""
    if not slot.is_block_scalar or text[slot.start + 1 : slot.start + 3].strip("+- \r\n").isdigit():
        return wanted
    first = layout.skip_gap(text, layout.line_end(text, slot.start))
    return layout.column(text, first) if first < slot.end else wanted


def _cut(start: int, end: int) -> list[Splice]:
    return [Splice(start, end, "")] if end > start else []
