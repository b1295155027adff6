"""Drift, as people read it and as JSON has it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gmconfig.cli import terminal, values
from gmconfig.cli.deploy.shown import ago
from gmconfig.config.diff import ABSENT
from gmconfig.counted import counted
from gmconfig.drift.difference import LOST
from gmconfig.secret.token import MASK
from gmconfig.spoken import without_address

if TYPE_CHECKING:
    from gmconfig.api.drift.drifting import Detected
    from gmconfig.api.drift.explaining import DriftExplanation
    from gmconfig.drift.detection import DriftDetection
    from gmconfig.drift.standing import Standing


def detected(found: Detected) -> Iterator[terminal.Line]:
    """Give what a look at targets found: each drift with both values, then how to go on."""
    for standing in found.unknown:
        yield [(f"{standing.target.name}  ", "bold"), ("unknown  ", "red"), str(standing.error)]
    for one in found.detections:
        yield from _detection(one, found)
    counting = found.counting
    if counting:
        yield f"{counted(len(counting), 'drift')} in {counted(len(found.standings), 'target')}"
        yield from _next_steps(counting[0], found)
    elif not found.unknown:
        yield f"no drift in {counted(len(found.standings), 'target')}{_behind(found.standings)}"


def _detection(one: DriftDetection, found: Detected) -> Iterator[terminal.Line]:
    place = f"{one.document}  {one.path}" if one.path else one.document
    yield from terminal.row([(f"{one.target}  ", "bold")], place, *_sides(one))
    if one.counts(found.today):
        after = f" after {one.record}" if one.record else ""
        yield [(f"        changed outside gmconfig{after}, seen {ago(one.detected_at)}", "dim")]
    elif one.acknowledged:
        until = f" until {one.acknowledged.until}" if one.acknowledged.until else ""
        who = without_address(one.acknowledged.by)
        yield [(f"        acknowledged by {who}{until}: {one.acknowledged.reason}", "dim")]


def _sides(one: DriftDetection) -> tuple[str, ...]:
    """Give both values; of a file as a whole, what is wrong with it."""
    if not one.path and one.wanted is None and isinstance(one.live, str):
        return (f"   {one.live}",)
    told = values.sides(_as_everywhere(one.wanted), _as_everywhere(one.live))
    wanted, live = (
        "(none)" if one.kind == lacking else said for said, lacking in zip(told, "-+", strict=True)
    )
    return f"   wanted {wanted}", f"   live {live}"


def _as_everywhere(value: object) -> object:
    """Give what the journal keeps of a value with the mask that people know from elsewhere."""
    if isinstance(value, dict):
        return {key: _as_everywhere(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_everywhere(item) for item in value]
    return values.MASK if value == MASK else value


def _next_steps(one: DriftDetection, found: Detected) -> Iterator[terminal.Line]:
    documents = next(each.target.documents for each in found.standings if each.target.name == one.target)
    words = [one.target, one.document, one.path] if len(documents) > 1 else [one.target, one.path]
    place = shlex.join(words)
    prune = " --prune" if one.kind == "-" else ""
    if not one.path:
        is_lost = str(one.live).endswith(LOST)
        undo = f"deploy apply {one.target}" if is_lost else f"drift correct {one.target}{prune}"
        yield [("  undo     ", "dim"), f"gmconfig {undo}"]
        return
    yield [("  see why  ", "dim"), f"gmconfig drift explain {place}"]
    yield [("  undo     ", "dim"), f"gmconfig drift correct {one.target}{prune}"]
    yield [("  keep     ", "dim"), f"gmconfig drift adopt {place}"]


def _behind(standings: tuple[Standing, ...]) -> str:
    new = sum(one.is_new for one in standings)
    behind = sum(one.is_behind for one in standings) - new
    said = [
        f"{counted(number, 'target')} {state}"
        for number, state in ((behind, "behind"), (new, "not deployed yet"))
        if number
    ]
    return f", {', '.join(said)}: gmconfig deploy plan" if said else ""


def detection(one: DriftDetection) -> dict[str, Any]:
    """Give a detection as JSON has it."""
    from dataclasses import asdict

    said = {**asdict(one), "resolved": one.resolved}
    return {key: said[key] for key in said if key != "live_digest"}


def detected_record(found: Detected) -> dict[str, Any]:
    """Give what a look found as JSON has it."""
    return {
        "ok": found.ok,
        "drift": [{**detection(one), "counts": one.counts(found.today)} for one in found.detections],
        "targets": {one.target.name: _state(one) for one in found.standings},
    }


def _state(one: Standing) -> dict[str, Any]:
    return {
        "environment": one.target.environment,
        "drifted": one.is_drifted,
        "behind": one.is_behind,
        "error": str(one.error) if one.error else None,
    }


def row(one: DriftDetection) -> list[terminal.Span]:
    """Give a detection as a row of a table."""
    state = (
        ("resolved", "dim")
        if one.resolved
        else ("acknowledged", "dim")
        if one.acknowledged
        else ("open", "yellow")
    )
    return [one.target, one.document, one.path, state, ago(one.detected_at)]


def explanation(found: DriftExplanation) -> Iterator[terminal.Line]:
    """Give why a target's value is wanted and what it is."""
    yield [(f"{found.path}", "bold"), f" on {found.target}        {found.environment}"]
    yield ""
    yield from terminal.row([f"  wanted  {_value(found.wanted)}"], f"   {found.place}" if found.place else "")
    if found.revision:
        one = found.revision
        made = f"          {one.commit[:7]}  {one.date:%Y-%m-%d}  {one.author}"
        yield from terminal.row([(made, "dim")], (f"   {one.subject}", "dim"))
    yield from terminal.row([f"  live    {_value(found.live)}"], f"   {_history(found)}")


def _history(found: DriftExplanation) -> str:
    if not found.record:
        return "gmconfig put nothing there yet"
    since = f"{found.record} ({found.since[:10]})"
    return f"changed outside gmconfig after {since}" if found.drifted else f"since {since}"


def _value(value: object) -> str:
    return "(none)" if value is ABSENT else values.inline(value)


def explanation_record(found: DriftExplanation) -> dict[str, Any]:
    """Give an explanation as JSON has it."""
    revision = found.revision
    said: dict[str, Any] = {
        "target": found.target,
        "environment": found.environment,
        "document": found.document,
        "path": found.path,
        "drifted": found.drifted,
        "deployment": found.record or None,
        "since": found.since or None,
        "place": str(found.place) if found.place else None,
        "commit": revision.commit if revision else None,
        "author": revision.author if revision else None,
        "date": revision.date.isoformat() if revision else None,
        "subject": revision.subject if revision else None,
    }
    sides = {"wanted": found.wanted, "live": found.live}
    return said | {key: value for key, value in sides.items() if value is not ABSENT}
