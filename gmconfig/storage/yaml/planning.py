"""What an edit means for one file: the splices of its text, and the trees that must come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gmconfig.errors import Refused, UnknownPath, UsageError
from gmconfig.path import KeyPath, format_keys, value_at
from gmconfig.storage.yaml.comparison import same, with_item, with_value, without
from gmconfig.storage.yaml.constructor import construct
from gmconfig.storage.yaml.inserting import new_entry, new_item
from gmconfig.storage.yaml.layout import is_pair, layout_of, parts
from gmconfig.storage.yaml.narrowing import narrowed
from gmconfig.storage.yaml.nodes import ALIAS, LIST, MAP, Stream
from gmconfig.storage.yaml.operations import Append, Edit, Insert, Set, Unset
from gmconfig.storage.yaml.removing import removal
from gmconfig.storage.yaml.replacing import Style, replacement
from gmconfig.storage.yaml.splice import Splice, joined, overlap
from gmconfig.storage.yaml.target import Target, concrete, document_number, located
from gmconfig.storage.yaml.text import line_break
from gmconfig.storage.yaml.writer import block

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOGETHER = 1_000  # edits; each plan holds its tree's upper part


@dataclass(frozen=True, slots=True)
class Plan:
    """How one edit is carried out; `target` is None in a file without any document."""

    document: int
    splices: list[Splice]
    expected: object
    target: Target | None


class Planner:
    """Plans edits against one state of a file."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.text = stream.text
        self.trees = [construct(document, file=stream.file) for document in stream.documents]
        self._compact = False

    def plan(self, wanted: Edit, *, compact: bool = False) -> Plan | None:
        """Plan an edit; None if the file says so already. A compact one writes the new value on one line.

        Raises:
            UnknownPath: its path does not exist and is not to be created.
            UsageError: its path means no single place, or no list where one is needed.
            Refused: its path leads through an alias or a merge key.
        """
        self._compact = compact
        number = document_number(wanted.path, len(self.trees))
        tree = self.trees[number - 1] if self.trees else None
        if isinstance(wanted, Set):
            return self._set(wanted, number, tree)
        if isinstance(wanted, Unset):
            return self._unset(wanted.path, number, tree)
        return self._insert(wanted, number, tree)

    def narrowed(self, wanted: Edit) -> list[Edit]:
        """Give the smaller edits that a new map or list in place of an old one comes down to, if any."""
        if not (isinstance(wanted, Set) and isinstance(wanted.value, dict | list)) or not self.trees:
            return []
        number = document_number(wanted.path, len(self.trees))
        keys, missing = concrete(wanted.path, self.trees[number - 1], wanted.create)
        if missing:
            return []
        smaller = narrowed(keys, number, value_at(self.trees[number - 1], keys), wanted.value)
        return (
            [] if any(edit.path.segments == keys and isinstance(edit, Set) for edit in smaller) else smaller
        )

    def together(self, edits: Sequence[Edit]) -> list[Plan]:
        """Plan the first of the edits, as many as cannot get in each other's way."""
        plans: list[Plan] = []
        ends: set[tuple[object, ...]] = set()
        above: set[tuple[object, ...]] = set()
        for wanted in edits[:_TOGETHER]:
            plan = self._set_in_place(wanted) or self._new_entry(wanted)
            if plan is None or plan.target is None:
                break
            path = (plan.document, *plan.target.keys)
            parents = {path[:length] for length in range(1, len(path))}
            if path in ends or path in above or parents & ends:
                break
            ends.add(path)
            above |= parents
            plans.append(plan)
        return [] if overlap(joined([splice for plan in plans for splice in plan.splices])) else plans

    def expected(self, plans: Sequence[Plan]) -> list[object]:
        """Give the trees that the plans together lead to."""
        trees = self.trees or [None]
        for plan in plans:
            tree = plan.expected if len(plans) == 1 else _carried_out(trees[plan.document - 1], plan)
            trees = [*trees[: plan.document - 1], tree, *trees[plan.document :]]
        return trees

    def _set_in_place(self, wanted: Edit) -> Plan | None:
        """Plan the setting of a value that exists to a scalar, its path being concrete; None otherwise."""
        if not isinstance(wanted, Set) or isinstance(wanted.value, dict | list) or not self.trees:
            return None
        number = document_number(wanted.path, len(self.trees))
        keys = wanted.path.reached(self.trees[number - 1])
        return self.plan(wanted) if keys == wanted.path.segments else None

    def _new_entry(self, wanted: Edit) -> Plan | None:
        """Plan a new entry at the end of a map that has some, its path being concrete; None otherwise."""
        if not (isinstance(wanted, Set) and wanted.create and self.trees and wanted.path.segments):
            return None
        number = document_number(wanted.path, len(self.trees))
        if wanted.path.reached(self.trees[number - 1]) != wanted.path.segments[:-1]:
            return None
        plan = self.plan(wanted)
        return plan if plan and len(plan.splices) == 1 and plan.splices[0].is_insertion else None

    def _set(self, wanted: Set, number: int, tree: object) -> Plan | None:
        existing, missing = concrete(wanted.path, tree, wanted.create)
        if not missing and same(value_at(tree, existing), wanted.value):
            return None
        expected = with_value(tree, (*existing, *missing), wanted.value)
        if not self.trees:
            return Plan(number, [self._first(expected)], expected, None)
        target = located(self.stream, wanted.path, number, existing, missing)
        style = self._style(target)
        if not target.missing:
            return Plan(number, replacement(self.text, target, wanted.value, style), expected, target)
        first, *rest = target.missing
        value = with_value(None, tuple(rest), wanted.value)
        if is_pair(self.text, target.node):
            whole = {**value_at(tree, existing), first: value}  # type: ignore[dict-item]
            return Plan(number, replacement(self.text, target, whole, style), expected, target)
        if target.node.kind == MAP and target.node.entries:
            return Plan(number, [new_entry(self.text, target, str(first), value, style)], expected, target)
        return Plan(number, replacement(self.text, target, {first: value}, style), expected, target)

    def _unset(self, path: KeyPath, number: int, tree: object) -> Plan:
        keys = path.resolve(tree)
        if not keys:
            raise UsageError("the whole document cannot be unset", hint="name a key or an item")
        target = located(self.stream, path, number, keys, ())
        if target.inherited:
            self._refuse_inherited(path, target)
        parent = Target(keys[:-1], target.steps[:-1])
        if is_pair(self.text, parent.node):
            splices = replacement(self.text, parent, {}, self._style(target))
        elif len(parts(parent.node)) == 1 and not (parent.in_flow or parent.node.style == "flow"):
            empty: object = [] if parent.node.kind == LIST else {}
            splices = replacement(self.text, parent, empty, self._style(target))
        else:
            splices = [removal(self.text, parent.node, target.steps[-1].index, parent.in_flow)]
        return Plan(number, splices, without(tree, keys), target)

    def _insert(self, wanted: Append | Insert, number: int, tree: object) -> Plan:
        keys = wanted.path.resolve(tree)
        items = value_at(tree, keys)
        if not (isinstance(items, list) or items is None):
            kind = "map" if isinstance(items, dict) else "scalar"
            raise UsageError(f'"{wanted.path}" is a {kind}, not a list')
        count = len(items or [])
        index = _index(wanted, count)
        expected = with_item(tree, keys, index, wanted.value)
        if not self.trees:
            return Plan(number, [self._first(expected)], expected, None)
        target = located(self.stream, wanted.path, number, keys, ())
        self._refuse_elsewhere(wanted.path, target)
        style = self._style(target)
        if count:
            return Plan(number, [new_item(self.text, target, index, wanted.value, style)], expected, target)
        return Plan(number, replacement(self.text, target, [wanted.value], style), expected, target)

    def _style(self, target: Target) -> Style:
        flow = self._compact or self.stream.file.endswith(".json")
        return Style(line_break(self.text), layout_of(target.steps[0].node, target.node), flow)

    def _first(self, value: object) -> Splice:
        """Write the first value of a file that has none, behind its comments."""
        newline = line_break(self.text)
        glue = "" if not self.text or self.text.endswith(("\n", "\r")) else newline
        lines = newline.join(block(value))
        return Splice(len(self.text), len(self.text), f"{glue}{lines}{newline}")

    def _refuse_inherited(self, path: KeyPath, target: Target) -> None:
        key = next((key for key, _ in target.node.entries if key.is_merge), target.node)
        raise Refused(
            f'"{path}" is brought in by a merge key (<<), so it cannot be removed here',
            hint="remove it from the map that is merged in, or remove the merge key",
            place=self.stream.place_of(key.start),
        )

    def _refuse_elsewhere(self, path: KeyPath, target: Target) -> None:
        if target.inherited:
            self._refuse_inherited_list(path, target)
        if target.node.kind == ALIAS:
            raise Refused(
                f'"{path}" is the alias *{target.node.text} of a list that others share',
                hint=f'set "{format_keys(target.keys)}" as a whole, or edit the list at &{target.node.text}',
                place=self.stream.place_of(target.node.start),
            )

    def _refuse_inherited_list(self, path: KeyPath, target: Target) -> None:
        raise Refused(
            f'"{path}" is a list that a merge key (<<) brings in',
            hint=f'set "{path}" as a whole: an explicit key is written beside the merge key',
            place=self.stream.place_of(target.node.start),
        )


def _carried_out(tree: object, plan: Plan) -> object:
    assert plan.target is not None  # noqa: S101  # plans that are made together have one
    return with_value(tree, plan.target.keys, value_at(plan.expected, plan.target.keys))


def _index(wanted: Append | Insert, count: int) -> int:
    if isinstance(wanted, Append):
        return count
    if not -count <= wanted.index <= count:
        raise UnknownPath(f'"{wanted.path}" is a list of {count}, so there is no position {wanted.index}')
    return wanted.index + count if wanted.index < 0 else wanted.index
