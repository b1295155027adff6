"""Plans and records, as people read them and as JSON has them."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gmconfig.cli import terminal, values
from gmconfig.cli.deploy import alike
from gmconfig.config.diff import ABSENT
from gmconfig.counted import counted, how_long_ago
from gmconfig.path import walk
from gmconfig.spoken import without_address

if TYPE_CHECKING:
    from gmconfig.config.origin import Origin
    from gmconfig.deploy.plan import Plan, Planned
    from gmconfig.drift.difference import Difference
    from gmconfig.record.entry import Outcome, Record
    from gmconfig.record.status import Status
    from gmconfig.storage.git import Revision

    Authors = Callable[[Origin, str], Revision | None]
    """Gives the commit that made a value what it is, as of another commit."""

_FEW = 20  # so many changes are told with their authors: each is a walk through history
_WIDEST = 48  # columns are no wider; longer paths and values stick out
_ACTIONS = {"correct": "correction", "promote": "promotion"}
_STATES = {"succeeded": "green", "partial": "yellow", "healthy": "green", "unchanged": "dim"}


def plan(found: Plan, short: str, authors: Authors | None = None) -> Iterator[terminal.Line]:
    """Give a plan as lines: what would change, told once for all targets that stand alike.

    With `authors`, each wanted value is told with who wrote it, if there are not too many of them.
    """
    changing = len(found.changing)
    count = f"{changing:,} of {len(found.targets):,} targets would change" if changing else _still(found)
    yield from terminal.row([(found.environment, "bold")], f"  {count}", (f"    at {short}", "dim"))
    if found.freeze:
        yield [("frozen  ", "red"), str(found.freeze)]
    together = alike.groups(found.targets, _told)
    few = sum(len(group[0].standing.changes) for group in together) <= _FEW
    width = max((len(label) for label in map(alike.names, together) if len(label) <= _WIDEST), default=0)
    for group in together:
        yield ""
        yield from terminal.row([(f"{alike.names(group):<{width}}", "bold")], f"  {_state(group[0])}")
        yield from _target(group[0], authors if few else None)
    for problem in found.budget:
        yield ["", ("beyond the budget: ", "yellow"), problem]


def _told(one: Planned) -> str:
    return "\n".join((_state(one), *map(terminal.plain, _target(one, None))))


def _still(found: Plan) -> str:
    """Say that nothing would change: not all targets have to be as they should for that, or to be known."""
    unknown = sum(one.state == "unknown" for one in found.targets)
    if unknown:
        return f"{unknown:,} of {len(found.targets):,} targets cannot be looked at"
    return "in sync" if all(one.state == "in sync" for one in found.targets) else "nothing would change"


def _target(one: Planned, authors: Authors | None) -> Iterator[terminal.Line]:
    if one.standing.error is not None:
        yield [("  ! ", "red"), str(one.standing.error)]
    for lacking in one.lacks:
        yield [("  ! ", "red"), lacking]
    if one.standing.is_empty:
        yield from (difference(each) for each in one.standing.drift)
        yield from _whole(one)
        return
    several = len(one.standing.target.documents) > 1
    drifted = {_at(drift) for drift in one.standing.drift}
    yield from aligned(
        [
            change(one, each, several=several, drifted=drifted, authors=authors)
            for each in one.standing.changes
        ]
    )


def _at(each: Difference) -> tuple[object, ...]:
    return each.document, each.change.path


def _whole(one: Planned) -> Iterator[terminal.Line]:
    """Say what comes to a target that has nothing yet: its files, and how much is in them."""
    parts = one.standing.rendering.parts.values() if one.standing.rendering else ()
    single = one.standing.target.file
    files = {os.path.basename(single) if single else part.file: part.tree for part in parts}
    width = max(map(terminal.cells, files), default=0)
    for file, tree in files.items():
        number = sum(1 for _ in walk(tree))
        yield [
            ("  + ", "green"),
            f"{terminal.padded(file, width)}  ",
            (counted(number, "value"), "dim"),
        ]


def aligned(rows: Sequence[Sequence[terminal.Span]]) -> Iterator[terminal.Line]:
    """Put the paths and values of several differences under each other; what is very long sticks out."""
    parts = [_parts(row) for row in rows]
    path, sides = (
        max((size for part in parts if part and (size := terminal.cells(part[at])) <= _WIDEST), default=0)
        for at in (0, 1)
    )
    for row, part in zip(rows, parts, strict=True):
        if not part:
            yield from terminal.row(row[:2], *row[2:])
            continue
        told, both, noted = part
        before, after, note = row[2:]
        gap = " " * max(sides - terminal.cells(both), 0) if noted else ""
        yield from terminal.row(
            [row[0], terminal.padded(told, path)], before, f"{terminal.plain([after])}{gap}", note
        )


def _parts(row: Sequence[terminal.Span]) -> tuple[str, str, str] | None:
    """Give the texts of a difference: path, both sides, note; None for a line about something else."""
    if len(row) < 5:
        return None
    return terminal.plain(row[1:2]), terminal.plain(row[2:4]), terminal.plain(row[4:])


def change(
    one: Planned,
    each: Difference,
    *,
    several: bool = False,
    drifted: Collection[object] | None = None,
    authors: Authors | None = None,
) -> list[terminal.Span]:
    """Give one change of a target on one line, with where the wanted value is written and by whom."""
    known = {_at(drift) for drift in one.standing.drift} if drifted is None else drifted
    note = "drifted, would be corrected" if _at(each) in known else _written(one, each, authors)
    return difference(each, several=several, note=note)


def _state(one: Planned) -> str:
    if one.hold:
        at = one.hold.record or one.hold.commit[:7]
        why = f": {one.hold.reason}" if one.hold.reason else ""
        return " ".join(f"{one.state}, held at {at}{why}".split())
    if one.quarantine:
        return f"quarantined: this failed in {one.quarantine.id}; --retry tries it again"
    return one.state


def difference(each: Difference, *, several: bool = False, note: str = "") -> list[terminal.Span]:
    """Give one path on one line: what is live, and what is wanted."""
    sign = each.change.kind
    name = f"{each.document} " if several else ""
    if each.problem:
        return [(f"  {sign} ", values.MARKS[sign]), f"{each.document}: {each.problem}"]
    return [
        (f"  {sign} ", values.MARKS[sign]),
        f"{name}{each.path}  ",
        *_sides(each),
        (f"    {note}" if note else "", "dim"),
    ]


def _sides(each: Difference) -> tuple[str, str]:
    """Give what is told of two sides, in pieces between which a line may end."""
    if each.live is ABSENT:
        return values.inline(each.wanted), ""
    if each.wanted is ABSENT:
        return values.inline(each.live), ""
    live, wanted = values.sides(each.live, each.wanted)
    return live, f" → {wanted}"


def _written(one: Planned, each: Difference, authors: Authors | None) -> str:
    """Say where a wanted value is written, and by whom."""
    rendering = one.standing.rendering
    if rendering is None or each.at_wanted is None:
        return ""
    origin = rendering.origin(each.document, each.at_wanted[0])
    if origin is None or origin.place is None:
        return ""
    place = f"{origin.place.file}:{origin.place.line}"
    revision = authors(origin, one.wanted.commit) if authors else None
    return f"{place}  {revision.author}, {ago(revision.date.isoformat())}" if revision else place


def plan_record(found: Plan) -> dict[str, Any]:
    """Give a plan as JSON has it."""
    return {
        **found.as_json(),
        "frozen": str(found.freeze) if found.freeze else None,
        "budget": list(found.budget),
        "changing": len(found.changing),
    }


def applied(record: Record) -> Iterator[terminal.Line]:
    """Give what a deployment did, a line a target."""
    yield from heading(record)
    width = max((len(name) for name in record.targets), default=0)
    for name, outcome in record.targets.items():
        yield from outcome_line(name, outcome, width)


def heading(record: Record, id_width: int = 0, state_width: int = 0) -> list[terminal.Line]:
    """Give a record on one line; on a narrow terminal on several."""
    state = str(record.state).replace("_", " ")
    what = _ACTIONS.get(record.action, record.action)
    who = " ".join(without_address(record.user).split())
    style = _STATES.get(record.state, "red")
    return terminal.row(
        [(f"{record.id:<{id_width}}", "bold"), "  ", (f"{state:<{state_width}}", style)],
        (f"  {what} of {record.commit[:7]} by {who}, {ago(record.changed)}", "dim"),
        f"  {' '.join(record.reason.split())}" if record.reason else "",
    )


def headings(records: Sequence[Record]) -> Iterator[terminal.Line]:
    """Give records, a line each, their states under each other."""
    ids = max((len(record.id) for record in records), default=0)
    states = max((len(record.state) for record in records), default=0)
    for record in records:
        yield from heading(record, ids, states)


def outcome_line(name: str, outcome: Outcome, width: int = 0) -> list[terminal.Line]:
    """Give one target's part of a deployment."""
    step = str(outcome.step).replace("_", " ")
    problem = f"  {outcome.error}" if outcome.error else ""
    return terminal.row([f"  {name:<{width}}  ", (step, _STATES.get(outcome.step, ""))], problem)


def deployment(record: Record) -> dict[str, Any]:
    """Give a record as JSON has it."""
    return record.as_json()


def agents(said: Sequence[Status]) -> Iterator[terminal.Line]:
    """Give what each agent said last: what it follows, and what troubles it or one of its targets."""
    width = max((len(one.host) for one in said), default=0)
    for one in said:
        at = f"follows {one.commit[:7]}" if one.commit else "follows nothing yet"
        yield [f"  agent on {one.host:<{width}}  {at}", (f", {ago(one.time)}", "dim")]
        if one.problem:
            yield [("    ! ", "yellow"), one.problem]
        for name, word in one.targets.items():
            if word.error:
                yield [("    ! ", "yellow"), f"{name} {word.state}: {word.error}"]


def ago(moment: str) -> str:
    """Say how long ago a moment was, as people say it."""
    try:
        return how_long_ago((datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds())
    except ValueError:
        return moment
