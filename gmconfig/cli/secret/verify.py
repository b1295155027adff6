"""`secret verify`, `exposed`, `audit`, `diff`: answers that need no key, but for the last; and `move`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import complete, options, period, terminal, values
from gmconfig.cli.secret.changed import in_backups
from gmconfig.cli.verb import verb as command
from gmconfig.counted import counted
from gmconfig.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gmconfig.api import SecretsManager
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing


def verify(
    session: Session,
    base: Annotated[
        str | None,
        typer.Option(
            "--base",
            metavar="REV",
            autocompletion=complete.revisions,
            help="Nothing that REV has logged may be gone: CI's merge base.",
        ),
    ] = None,
    at: options.At = None,
    output: options.TextOrJson = "text",
) -> int:
    """Check without any key that every sealed value was written by somebody who may, and nothing is gone.

    Exit 1 with each offence named; local history, --base and what this clone has seen tell what was removed.

    \b
    gmconfig secret verify
    gmconfig secret verify --base HEAD -o json
    """
    answer = session.secrets().verify(base=base, at=at)
    if output == "json":
        terminal.answer(values.as_json(_verification(answer)))
    else:
        terminal.lines([*(line for one in answer.findings for line in _finding(one)), _verdict(answer)])
        for note in answer.notes:
            terminal.note(note)
    return ExitCode.OK if answer.is_valid else ExitCode.NO


def exposed(session: Session, output: options.TextOrJson = "text") -> int:
    """List what former readers have seen and that has not been rotated since; exit 1 until there is nothing.

    \b
    gmconfig secret exposed
    gmconfig secret exposed -o json
    """
    found = session.secrets().exposed()
    if output == "json":
        terminal.answer(values.as_json([asdict(one) for one in found]))
    elif found:
        terminal.lines([*terminal.table([_exposed(one) for one in found]), *in_backups(found)])
        terminal.hint(_rotate(found[0]))
    else:
        terminal.lines(["nothing that a former reader knows is still in use"])
    return ExitCode.NO if found else ExitCode.OK


def audit(
    session: Session,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", autocompletion=complete.secrets, help="A secret, or a document's path."
        ),
    ] = None,
    since: period.Since = None,
    until: period.Until = None,
    output: options.TextOrJson = "text",
) -> None:
    """Show who wrote what, from the signed log, and the reads that this machine has noted.

    Writes are proved; reads are cooperative: whoever has a key can read without a trace. Of one secret it ends with
    who can open it, and who has seen its value and cannot any more.

    \b
    gmconfig secret audit --since 2026-07-01 --until 2026-09-30
    gmconfig secret audit db_password -o json
    """
    manager = session.secrets()
    entries = [one for one in manager.audit(name) if period.within(one.time, since, until)]
    if output == "json":
        return terminal.answer(values.as_json([asdict(one) for one in entries]))
    if not entries:
        return terminal.note("nothing was noted")
    terminal.lines(terminal.table([_entry(one) for one in entries]))
    return terminal.lines(_readers(manager, name) if name else ())


def diff(
    session: Session,
    left: options.Left,
    right: options.Right,
    environment: options.Environment = None,
    identity: options.IdentityFile = None,
    exit_code: options.DifferenceIsOne = False,
    output: options.TextOrJson = "text",
) -> int:
    """Compare the secrets of two environments or revisions; says whether they differ, never what they are.

    \b
    gmconfig secret diff staging production
    gmconfig secret diff HEAD~1 HEAD -e production
    """
    found = session.secrets(environment, identity=identity).diff_secrets(left, right)
    if output == "json":
        terminal.answer(values.as_json([asdict(one) for one in found]))
    else:
        terminal.lines(terminal.table([_difference(one) for one in found]) or ["no difference"])
    return ExitCode.NO if found and exit_code else ExitCode.OK


def move(
    session: Session,
    writing: Writing,
    name: Annotated[str, typer.Argument(metavar="NAME", autocompletion=complete.secrets, help="The secret.")],
    new_name: Annotated[str, typer.Argument(metavar="NEW", help="Its name from now on; may stay the same.")],
    environment: options.Target = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="ENV",
            autocompletion=complete.environments,
            help="The environment it moves to; common for all.",
        ),
    ] = None,
    identity: options.IdentityFile = None,
) -> None:
    """Rename a secret, or move it to another environment: it is sealed again for its new place.

    \b
    gmconfig secret move api_token gateway_token
    gmconfig secret move gateway_token gateway_token --to production --dry-run
    """
    result = session.secrets(environment, identity=identity).move_secret(name, new_name, to, **writing.how)
    writing.show(result)


_SLOW: dict[Callable[..., Any], str] = {
    verify: "verifying",
    exposed: "reading history",
    audit: "reading history",
    diff: "comparing",
    move: "sealing again",
}


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    for function, slow in _SLOW.items():
        command(app, function.__name__, slow=slow)(function)


def _readers(manager: SecretsManager, name: str) -> Iterator[terminal.Line]:
    """Say who can open the values of a secret, and who has seen one that is still in use."""
    for one in manager.list_secrets():
        if one.name == name:
            yield f"{one.environment}: read by {', '.join(one.readers)}"
    for gone in manager.exposed():
        if gone.name == name:
            yield f"{gone.environment}: seen by {gone.member}, who lost access on {gone.since[:10]}: {_rotate(gone)}"


def _verification(answer: Any) -> dict[str, Any]:
    return {
        "valid": answer.is_valid,
        "findings": [_record(one) for one in answer.findings],
        "values": answer.values,
        "events": answer.events,
        "notes": list(answer.notes),
    }


def _record(finding: Any) -> dict[str, Any]:
    place = finding.place
    return {
        "rule": finding.rule,
        "message": finding.message,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "hint": finding.hint,
    }


def _finding(finding: Any) -> list[terminal.Line]:
    place = f"{finding.place}: " if finding.place else ""
    rows: list[terminal.Line] = [[place, ("error", "red"), f": {finding.rule}: {finding.message}"]]
    return [*rows, *([f"  hint: {finding.hint}"] if finding.hint else [])]


def _verdict(answer: Any) -> terminal.Line:
    looked_at = f"{counted(answer.values, 'sealed value')}, {counted(answer.events, 'signed event')}"
    if answer.is_valid:
        return [("verified", "green"), f": {looked_at}"]
    return f"{counted(len(answer.findings), 'offence')} in {looked_at}"


def _exposed(one: Any) -> list[terminal.Span]:
    return [one.environment, one.name, f"since {one.since[:10]}", one.member]


def _rotate(one: Any) -> str:
    from shlex import quote

    if one.document is not None:
        path = quote(one.name.removeprefix(f"{one.document}: "))
        option = "" if one.environment == "base" else f" -e {one.environment}"
        return f"gmconfig config set {one.document} {path} -{option} --secret"
    option = "" if one.environment == "common" else f" -e {one.environment}"
    return f"gmconfig secret rotate {one.name}{option}"


def _entry(one: Any) -> list[terminal.Span]:
    about = [*one.changes, *one.places]
    places = ", ".join(about[:3]) + (f" and {len(about) - 3} more" if len(about) > 3 else "")
    signed: terminal.Span = "" if one.signed else ("not by a member", "red")
    actor = f"{one.actor} for {one.user}" if one.user else one.actor
    return [one.time, actor, one.operation, places, one.reason, signed]


def _difference(one: Any) -> list[terminal.Span]:
    colour = {"+": "green", "-": "red", "~": "yellow"}.get(one.kind)
    shown = f"{values.MASK} → {values.MASK}   ({one.detail})" if one.kind == "~" else one.detail
    return [(f"{one.kind} {one.name}", colour) if colour else f"{one.kind} {one.name}", shown]
