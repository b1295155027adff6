"""Edits of a YAML file that change the bytes of the value concerned and no others.

Each edit is planned as splices of the text and proved by reading the result: exactly that path changed. What
cannot be spliced goes through ruamel's round trip, and what that cannot do either is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration, Refused
from gmconfig.storage.yaml.comparison import same
from gmconfig.storage.yaml.composer import compose
from gmconfig.storage.yaml.operations import Append, Edit, Insert, Set, Unset
from gmconfig.storage.yaml.planning import Plan, Planner
from gmconfig.storage.yaml.reader import load_all
from gmconfig.storage.yaml.roundtrip import round_trip
from gmconfig.storage.yaml.splice import spliced
from gmconfig.storage.yaml.target import shared_anchor
from gmconfig.storage.yaml.text import BOM

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Append", "Edit", "Insert", "Set", "Unset", "edit"]


def edit(raw: bytes | None, edits: Sequence[Edit], *, file: str = "") -> bytes:
    """Give a file's bytes after edits; None is a file that does not exist yet.

    Raises:
        BrokenConfiguration: the file cannot be read as it is.
        UnknownPath: a path does not exist and is not to be created.
        Refused: an edit would change more than its path, or has no way to be written; the message says why.
    """
    content = raw or b""
    for wanted in edits:
        content = _edited(content, wanted, file)
    return content


def _edited(raw: bytes, wanted: Edit, file: str) -> bytes:
    planner = Planner(compose(raw, file))
    plan = planner.plan(wanted)
    if plan is None:
        return raw
    new = _spliced(raw, planner, plan)
    if not _proved(new, planner, plan):
        new = _spliced(raw, planner, planner.plan(wanted, compact=True))
    if _proved(new, planner, plan):
        return new
    _refuse_shared(planner, plan, wanted)
    rewritten = round_trip(raw, wanted, plan)
    if rewritten is not None and _proved(rewritten, planner, plan):
        return rewritten
    raise Refused(
        f'"{wanted.path}" cannot be changed without changing more of the file',
        hint="change this place with a text editor",
        place=_place(planner, plan),
    )


def _spliced(raw: bytes, planner: Planner, plan: Plan | None) -> bytes:
    bom = BOM if raw.startswith(BOM) else b""
    return bom + spliced(planner.text, plan.splices if plan else []).encode()


def _proved(new: bytes, planner: Planner, plan: Plan) -> bool:
    """Whether the new bytes give the old trees with the one change."""
    expected = planner.trees or [None]
    expected = [*expected[: plan.document - 1], plan.expected, *expected[plan.document :]]
    try:
        return same(load_all(new, planner.stream.file), expected)
    except BrokenConfiguration:
        return False


def _refuse_shared(planner: Planner, plan: Plan, wanted: Edit) -> None:
    """Say which alias keeps an edit from changing one path only."""
    if plan.target is None:
        return
    nodes = [step.node for step in plan.target.steps]
    found = shared_anchor(nodes[0], nodes[-1], tuple(nodes))
    if found:
        anchor, alias = found
        place = planner.stream.place_of(alias.start)
        raise Refused(
            f'"{wanted.path}" is shared: the alias *{anchor} at line {place.line} uses it too',
            hint=f"replace that alias by a value of its own first, or edit the anchor &{anchor} in the file",
            place=_place(planner, plan),
        )


def _place(planner: Planner, plan: Plan) -> object:
    return planner.stream.place_of(plan.target.node.start) if plan.target else None
