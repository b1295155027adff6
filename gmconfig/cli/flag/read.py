"""`flag list` and `show`: what flags there are, and what one says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gmconfig.cli import options, terminal, values
from gmconfig.cli.flag.arguments import Name
from gmconfig.cli.verb import verb

if TYPE_CHECKING:
    from gmconfig.api import FeatureFlag
    from gmconfig.cli.session import Session


def list_(
    session: Session,
    environment: options.Environment = None,
    at: options.At = None,
    output: options.TextOrJson = "text",
) -> None:
    """List flags with state, share of users, owner and end, as an environment sees them.

    \b
    gmconfig flag list -e production
    gmconfig flag list -o json
    """
    flags = session.flags(environment, at=at).list_feature_flags()
    if output == "json":
        return terminal.answer(values.as_json([record(flag) for flag in flags]))
    if not flags:
        return terminal.note("no flags yet: gmconfig flag create NAME")
    return terminal.lines(terminal.table([_row(flag) for flag in flags]))


def show(
    session: Session,
    name: Name,
    environment: options.Environment = None,
    at: options.At = None,
    output: options.TextOrJson = "text",
) -> None:
    """Print what is written about a flag, with an environment's overrides merged in.

    \b
    gmconfig flag show new_algorithm -e production
    gmconfig flag show new_algorithm --at HEAD~1 -o json
    """
    flag = session.flags(environment, at=at).feature_flag(name)
    if output == "json":
        return terminal.answer(values.as_json(record(flag) | {"definition": flag.definition}))
    terminal.answer(values.as_yaml({flag.name: dict(flag.definition)}))
    return terminal.note(f"{flag.place}")


def record(flag: FeatureFlag) -> dict[str, Any]:
    """Give a flag as JSON has it."""
    return {
        "name": flag.name,
        "state": str(flag.state),
        "percentage": flag.percentage,
        "description": flag.description,
        "owner": flag.owner,
        "expires": flag.expires,
        "file": flag.place.file,
        "line": flag.place.line,
    }


def register(app: Any) -> None:
    """Add these verbs."""
    verb(app, "list")(list_)
    verb(app, "show")(show)


def _row(flag: FeatureFlag) -> list[terminal.Span]:
    from gmconfig.flag.telling import share

    said = share(flag.definition)
    state: terminal.Span = (said, "dim") if flag.state.is_off else said
    ends = f"until {flag.expires}" if flag.expires else ""
    row = [flag.name, state, flag.owner or "", ends, flag.description or ""]
    while not row[-1]:
        row.pop()
    return row
