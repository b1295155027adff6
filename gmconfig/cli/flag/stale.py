"""`flag stale`: flags that have done their work, and what still mentions them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import options, terminal, values
from gmconfig.cli.verb import verb
from gmconfig.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gmconfig.api import StaleFlag
    from gmconfig.cli.session import Session

_SHOWN = 3


def stale(
    session: Session,
    code: Annotated[
        list[str] | None,
        typer.Option("--code", metavar="DIR", help="Look for the flags in this code; repeatable."),
    ] = None,
    days: Annotated[
        int, typer.Option("--days", metavar="N", min=1, help="How long the same for everybody is too long.")
    ] = 30,
    output: options.TextOrJson = "text",
) -> int:
    """Say which flags may go: the same for everybody for 30 days, expired, archived, or asked by no code.

    A permanent flag and a running experiment may be the same for everybody. Exit code 1 if there are any.

    \b
    gmconfig flag stale
    gmconfig flag stale --code . -o json
    """
    folders = [os.path.join(session.directory, folder) for folder in code or ()]
    found = session.flags().stale_feature_flags(folders, days=days)
    if output == "json":
        terminal.answer(values.as_json([record(one) for one in found]))
    elif found:
        terminal.lines(row for one in found for row in _lines(one, searched=bool(code)))
    else:
        terminal.note("no flag is stale")
    return ExitCode.NO if found else ExitCode.OK


def record(one: StaleFlag) -> dict[str, Any]:
    """Give a stale flag as JSON has it."""
    return {
        "flag": one.flag,
        "reasons": [
            {"reason": str(reason.why), "message": reason.message, "days": reason.days}
            for reason in one.reasons
        ],
        "file": one.place.file,
        "line": one.place.line,
        "owner": one.owner,
        "commit": one.commit,
        "author": one.author,
        "changed": one.changed.isoformat() if one.changed else None,
        "references": [
            {"file": place.file, "line": place.line, "column": place.column} for place in one.references
        ],
        "required_by": list(one.required_by),
    }


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "stale", slow="reading history")(stale)


def _lines(one: StaleFlag, *, searched: bool) -> Iterator[terminal.Line]:
    yield [(one.flag, "yellow"), "  " + "; ".join(reason.message for reason in one.reasons)]
    yield [(f"  {_changed(one)}", "dim")]
    if one.required_by:
        yield f"  required by {', '.join(one.required_by)}"
    for place in one.references[:_SHOWN]:
        yield f"  {place}"
    if len(one.references) > _SHOWN:
        yield f"  and {len(one.references) - _SHOWN:,} more places in the code"
    yield f"  {_next(one, searched)}"


def _changed(one: StaleFlag) -> str:
    owner = f", owner {one.owner}" if one.owner else ""
    if one.commit is None or one.changed is None:
        return f"{one.place}  not committed yet{owner}"
    return f"{one.place}  {one.commit[:7]}  {one.changed:%Y-%m-%d}  {one.author}{owner}"


def _next(one: StaleFlag, searched: bool) -> str:
    if one.references:
        return "remove it from the code first"
    if one.required_by:
        return "remove it from what requires it first"
    from shlex import quote

    dashes = "-- " if one.flag.startswith("-") else ""
    unsure = "" if searched else "remove it from the code, then "
    return f"{unsure}gmconfig flag delete {dashes}{quote(one.flag)}"
