"""`gmconfig automation`: rules that act on events and at times, and what they did."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from gmconfig.cli import complete, options, terminal, values
from gmconfig.cli.groups import GROUPS
from gmconfig.cli.patience import waiting
from gmconfig.cli.verb import group, verb
from gmconfig.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from gmconfig.api.automation.automating import Automation, RuleStanding
    from gmconfig.automation.rules.run import Run
    from gmconfig.cli.session import Session

app = group(GROUPS["automation"])

_STYLES = {"succeeded": "green", "failed": "red", "dry run": "yellow", "missed": "yellow"}
_Rules = Annotated[
    list[str] | None,
    typer.Argument(metavar="[RULE…]", help="Only these rules.", autocompletion=complete.rules),
]
_Rule = Annotated[
    str,
    typer.Argument(metavar="RULE", help="A rule's name.", autocompletion=complete.rules, show_default=False),
]
_Offline = Annotated[
    bool, typer.Option("--offline", help="Leave the remote alone: other clones do not see what is claimed.")
]


def list_(
    session: Session, rules: _Rules = None, offline: _Offline = False, output: options.TextOrJson = "text"
) -> None:
    """List the rules: when each comes next, when it ran last, and what came of it.

    \b
    gmconfig automation list
    gmconfig automation list -o json
    """
    found = session.automation(offline=offline).standings(rules or ())
    if output == "json":
        return terminal.answer(values.as_json([one.as_json() for one in found]))
    if not found:
        terminal.note("no rules are declared: automation: {rules: {backup-nightly: }} in gmconfig.yaml")
    return terminal.lines(terminal.table([_row(one) for one in found]))


def show(
    session: Session, rule: _Rule, offline: _Offline = False, output: options.TextOrJson = "text"
) -> None:
    """Show one rule with all that holds for it, defaults filled in, and its last run.

    \b
    gmconfig automation show backup-nightly
    gmconfig automation show backup-nightly -o json
    """
    [found] = session.automation(offline=offline).standings([rule])
    if output == "json":
        return terminal.answer(values.as_json(found.as_json()))
    return terminal.lines(_whole(found))


def run(
    session: Session,
    rules: _Rules = None,
    once: Annotated[bool, typer.Option("--once", help="Run what is due, and end; for cron and CI.")] = False,
    interval: Annotated[
        str, typer.Option("--interval", metavar="TIME", help="How often to look without --once: 30s, 5m.")
    ] = "1m",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done; do, claim and note nothing.")
    ] = False,
    offline: _Offline = False,
    user: options.By = None,
    output: options.TextOrJson = "text",
) -> int:
    """Run the rules that are due: each time of a schedule and each event once, however many runners there are.

    What is due is claimed on a ref, here and at the remote. Times that were missed are one run. Where a rule
    waits for drift or alerts, targets are looked at first. A rule that fails is an alert, and keeps no other
    back; the exit code is that of the worst one. Without --once it goes on until a signal.

    \b
    gmconfig automation run --once
    gmconfig automation run --once --dry-run backup-nightly
    """
    if once or dry_run:
        return _ran_once(session.automation(user, offline=offline), rules or [], output, dry_run=dry_run)
    from gmconfig.cli.deploy.arguments import seconds

    wait = seconds(interval, "--interval 1m")
    if wait <= 0:
        raise UsageError("runs need some time between them", hint="--interval 1m, or --once")
    if rules:
        session.automation(user, offline=offline).standings(rules)  # a slip is told now, not each time
    _run_on(session, rules or [], wait, user, output, offline=offline)
    return ExitCode.OK


def history(
    session: Session,
    rules: _Rules = None,
    limit: Annotated[int, typer.Option("-n", "--limit", metavar="N", min=1, help="How many.")] = 50,
    offline: _Offline = False,
    output: options.TextOrJson = "text",
) -> None:
    """List what rules did, the newest first: as far as this clone's journal tells.

    \b
    gmconfig automation history
    gmconfig automation history backup-nightly -n 5
    """
    found = session.automation(offline=offline).history(rules or ())[:limit]
    if output == "json":
        return terminal.answer(values.as_json([one.as_json() for one in found]))
    if not found:
        terminal.note("no rule has run yet")
    return terminal.lines(terminal.table([_told(one) for one in found]))


verb(app, "list", slow="reading the journal")(list_)
verb(app, "show", slow="reading the journal")(show)
verb(app, "run")(run)
verb(app, "history", slow="reading the journal")(history)


def _ran_once(automation: Automation, names: list[str], output: str, *, dry_run: bool) -> int:
    from gmconfig.automation.rules.run import worst

    with waiting("running rules"):
        found = list(automation.run(names, dry_run=dry_run))
    if output == "json":
        terminal.answer(values.as_json([one.as_json() for one in found]))
    elif found:
        terminal.lines(terminal.table([_told(one, when=False) for one in found]))
    else:
        terminal.lines(["nothing is due"])
    return worst(found)


def _run_on(
    session: Session, names: list[str], interval: float, user: str | None, output: str, *, offline: bool
) -> None:
    """Run what is due again and again, each time by the rules as they are then, until asked to stop."""
    from gmconfig.automation.loop import until_asked_to_stop
    from gmconfig.automation.pace import pause
    from gmconfig.errors import GmconfigError

    terminal.note(f"running what is due every {interval:g} s")
    trouble = ""
    with until_asked_to_stop() as stop:
        while not stop.is_set():
            try:
                automation = session.automation(user, offline=offline)
                automation.stops = stop.is_set
                for one in automation.run(names):
                    _say(one, output)
                    if stop.is_set():
                        return
                trouble = ""
            except GmconfigError as error:
                if str(error) != trouble and not stop.is_set():
                    trouble = str(error)
                    terminal.warning(trouble)
            stop.wait(pause(interval))


def _say(one: Run, output: str) -> None:
    if output == "json":
        return terminal.answer(values.json_line(one.as_json()))
    return terminal.lines(terminal.table([_told(one)]))


def _row(one: RuleStanding) -> list[terminal.Span]:
    return [
        one.rule.name,
        (one.rule.trigger, "dim"),
        one.rule.action,
        _next(one),
        *_last(one),
    ]


def _next(one: RuleStanding) -> terminal.Span:
    if not one.rule.enabled:
        return ("off", "dim")
    if one.running:
        return ("running", "yellow")
    return (f"next {_moment(one.next)}" if one.next else "", "dim")


def _last(one: RuleStanding) -> list[terminal.Span]:
    from gmconfig.cli.deploy.shown import ago

    if one.last is None:
        return [("never ran", "dim")]
    state = str(one.last.get("state"))
    return [
        (f"{state} {ago(str(one.last.get('time')))}", _STYLES.get(state, "")),
        (str(one.last.get("message")) if state == "failed" else "", "red"),
    ]


def _whole(one: RuleStanding) -> Iterator[terminal.Line]:
    from gmconfig.project.span import spelled

    rule, limit = one.rule, one.rule.limit
    yield [(rule.name, "bold"), "" if rule.enabled else "  off"]
    rows: list[tuple[str, str]] = [
        ("on", ", ".join(rule.events)),
        ("schedule", f"{rule.schedule} {rule.timezone or 'UTC'}" if rule.schedule else ""),
        ("next", _moment(one.next)),
        ("if", json.dumps(rule.if_, ensure_ascii=False) if rule.if_ is not None else ""),
        (
            "do",
            rule.action + (f" {json.dumps(rule.arguments, ensure_ascii=False)}" if rule.arguments else ""),
        ),
        ("cooldown", spelled(rule.rest.total_seconds()) if rule.rest else ""),
        ("maximum", f"{limit.runs:,} within {spelled(limit.per.total_seconds())}" if limit else ""),
        ("within", spelled(rule.late.total_seconds()) if rule.late is not None else ""),
        ("dry run", "it only says what it would do" if rule.dry_run else ""),
        ("running", one.running or ""),
        (
            "last",
            "  ".join(str(one.last.get(key)) for key in ("time", "state", "message"))
            if one.last
            else "never ran",
        ),
    ]
    for name, text in rows:
        if text:
            yield [(f"  {name:<9} ", "dim"), text]


def _told(one: Run, *, when: bool = True) -> list[terminal.Span]:
    from gmconfig.cli.deploy.shown import ago

    time: list[terminal.Span] = [(ago(one.time), "dim")] if when else []
    return [*time, one.rule, (str(one.state), _STYLES[one.state]), one.message, (one.subject, "dim")]


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""
