"""`gmconfig doctor`: whether this machine and this repository are ready, and what to do if not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import options, terminal, values
from gmconfig.cli.verb import verb
from gmconfig.errors import ExitCode

if TYPE_CHECKING:
    from gmconfig.cli.session import Session

_STYLES = {"ok": "green", "warning": "yellow", "error": "red"}


def doctor(
    session: Session,
    fix: Annotated[
        bool, typer.Option("--fix", help="Repair what can be repaired without a question.")
    ] = False,
    output: options.TextOrJson = "text",
) -> int:
    """Check this machine and this repository: git, parsers, identity, access, caches.

    \b
    gmconfig doctor
    gmconfig doctor --fix
    """
    options.one_of(output, ("text", "json"))
    from gmconfig.api import examine

    checks = examine(session.directory or None, fix=fix)
    if output == "json":
        terminal.answer(values.as_json([_record(check) for check in checks]))
    else:
        terminal.lines(line for check in checks for line in _lines(check))
    return ExitCode.NO if any(check.state == "error" for check in checks) else ExitCode.OK


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "doctor")(doctor)


def _lines(check: Any) -> list[terminal.Line]:
    first: list[terminal.Span] = [
        (f"{check.state:<8}", _STYLES[check.state]),
        f"{check.name:<14}",
        check.message,
    ]
    return [first, *(f"{'':<22}{text}" for text in (check.fixed, check.hint) if text)]


def _record(check: Any) -> dict[str, Any]:
    return {
        "name": check.name,
        "state": check.state,
        "message": check.message,
        "hint": check.hint,
        "fixed": check.fixed,
    }
