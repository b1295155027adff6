"""`flag simulate` and `diff`: how many users a flag, or a change of one, reaches."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import complete, options, terminal, values
from gmconfig.cli.flag import moves
from gmconfig.cli.flag.arguments import Name, Sample, people, percent
from gmconfig.cli.verb import verb
from gmconfig.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gmconfig.api import FlagDifference
    from gmconfig.cli.session import Session


def simulate(
    session: Session,
    name: Name,
    sample: Sample = "10000",
    percentage: Annotated[
        str | None,
        typer.Option("--percentage", metavar="P", help="As if it were rolled out to P %."),
    ] = None,
    environment: options.Environment = None,
    at: options.At = None,
    output: options.TextOrJson = "text",
) -> None:
    """Say how many users of a sample get which variant by which rule, and how many a percentage would move.

    \b
    gmconfig flag simulate new_algorithm -e production
    gmconfig flag simulate new_algorithm --percentage 50 --sample users.txt
    """
    manager = session.flags(environment, at=at)
    share = None if percentage is None else percent(percentage)
    found = manager.simulate(name, people(session, sample), percentage=share)
    if output == "json":
        return terminal.answer(values.as_json(asdict(found)))
    terminal.lines(
        terminal.table([*_counts(found.variants, found.users), [], *_counts(found.rules, found.users)])
    )
    if found.moved is not None:
        terminal.lines([f"{found.moved:,} of {found.users:,} users would get another variant"])
    return None


def diff(
    session: Session,
    left: options.Left,
    right: options.Right,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", autocompletion=complete.flags, help="Flags; all by default."),
    ] = None,
    sample: Sample = "10000",
    environment: options.Environment = None,
    exit_code: options.DifferenceIsOne = False,
    output: options.TextOrJson = "text",
) -> int:
    """Say how many users of a sample get another variant, and which rule does it.

    \b
    gmconfig flag diff staging production
    gmconfig flag diff HEAD~1 HEAD new_algorithm -e production
    """
    found = session.flags(environment).diff(left, right, names or (), people(session, sample))
    differing = [one for one in found if one.moves or one.told]
    if output == "json":
        terminal.answer(values.as_json([moves.difference(one) for one in found]))
    else:
        rows = terminal.table([row for one in differing for row in _difference(one)])
        terminal.lines(rows or ["no difference"])
    return ExitCode.NO if exit_code and differing else ExitCode.OK


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "simulate", slow="counting users")(simulate)
    verb(app, "diff", slow="counting users")(diff)


def _counts(found: Mapping[str, int] | Mapping[str | None, int], total: int) -> Iterator[list[terminal.Span]]:
    for name, count in found.items():
        yield [name or "(the program's default)", f"{count:>8,}", f"{100 * count / max(1, total):5.1f} %"]


def _difference(one: FlagDifference) -> Iterator[list[terminal.Span]]:
    yield [one.flag, one.told or "requires, segments", moves.told(one) if one.moves else "no user changes"]
    rules = dict.fromkeys(move.rule for move in one.moves)
    for rule in rules if len(rules) > 1 else ():
        count = sum(move.users for move in one.moves if move.rule == rule)
        yield ["", "", (f"{count:>8,}  by {rule}", "dim")]
