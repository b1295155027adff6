"""`flag experiment`: start one, see what may be said of it, stop it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import complete, options, prompt, terminal, values
from gmconfig.cli.flag import moves
from gmconfig.cli.flag.analytics import EventsDir
from gmconfig.cli.flag.arguments import Name
from gmconfig.cli.flag.report import lines, record
from gmconfig.cli.verb import group, verb
from gmconfig.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from gmconfig.cli.session import Session
    from gmconfig.cli.writing import Writing

Experiment = Annotated[
    str, typer.Argument(metavar="NAME", autocompletion=complete.flags, help="The experiment, or its flag.")
]


def start(
    session: Session,
    writing: Writing,
    name: Name,
    called: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Of the experiment; the flag's by default.")
    ] = None,
    variants: Annotated[
        list[str] | None,
        typer.Option(
            "--variant",
            metavar="NAME[=VALUE]",
            help="A variant, the control first; repeatable. Else the flag's.",
        ),
    ] = None,
    allocation: Annotated[
        list[str] | None,
        typer.Option("--share", metavar="VARIANT=PERCENT", help="Its share of all users; repeatable."),
    ] = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            "--metric",
            metavar="NAME[=mean]",
            help="What is measured: a share of users, or a mean; repeatable.",
        ),
    ] = None,
    control: Annotated[
        str | None, typer.Option("--control", metavar="VARIANT", help="What the others are compared with.")
    ] = None,
    planned_users: Annotated[
        int | None,
        typer.Option("--planned-users", metavar="N", min=1, help="Users of two variants at the planned end."),
    ] = None,
    minimum_effect: Annotated[
        float | None,
        typer.Option("--minimum-effect", metavar="P", help="The smallest relative lift that matters, in %."),
    ] = None,
    environment: options.Target = None,
) -> None:
    """Begin an experiment on a flag: from this commit on its split must not change.

    \b
    gmconfig flag experiment start new_algorithm --metric order --share enabled=50
    gmconfig flag experiment start colour --metric order \\
      --variant red --variant blue --share red=50 --share blue=50
    """
    result = session.flags(environment).create_ab_test(
        called or "",
        name,
        _variants(variants or []),
        _shares(allocation) if allocation else None,
        dict(map(_metric, metrics)) if metrics else None,
        control=control,
        planned_users=planned_users,
        minimum_effect=minimum_effect,
        **writing.how,
    )
    moves.show(writing, result)


def stop(
    session: Session,
    writing: Writing,
    name: Experiment,
    serve: Annotated[
        str | None, typer.Option("--serve", metavar="VARIANT", help="For everybody; else the control.")
    ] = None,
    environment: options.Target = None,
) -> None:
    """End an experiment: everybody gets one variant, the control unless another is named.

    \b
    gmconfig flag experiment stop new_algorithm --serve enabled -m "12 % more"
    gmconfig flag experiment stop new_algorithm -e production
    """
    moves.show(writing, session.flags(environment).stop_experiment(name, serve, **writing.how))


def report(
    session: Session,
    name: Experiment,
    fixed: Annotated[
        bool, typer.Option("--fixed", help="Classical tests: right for one look, at the planned end.")
    ] = False,
    alpha: Annotated[
        float,
        typer.Option("--alpha", metavar="A", help="How often a verdict may be wrong where nothing differs."),
    ] = 0.05,
    picture: Annotated[
        str, typer.Option("--picture", metavar="FILE", help="Draw it too, as an SVG; - prints it instead.")
    ] = "",
    events_dir: EventsDir = None,
    environment: options.Environment = None,
    output: options.TextOrJson = "text",
) -> int:
    """Say what an experiment's numbers allow to say; right however often and whenever one looks.

    Exit 1 if users were not split as planned, so that there is no verdict.

    \b
    gmconfig flag experiment report new_algorithm -e production
    gmconfig flag experiment report new_algorithm --picture report.svg
    """
    manager = session.flags(environment, events_dir=events_dir)
    found = manager.experiment_report(name, fixed=fixed, alpha=alpha)
    if picture:
        _draw(session, picture, found)
    if output == "json":
        terminal.answer(values.as_json(record(found)))
    elif picture != "-":
        terminal.lines(list(lines(found)))
    return ExitCode.OK if found.is_as_planned else ExitCode.NO


def list_(
    session: Session, environment: options.Environment = None, output: options.TextOrJson = "text"
) -> None:
    """List experiments, running and ended, as an environment sees them.

    \b
    gmconfig flag experiment list -e production
    gmconfig flag experiment list -o json
    """
    found = session.flags(environment).list_experiments()
    if output == "json":
        return terminal.answer(values.as_json([_summary(one) for one in found]))
    if not found:
        return terminal.note("no experiments yet: gmconfig flag experiment start NAME --metric METRIC")
    return terminal.lines(terminal.table([_row(one) for one in found]))


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    experiment = group("Try variants on users, and see what the numbers allow to say.")
    verb(experiment, "start")(start)
    verb(experiment, "report", slow="counting events")(report)
    verb(experiment, "stop")(stop)
    verb(experiment, "list")(list_)
    app.add_typer(experiment, name="experiment")


def _summary(one: Any) -> dict[str, Any]:
    return {
        "name": one.name,
        "flag": one.flag,
        "arms": dict(one.arms),
        "control": one.control,
        "metrics": dict(one.metrics),
        "started": one.started,
        "stopped": one.stopped,
    }


def _row(one: Any) -> list[terminal.Span]:
    shares = ", ".join(f"{variant} {100 * share:g} %" for variant, share in one.arms.items())
    state = "not started" if not one.started else f"since {one.started}"
    state = f"{one.started} to {one.stopped}" if one.stopped else state
    return [one.name, one.flag, state, shares, ", ".join(one.metrics)]


def _draw(session: Session, file: str, found: Any) -> None:
    from gmconfig.flag.experiment.picture import picture

    if file == "-":
        return terminal.answer(picture(found))
    from gmconfig.storage.files import write_atomic

    return write_atomic(os.path.join(session.directory, file), picture(found).encode())


def _variants(given: list[str]) -> Any:
    """Give names, or names with values if all have one."""
    if not given:
        return None
    pairs = [text.partition("=") for text in given]
    if all(sign for _, sign, _ in pairs):
        return {name: prompt.as_yaml(value) for name, _, value in pairs}
    if any(sign for _, sign, _ in pairs):
        raise UsageError("some variants have a value and some have none", hint="--variant NAME=VALUE for all")
    return given


def _shares(given: list[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in given:
        name, _, share = text.partition("=")
        try:
            found[name] = float(share.removesuffix("%"))
        except ValueError as error:
            raise UsageError(f'"{text}" is not a share', hint="--share VARIANT=PERCENT") from error
    return found


def _metric(text: str) -> tuple[str, str]:
    name, sign, kind = text.partition("=")
    return name, kind if sign else "proportion"
