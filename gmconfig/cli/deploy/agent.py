"""`deploy agent`: look after the targets of this host, once or until somebody asks to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import complete, options, terminal, values
from gmconfig.cli.deploy import arguments
from gmconfig.cli.verb import verb
from gmconfig.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from gmconfig.automation.agent import Agent
    from gmconfig.cli.session import Session
    from gmconfig.record.status import Status

_STYLES = {"in sync": "green", "failed": "red", "restored": "red"}


def agent(
    session: Session,
    environment: Annotated[
        str | None,
        typer.Option(
            "-e",
            "--environment",
            metavar="ENV",
            help="Only this environment; else each that has targets here.",
            autocompletion=complete.environments,
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Look once, and end.")] = False,
    interval: Annotated[
        str, typer.Option("--interval", metavar="TIME", help="How often to look: 10s, 5m.")
    ] = "30s",
    branch: Annotated[
        str | None,
        typer.Option(
            "--branch", metavar="NAME", help="What to follow; else what this clone's branch follows."
        ),
    ] = None,
    take_over: arguments.TakeOver = False,
    rules: Annotated[
        bool, typer.Option("--rules", help="Run the automation rules that are due, too, after each look.")
    ] = False,
    output: options.TextOrJson = "text",
) -> int:
    """Look after the targets of this host that say agent: true, those with this host: or with none.

    It follows the branch at the remote: fetches, checks signatures where the environment is protected, validates,
    applies in waves, puts drift back within the budget. A commit that is broken or fails is not followed; holds and
    freezes count. It never touches the working tree, says how it is in deploy status, and stops on SIGTERM.

    \b
    gmconfig deploy agent -e production
    gmconfig deploy agent --once
    """
    seconds = 0.0 if once else arguments.seconds(interval, "--interval 30s")
    from gmconfig.api.automation.agents import agents, run_rules
    from gmconfig.api.workspace import Workspace

    workspace = Workspace(root=session.directory or None)
    found = agents(
        workspace,
        environment,
        branch=branch,
        interval=seconds,
        take_over=take_over,
    )
    after = partial(run_rules, workspace, found) if rules else _nothing
    return _looked_once(found, output, after) if once else _looked_on(found, seconds, output, after)


def register(app: typer.Typer) -> None:
    """Add this verb."""
    verb(app, "agent")(agent)


def _nothing() -> None:
    """Run no rule."""


def _looked_once(agents: list[Agent], output: str, after: Callable[[], object]) -> int:
    said = []
    for one in agents:
        with one:
            said.append(one.look())
    after()
    if output == "json":
        terminal.answer(values.as_json([asdict(one) for one in said]))
    else:
        terminal.lines(line for one in said for line in _lines(one))
    return max((_code(one) for one in said), default=ExitCode.OK)


def _looked_on(agents: list[Agent], interval: float, output: str, after: Callable[[], object]) -> int:
    """Print what changes, a look at a time, until asked to stop."""
    from gmconfig.automation.loop import run, until_asked_to_stop

    last: dict[str, Status] = {}

    def tell(said: Status) -> None:
        before = last.get(said.environment)
        if before is None or replace(said, time=before.time) != before:
            last[said.environment] = said
            _tell(said, output)

    with until_asked_to_stop() as stop:
        if interval <= 0:
            raise UsageError("an agent needs some time between two looks", hint="--interval 30s, or --once")
        run(agents, interval, tell, stop, after)
    return ExitCode.OK


def _tell(said: Status, output: str) -> None:
    if output == "json":
        return terminal.answer(values.json_line(asdict(said)))
    return terminal.lines(_lines(said))


def _lines(said: Status) -> Iterator[terminal.Line]:
    at = said.commit[:7] or "nothing yet"
    yield [(f"{said.environment} on {said.host}", "bold"), f"  at {at}", (f"  {said.time[:19]}", "dim")]
    if said.problem:
        yield [("  ! ", "yellow"), said.problem]
    width = max((len(name) for name in said.targets), default=0)
    for name, word in said.targets.items():
        problem = f"  {word.error}" if word.error else ""
        yield [f"  {name:<{width}}  ", (str(word.state), _STYLES.get(word.state, "yellow")), problem]


def _code(said: Status) -> ExitCode:
    answers = {str(word.answer) for word in said.targets.values() if word.error}
    if "restore_failed" in answers:
        return ExitCode.FAILED
    if {"failed", "restored"} & answers:
        return ExitCode.RESTORED
    unknown = any(word.state == "unknown" for word in said.targets.values())
    return ExitCode.NO_ANSWER if said.problem or unknown else ExitCode.OK
