"""`monitor alerts`: what somebody should know of, acknowledged, resolved, and told to whom it may concern."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gmconfig.cli import complete, options, sharing, terminal, values
from gmconfig.cli.choice import one_of
from gmconfig.cli.monitor import shown
from gmconfig.cli.verb import group, verb
from gmconfig.errors import ExitCode, NotFound
from gmconfig.finding import Severity

if TYPE_CHECKING:
    from gmconfig.cli.session import Session

_AlertId = Annotated[
    str,
    typer.Argument(metavar="ALERT", autocompletion=complete.alerts, help="An alert's id, or its beginning."),
]
NoCheck = Annotated[bool, typer.Option("--no-check", help="Look at nothing; show what was noted last.")]


def list_(
    session: Session,
    severity: Annotated[
        str | None,
        typer.Option(
            "--severity",
            metavar="WORD",
            autocompletion=complete.one_of(*Severity),
            help="critical, error, warning or info.",
        ),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            "--config", metavar="DOC", autocompletion=complete.documents, help="About this document."
        ),
    ] = None,
    hours: Annotated[
        float | None, typer.Option("--hours", metavar="N", help="Moved within so many hours.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="What is resolved, too.")] = False,
    no_check: NoCheck = False,
    output: options.TextOrJson = "text",
) -> None:
    """Look at everything that is watched, and list the alerts that are open.

    \b
    gmconfig monitor alerts list
    gmconfig monitor alerts list --all --severity critical -o json
    """
    if severity is not None:
        one_of(severity, tuple(Severity), "a severity")
    found = session.monitor().get_alerts(
        Severity(severity) if severity else None,
        None if everything else False,
        config,
        hours,
        check=not no_check,
    )
    if output == "json":
        return terminal.answer(values.as_json([one.as_json() for one in found]))
    if not found:
        return terminal.answer("no open alerts" if not everything else "no alerts")
    return terminal.lines(shown.alerts(found))


def show(session: Session, alert: _AlertId, output: options.TextOrJson = "text") -> None:
    """Show one alert with all that is known of it.

    \b
    gmconfig monitor alerts show 3f2a91c
    gmconfig monitor alerts show 3f2a91c -o json
    """
    found = session.monitor().register.find(alert)
    if output == "json":
        return terminal.answer(values.as_json(found.as_json()))
    return terminal.lines(shown.alert(found))


def ack(
    session: Session,
    alert: _AlertId,
    push: sharing.Push = False,
    reason: options.Why = None,
    user: options.By = None,
    output: options.TextOrJson = "text",
) -> None:
    """Acknowledge an alert: somebody knows, and it stays quiet until it is gone or happens anew.

    \b
    gmconfig monitor alerts ack 3f2a91c -m "I am on it"
    gmconfig monitor alerts ack 3f2a91c --push
    """
    monitor = session.monitor(user=user)
    found = monitor.acknowledge_alert(alert, None, reason or "")
    sharing.tell_others(monitor, push=push)
    _answered(found, output, f"acknowledged: {found.message}")


def resolve(
    session: Session,
    alert: _AlertId,
    push: sharing.Push = False,
    reason: options.Why = None,
    user: options.By = None,
    output: options.TextOrJson = "text",
) -> None:
    """Put an alert aside; where it still holds it is mute until that clears, or happens anew.

    \b
    gmconfig monitor alerts resolve 3f2a91c -m "as it should be"
    gmconfig monitor alerts resolve 3f2a91c --push
    """
    monitor = session.monitor(user=user)
    found = monitor.resolve_alert(alert, None, reason or "")
    sharing.tell_others(monitor, push=push)
    mute = "; it still holds, and is mute until it clears" if found.muted else ""
    _answered(found, output, f"resolved: {found.message}{mute}")


def test(
    session: Session,
    handler: Annotated[
        str | None,
        typer.Argument(metavar="[HANDLER]", autocompletion=complete.handlers, help="One handler; else all."),
    ] = None,
    output: options.TextOrJson = "text",
) -> int:
    """Send a test alert to the handlers of gmconfig.yaml now, once, and say whether it arrived.

    \b
    gmconfig monitor alerts test
    gmconfig monitor alerts test pager
    """
    found = session.monitor().test_handlers(handler)
    if not found:
        raise NotFound(
            "no handlers are declared", hint="declare them under alerts: handlers: in gmconfig.yaml"
        )
    if output == "json":
        said = {name: {"ok": problem is None, "error": problem} for name, problem in found.items()}
        terminal.answer(values.as_json(said))
    else:
        terminal.lines(terminal.table([shown.tried(name, problem) for name, problem in found.items()]))
    return ExitCode.NO_ANSWER if any(found.values()) else ExitCode.OK


def deliver(session: Session, output: options.TextOrJson = "text") -> int:
    """Tell handlers now what waits for them, once, and list what still waits; CI calls it before it ends.

    A sender does so on its own after each look, and tries again for two minutes.

    \b
    gmconfig monitor alerts deliver
    gmconfig -q monitor alerts deliver
    """
    waiting = session.monitor().deliver()
    if output == "json":
        terminal.answer(values.as_json([shown.waiting_record(one) for one in waiting]))
    elif waiting:
        terminal.lines(terminal.table([shown.waiting(one) for one in waiting]))
    else:
        terminal.answer("nothing waits")
    return ExitCode.NO_ANSWER if waiting else ExitCode.OK


def _answered(found: Any, output: str, text: str) -> None:
    terminal.answer(values.as_json(found.as_json()) if output == "json" else text)


def register(app: Any) -> None:
    """Add these verbs."""
    words = group("See, acknowledge and resolve alerts; try the handlers that are told of them.")
    for name, slow, function in (
        ("list", "looking", list_),
        ("show", "looking", show),
        ("ack", "looking", ack),
        ("resolve", "looking", resolve),
        ("test", "delivering", test),
        ("deliver", "delivering", deliver),
    ):
        verb(words, name, slow=slow)(function)
    app.add_typer(words, name="alerts")
