"""`gmconfig doctor`: whether this machine and this repository are ready, and what to do if not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import options, terminal, values
from gmconfig.cli.verb import verb
from gmconfig.errors import ExitCode, GmconfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gmconfig.api import Examined
    from gmconfig.cli.session import Session

_STYLES = {"ok": "green", "mended": "green", "warning": "yellow", "error": "red"}


def doctor(
    session: Session,
    fix: Annotated[
        bool,
        typer.Option("--fix", help="Mend what needs no question; on a terminal, ask whom this clone trusts."),
    ] = False,
    output: options.TextOrJson = "text",
) -> int:
    """Check this machine and this repository, and say the next step: git, project, hooks, identity, access.

    --fix begins a project in an empty folder, makes an identity and a pre-commit hook where there is none,
    fetches the history of a shallow clone, goes back from a detached HEAD to its branch. What is somebody
    else's stays. Exit 1 while there is an error.

    \b
    gmconfig doctor
    gmconfig doctor --fix
    """
    from gmconfig.api import examine

    checks = examine(session.directory or None, fix=fix)
    if fix and _settled(session.directory or None, checks):
        checks = _joined(checks, examine(session.directory or None, fix=fix))
    if output == "json":
        terminal.answer(values.as_json([_record(check) for check in checks]))
    else:
        terminal.lines(line for check in checks for line in _lines(check))
    return ExitCode.NO if any(check.state == "error" for check in checks) else ExitCode.OK


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "doctor", slow="looking")(doctor)


def _settled(directory: str | None, checks: Iterable[Examined]) -> bool:
    """Ask a person whether to trust a policy that this clone does not know; False where nobody was asked."""
    from gmconfig.api.workspace import Workspace
    from gmconfig.cli import first_use

    if all(check.state != "error" or check.name != "access" for check in checks):
        return False
    try:
        return first_use.settle_trust(Workspace(root=directory))
    except GmconfigError:  # refused, or no policy that could be read: the answer says it
        return False


def _joined(before: Iterable[Examined], after: Iterable[Examined]) -> tuple[Examined, ...]:
    """Give the second look, with what the first one mended."""
    mended = {one.name: one for one in before if one.fixed}
    seen = [mended.pop(one.name, one) for one in after]
    return (*seen, *mended.values())


def _lines(check: Examined) -> list[terminal.Line]:
    state = "mended" if check.fixed else check.state
    named: list[terminal.Span] = [(f"{state:<8}", _STYLES[state]), f"{check.name:<14}"]
    below = [text for text in (check.fixed, check.hint) if text]
    return [
        *terminal.row(named, check.message),
        *(line for text in below for line in terminal.row([f"{'':<8}"], f"{'':<14}{text}")),
    ]


def _record(check: Examined) -> dict[str, Any]:
    return {
        "name": check.name,
        "state": check.state,
        "message": check.message,
        "hint": check.hint,
        "fixed": check.fixed,
    }
