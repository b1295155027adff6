"""How users who move from one variant to another are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gmconfig.cli import outcome, terminal, values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gmconfig.api import FlagDifference, FlagOutcome
    from gmconfig.api.flag.living import FlagLive
    from gmconfig.cli.writing import Writing


def show(writing: Writing, result: FlagOutcome, live: Sequence[FlagLive] | None = None) -> None:
    """Print what was changed, or would be, and whom it moves; as JSON also where it is `live`."""
    if writing.output == "json":
        return terminal.answer(values.as_json(record(result, live)))
    told = outcome.lines(result)
    end = len(told) - len(outcome.ending(result)) if result.changed else len(told)
    terminal.lines([*told[:end], *_moved(result), *told[end:]])
    for environment in result.still_overridden:
        terminal.note(f"{environment} still has a value of its own there")
    return None


def record(result: FlagOutcome, live: Sequence[FlagLive] | None = None) -> dict[str, Any]:
    """Give the change as JSON has it."""
    from dataclasses import asdict

    return {
        **outcome.record(result),
        "moves": [difference(one) for one in result.moves],
        "pushed": None if result.pushed is None else asdict(result.pushed) | {"ok": result.pushed.ok},
        "live": None if live is None else [asdict(one) for one in live],
    }


def difference(one: FlagDifference) -> dict[str, Any]:
    """Give how a flag differs as JSON has it."""
    from dataclasses import asdict

    return asdict(one) | {"moved": one.moved}


def told(one: FlagDifference) -> str:
    """Say how many users move where: `2,482 of 10,000 users move disabled → enabled, 0 enabled → disabled`."""
    sums: dict[tuple[str, str], int] = {}
    for move in one.moves:
        arrow = (move.before or "(none)", move.after or "(none)")
        sums[arrow] = sums.get(arrow, 0) + move.users
    if len(sums) == 1 and one.only_in is None:
        before, after = next(iter(sums))
        sums[after, before] = 0
    first, *rest = [(f"{count:,}", f"{before} → {after}") for (before, after), count in sums.items()]
    head = f"{first[0]} of {one.users:,} users move {first[1]}"
    return ", ".join([head, *(f"{count} {arrow}" for count, arrow in rest)])


def _moved(result: FlagOutcome) -> Iterator[terminal.Line]:
    """Yield a line for each way in which users move, with the environments that it happens in."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in result.moves:
        groups.setdefault((one.flag, told(one)), []).append(one.environment or "")
    flags = {flag for flag, _ in groups}
    rows: list[Sequence[terminal.Span]] = [
        [*([flag] if len(flags) > 1 else []), ", ".join(where), text]
        for (flag, text), where in groups.items()
    ]
    yield from terminal.table(rows)
