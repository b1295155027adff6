"""`deploy promote`: what succeeded in one environment goes to the next, value by value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import complete, outcome, terminal, values
from gmconfig.cli.deploy import arguments
from gmconfig.cli.verb import verb
from gmconfig.config.diff import ABSENT, ADDED, CHANGED, REMOVED
from gmconfig.path import format_keys

if TYPE_CHECKING:
    from gmconfig.api.deploy.promoting import Promotion
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing
    from gmconfig.deploy.promotion import Found

_STYLES = {ADDED: "green", REMOVED: "red", CHANGED: "yellow"}


def promote(
    session: Session,
    writing: Writing,
    source: Annotated[
        str,
        typer.Argument(
            metavar="FROM",
            help="Where it succeeded.",
            autocompletion=complete.environments,
            show_default=False,
        ),
    ],
    target: Annotated[
        str,
        typer.Argument(
            metavar="TO", help="Which gets it.", autocompletion=complete.environments, show_default=False
        ),
    ],
    keys: Annotated[
        list[str] | None,
        typer.Option(
            "--keys",
            metavar="GLOB",
            help="Only these paths; one in full also where TO has a value of its own. Repeatable.",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="REV",
            help="What changed since then; else since the last promotion, or what TO deployed last.",
            autocompletion=complete.revisions,
        ),
    ] = None,
    offline: arguments.Offline = False,
) -> None:
    """Carry over what changed in FROM and succeeded there, as one commit in the files of TO.

    What TO has set for itself stays, as what "parity:" excepts and every secret does. Nothing is deployed by it.

    \b
    gmconfig deploy promote staging production --dry-run
    gmconfig deploy promote staging production --keys 'database.**' -m "tested"
    """
    from gmconfig.api.deploy.promoting import promote as promoted

    deployer = session.deployer(writing.how["user"], offline=offline)
    done = promoted(deployer, source, target, writing.as_value(), keys=keys or (), since=since)
    if writing.output == "json":
        return terminal.answer(values.as_json(_record(done)))
    terminal.lines(_lines(done))
    if done.outcome.changed and not writing.dry_run:
        terminal.note(f"deploy it with: gmconfig deploy apply {done.target}")
    return None


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "promote", slow="comparing")(promote)


def _lines(done: Promotion) -> Iterator[terminal.Line]:
    at = done.record or f"HEAD, for no deployment of {done.source} succeeded yet"
    yield [(f"{done.source} → {done.target}", "bold"), f"  {done.commit[:7]} ({at})"]
    yield [(f"  compared with {', '.join(one.said for one in done.since)}", "dim")]
    for document, changes in done.carried.items():
        yield [(document, "bold")]
        yield from (line for one in changes for line in _change(one))
    for document, changes in done.stays.items():
        yield [(document, "bold"), "  stays as it is"]
        yield from (line for one in changes for line in _staying(one))
    if done.outcome.changed:
        yield from outcome.ending(done.outcome)
    else:
        yield f"nothing to carry over to {done.target}"


def _change(one: Found) -> list[terminal.Line]:
    return terminal.row([(f"  {_kind(one)} ", _STYLES[_kind(one)]), f"{_path(one)}  "], *_sides(one))


def _staying(one: Found) -> list[terminal.Line]:
    return terminal.row(["    ", f"{_path(one)}  "], *_sides(one), (f"    {one.stays}", "dim"))


def _sides(one: Found) -> tuple[str, str]:
    if one.before is ABSENT or one.after is ABSENT:
        return _shown(one.before), f" → {_shown(one.after)}"
    before, after = values.sides(_masked(one.before), _masked(one.after))
    return before, f" → {after}"


def _shown(value: object) -> str:
    return "(none)" if value is ABSENT else values.inline(_masked(value))


def _masked(value: object) -> Any:
    from gmconfig.drift.telling import masked
    from gmconfig.secret.token import MASK, Sealed

    if isinstance(value, Sealed):
        return MASK
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in value.items()}
    return [_masked(item) for item in value] if isinstance(value, list) else masked(value)


def _kind(one: Found) -> str:
    return ADDED if one.before is ABSENT else REMOVED if one.after is ABSENT else CHANGED


def _path(one: Found) -> str:
    return format_keys(one.path) if one.path else "the whole document"


def _record(done: Promotion) -> dict[str, Any]:
    return {
        "from": done.source,
        "to": done.target,
        "promoted": {"commit": done.commit, "deployment": done.record},
        "compared": [{"commit": one.commit, "with": one.said, "keys": list(one.keys)} for one in done.since],
        "carried": _told(done.carried),
        "stays": _told(done.stays),
        "change": outcome.record(done.outcome),
    }


def _told(parts: Any) -> list[dict[str, Any]]:
    return [
        {
            "document": document,
            "path": format_keys(one.path),
            **{
                key: _masked(value)
                for key, value in (("before", one.before), ("after", one.after))
                if value is not ABSENT
            },
            **({"why": one.stays} if one.stays else {}),
        }
        for document, changes in parts.items()
        for one in changes
    ]
