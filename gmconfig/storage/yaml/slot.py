"""Where one block value stands in the text: behind which colon or dash, on whose line, how far indented."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.storage.yaml import layout
from gmconfig.storage.yaml.nodes import ALIAS, MAP, SCALAR, Node

if TYPE_CHECKING:
    from gmconfig.storage.yaml.target import Target

_MARKER = re.compile(r"^---(?=\s|\Z)", re.M)
_PROPERTIES = re.compile(r"(?:\s*(?:!<[^>\s]*>|[&!][^\s,\[\]{}]*))*")
_STRING_TAGS = ("!", "tag:yaml.org,2002:str")


@dataclass(frozen=True, slots=True)
class Slot:
    """The surroundings of a value.

    `head` is behind the colon, dash or document marker, and behind the anchor and tag that stay; None for a
    root without marker. `start` and `end` span the old value. `indent` is the parent's column, -1 for a root.
    `lead` is what must be written again in front of a new value: the anchor, where a tag has to go.
    """

    node: Node
    head: int | None
    start: int
    end: int
    indent: int
    in_list: bool
    lead: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether no old value is written."""
        return self.start == self.end

    @property
    def is_block_scalar(self) -> bool:
        """Whether the old value is a literal or folded block."""
        return self.node.kind == SCALAR and self.node.style in ("|", ">")

    @property
    def is_block(self) -> bool:
        """Whether the old value is a map or list in block style."""
        return self.node.kind not in (SCALAR, ALIAS) and self.node.style != "flow"


def slot_of(text: str, target: Target, value: object) -> Slot:
    """Describe the place of a target's node; `value` is what is about to stand there."""
    step = target.steps[-1]
    node = step.node
    head, indent = _head(text, target)
    if step.parent is None and head is not None and node.outer > layout.line_end(text, head):
        head = head if layout.is_empty(node) else None
    start, end = node.start, layout.content_end(text, node)
    lead = ""
    if layout.has_properties(node):
        if _drops_tag(node, value):
            start, lead = node.outer, f"&{node.anchor} " if node.anchor else ""
            end = max(end, _properties_end(text, node))
        else:
            head = _properties_end(text, node)
            start, end = (head, head) if layout.is_empty(node) else (start, end)
    elif layout.is_empty(node):
        bare = step.key_node.end if step.key_node else node.start
        start = end = bare if head is None else head
    if layout.keeps_breaks(text, node):
        end = len(text[: layout.deepest_last(node).end].removesuffix("\n").removesuffix("\r"))
    return Slot(node, head, start, end, indent, bool(step.parent and step.parent.kind != MAP), lead)


def _head(text: str, target: Target) -> tuple[int | None, int]:
    step = target.steps[-1]
    if step.parent is None:
        return _marker_end(text, step.node), -1
    start = layout.part_start(text, step.parent, step.index)
    if step.key_node is None:
        return start + 1, layout.column(text, start)
    colon = layout.colon(text, step.key_node)
    return (None if colon is None else colon + 1), layout.column(text, start)


def _marker_end(text: str, root: Node) -> int | None:
    """Give the end of the `---` in front of a root node."""
    end = None
    for match in _MARKER.finditer(text, 0, root.outer):
        end = match.end()
    if end is None or layout.skip_gap(text, end) < min(root.outer, len(text.rstrip())):
        return None
    return end


def _properties_end(text: str, node: Node) -> int:
    match = _PROPERTIES.match(text, node.outer)
    return match.end() if match else node.outer


def _drops_tag(node: Node, value: object) -> bool:
    if node.tag is None:
        return False
    return not (isinstance(value, str) and node.tag in _STRING_TAGS and type(value) is str)
