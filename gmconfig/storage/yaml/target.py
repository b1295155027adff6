"""From an edit's path to the node that it means, and whether it may be changed there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.errors import Refused, UnknownPath, UsageError
from gmconfig.path import KeyPath, Keys, Segment, format_keys
from gmconfig.storage.yaml.constructor import key_of
from gmconfig.storage.yaml.nodes import ALIAS, LIST, MAP, Node, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Step:
    """One node on the way down, and where it stands in its parent; the root has none."""

    node: Node
    parent: Node | None = None
    index: int = 0

    @property
    def key_node(self) -> Node | None:
        """The key of a map's entry."""
        return self.parent.entries[self.index][0] if self.parent and self.parent.kind == MAP else None


@dataclass(frozen=True, slots=True)
class Target:
    """Where a path leads: the steps that are written there, and the keys that are not yet.

    `missing` is empty if the node exists; `inherited` says that a merge key brings the first missing one.
    """

    keys: Keys
    steps: tuple[Step, ...]
    missing: Keys = ()
    inherited: bool = False

    @property
    def node(self) -> Node:
        """The node, or the deepest one on the way that exists."""
        return self.steps[-1].node

    @property
    def in_flow(self) -> bool:
        """Whether the node stands inside a flow collection."""
        return any(step.node.style == "flow" for step in self.steps[:-1])


def document_number(path: KeyPath, count: int) -> int:
    """Give which document a path means.

    Raises:
        UsageError: it names none, and there are several.
        UnknownPath: there is no such document.
    """
    if not path.document and count > 1:
        hint = f'name one by its number: "#1:{path}"'
        raise UsageError(f'"{path}" is ambiguous: the file holds {count} YAML documents', hint=hint)
    number = path.document or 1
    if number > max(count, 1):
        raise UnknownPath(f'"{path}" does not exist: the file holds {count} YAML documents')
    return number


def concrete(path: KeyPath, tree: object, create: bool) -> tuple[Keys, Keys]:
    """Give the keys of a path that exist in the tree, and those that do not.

    Raises:
        UnknownPath: something is missing that cannot be created.
    """
    keys = path.reached(tree)
    rest = path.segments[len(keys) :]
    if not rest or create and _can_grow(tree, keys, rest):
        return keys, tuple(segment for segment in rest if isinstance(segment, str | int))
    path.resolve(tree)
    raise UnknownPath(f'"{path}" does not exist')


def located(stream: Stream, path: KeyPath, document: int, existing: Keys, missing: Keys) -> Target:
    """Give the target of a path whose keys are known.

    Raises:
        Refused: the way leads through an alias or a merge key.
    """
    steps = [Step(stream.documents[document - 1])]
    for depth, key in enumerate(existing):
        node = steps[-1].node
        if node.kind == ALIAS:
            _refuse_alias(path, node, existing[:depth], stream)
        step = _own_step(node, key)
        if step is None:
            rest = existing[depth:]
            if len(rest) + len(missing) > 1:
                _refuse_inherited(path, existing[: depth + 1], stream, node)
            return Target(existing, tuple(steps), rest, inherited=True)
        steps.append(step)
    if missing and steps[-1].node.kind == ALIAS:
        _refuse_alias(path, steps[-1].node, existing, stream)
    return Target((*existing, *missing), tuple(steps), missing)


def shared_anchor(root: Node, changed: Node, ancestors: tuple[Node, ...]) -> tuple[str, Node] | None:
    """Give an anchor that makes a change reach further, and an alias that uses it from elsewhere."""
    inside = set(map(id, _all(changed)))
    concerned = inside | set(map(id, ancestors))
    for node in _all(root):
        if node.kind == ALIAS and id(node.target) in concerned and id(node) not in inside:
            return node.target.anchor or "", node
    return None


def _can_grow(tree: object, keys: Keys, rest: tuple[Segment, ...]) -> bool:
    for key in keys:
        tree = tree[key]  # type: ignore[index]  # the keys were resolved in this tree
    return all(isinstance(segment, str) for segment in rest) and (tree is None or isinstance(tree, dict))


def _own_step(node: Node, key: str | int) -> Step | None:
    if node.kind == LIST and isinstance(key, int):
        return Step(node.items[key], node, key)
    for index, (key_node, value) in enumerate(node.entries if node.kind == MAP else ()):
        if not key_node.is_merge and key_of(key_node) == key:
            return Step(value, node, index)
    return None


def _refuse_alias(path: KeyPath, node: Node, keys: Keys, stream: Stream) -> None:
    at = format_keys(keys) or "the document"
    raise Refused(
        f'"{path}" leads through "{at}", which is the alias *{node.text} of a value that others share',
        hint=f'set "{at}" as a whole, or edit the value at the anchor &{node.text}',
        place=stream.place_of(node.start),
    )


def _refuse_inherited(path: KeyPath, keys: Keys, stream: Stream, node: Node) -> None:
    raise Refused(
        f'"{path}" lies in "{format_keys(keys)}", which a merge key (<<) brings here from another map',
        hint=f'set "{format_keys(keys)}" as a whole: an explicit key is written beside the merge key',
        place=stream.place_of(node.start),
    )


def _all(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children():
        yield from _all(child)
