"""Edits that are planned on the nodes of the whole file, and proved by reading the result."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from gmconfig.errors import BrokenConfiguration, Refused
from gmconfig.storage.yaml.comparison import same
from gmconfig.storage.yaml.composer import compose
from gmconfig.storage.yaml.planning import Plan, Planner
from gmconfig.storage.yaml.reader import load_all
from gmconfig.storage.yaml.roundtrip import round_trip
from gmconfig.storage.yaml.splice import Splice, joined, spliced
from gmconfig.storage.yaml.target import shared_anchor
from gmconfig.storage.yaml.text import BOM

if TYPE_CHECKING:
    from gmconfig.storage.yaml.operations import Edit


def first_edits(raw: bytes, waiting: list[Edit], file: str) -> tuple[bytes, int]:
    """Carry out as many edits as can be read and proved at once; give how many those are."""
    from gmconfig.storage.yaml.edit import edit

    planner = Planner(compose(raw, file))
    smaller = planner.narrowed(waiting[0])
    if smaller:
        with suppress(Refused):
            return edit(raw, smaller, file=file), 1
    plans = planner.together(waiting) if len(waiting) > 1 else []
    if len(plans) > 1:
        new = _spliced(raw, planner, joined([splice for plan in plans for splice in plan.splices]))
        if _proved(new, planner, planner.expected(plans)):
            return new, len(plans)
    return _edited(raw, planner, waiting[0]), 1


def _edited(raw: bytes, planner: Planner, wanted: Edit) -> bytes:
    plan = planner.plan(wanted)
    if plan is None:
        return raw
    expected = planner.expected([plan])
    new = _spliced(raw, planner, plan.splices)
    if _proved(new, planner, expected):
        return new
    _refuse_shared(planner, plan, wanted)
    compact = planner.plan(wanted, compact=True)
    new = _spliced(raw, planner, compact.splices if compact else [])
    if _proved(new, planner, expected):
        return new
    rewritten = round_trip(raw, wanted, plan)
    if rewritten is not None and _proved(rewritten, planner, expected):
        return rewritten
    raise Refused(
        f'"{wanted.path}" cannot be changed without changing more of the file',
        hint="change this place with a text editor",
        place=_place(planner, plan),
    )


def _spliced(raw: bytes, planner: Planner, splices: list[Splice]) -> bytes:
    bom = BOM if raw.startswith(BOM) else b""
    return bom + spliced(planner.text, splices).encode()


def _proved(new: bytes, planner: Planner, expected: list[object]) -> bool:
    """Whether the new bytes give the trees that are expected."""
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
