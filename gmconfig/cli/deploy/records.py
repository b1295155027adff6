"""`deploy status`, `history`, `show`: what is where, what was done, and by whom."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import complete, options, period, terminal, values
from gmconfig.cli.deploy import arguments, progress, shown
from gmconfig.cli.verb import verb
from gmconfig.errors import GmconfigError

if TYPE_CHECKING:
    from gmconfig.api.deploy.status import EnvironmentStatus
    from gmconfig.cli.session import Session

_INTERVAL = 5.0
_NEWEST = 20


def status(
    session: Session,
    word: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID|ENV]", help="A deployment, or an environment.", autocompletion=complete.deployments
        ),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Show it again whenever it changes.")] = False,
    offline: arguments.Offline = False,
    output: options.TextOrJson = "text",
) -> None:
    """Show how each environment stands: its last deployment, its targets, holds, freezes, locks, agents.

    \b
    gmconfig deploy status
    gmconfig deploy status production --watch
    """
    found = _looked(session, word, offline)
    _answer(found, output)
    last: list[EnvironmentStatus] | str = found
    while watch:
        time.sleep(_INTERVAL)
        last = _shown_again(session, word, offline, output, last)


def history(
    session: Session,
    environment: Annotated[
        str | None, typer.Argument(metavar="[ENV]", help="Environment.", autocompletion=complete.environments)
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("-n", "--limit", metavar="N", min=1, help="How many; 20, or all of these days."),
    ] = None,
    since: period.Since = None,
    until: period.Until = None,
    offline: arguments.Offline = False,
    output: options.TextOrJson = "text",
) -> None:
    """List deployments, the newest first.

    \b
    gmconfig deploy history production
    gmconfig deploy history -n 5 -o json
    gmconfig deploy history production --since 2026-07-01 --until 2026-09-30
    """
    all_of_them = session.deployer(offline=offline).history(environment)
    days = (record for record in all_of_them if period.within(record.started, since, until))
    found = list(islice(days, limit or (None if since or until else _NEWEST)))
    if output == "json":
        return terminal.answer(values.as_json([shown.deployment(record) for record in found]))
    if not found:
        none = "nothing was deployed in these days"
        return terminal.note(none if since or until else "nothing was deployed yet: gmconfig deploy plan")
    return terminal.lines(shown.headings(found))


def show(
    session: Session,
    name: arguments.One,
    offline: arguments.Offline = False,
    output: options.TextOrJson = "text",
) -> None:
    """Show one deployment: who, when, why, what it was to change, and what became of each target.

    \b
    gmconfig deploy show production-42
    gmconfig deploy show production -o json
    """
    record, plan = session.deployer(offline=offline).show(name)
    if output == "json":
        return terminal.answer(values.as_json({**shown.deployment(record), "plan": plan}))
    terminal.lines(shown.applied(record))
    return terminal.lines(_planned(plan))


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    verb(app, "status", slow="looking at targets")(status)
    verb(app, "history", slow="reading records")(history)
    verb(app, "show", slow="reading records")(show)


def _shown_again(
    session: Session, word: str | None, offline: bool, output: str, last: list[EnvironmentStatus] | str
) -> list[EnvironmentStatus] | str:
    """Show what is not as it was, and give it: how things stand, or what keeps one from looking for a while."""
    try:
        found = _looked(session, word, offline)
    except GmconfigError as error:
        if str(error) != last:
            terminal.warning(str(error))
        return str(error)
    if found != last:
        _answer(found, output)
    return found


def _looked(session: Session, word: str | None, offline: bool) -> list[EnvironmentStatus]:
    with progress.looking() as seen:
        deployer = session.deployer(offline=offline, seen=seen)
        return deployer.status(word)


def _answer(found: list[EnvironmentStatus], output: str) -> None:
    if output == "json":
        return terminal.answer(values.as_json([one.as_json() for one in found]))
    return terminal.lines(line for one in found for line in _environment(one))


def _environment(one: EnvironmentStatus) -> Iterator[terminal.Line]:
    yield from shown.heading(one.record) if one.record else [[(one.environment, "bold")]]
    for said in (_unfinished(one), one.lock, one.freeze, *one.holds):
        if said:
            yield [("  ! ", "yellow"), said]
    width = max((len(name) for name in one.targets), default=0)
    for name, state in one.targets.items():
        style = "green" if state == "in sync" else "yellow"
        yield [f"  {name:<{width}}  ", (state, style)]
    yield from shown.agents(one.agents)


def _unfinished(one: EnvironmentStatus) -> str | None:
    if one.record is None or not one.is_cut_short:
        return None
    return f"cut short: gmconfig deploy resume {one.record.id}, or abort {one.record.id}"


def _planned(plan: Any) -> Iterator[terminal.Line]:
    for name, one in plan.get("targets", {}).items():
        if one.get("changes"):
            yield ""
            yield [(name, "bold")]
        for change in one.get("changes", ()):
            yield from terminal.row(
                [f"  {change['kind']} {change['document']} {change['path']}  "], *_sides(change)
            )


def _sides(change: Any) -> list[str]:
    if change.get("problem"):
        return [change["problem"]]
    if "live" in change and "wanted" in change:
        live, wanted = values.sides(change["live"], change["wanted"])
        return [live, f" → {wanted}"]
    return [values.inline(change[key]) for key in ("live", "wanted") if key in change]
