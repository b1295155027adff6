"""Alerts and what becomes of them, as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gmconfig.cli import terminal
from gmconfig.cli.deploy.shown import ago
from gmconfig.spoken import without_address

if TYPE_CHECKING:
    from gmconfig.monitor.alert import Alert
    from gmconfig.monitor.changed import Changed
    from gmconfig.monitor.compliance.score import Score
    from gmconfig.monitor.compliance.status import ComplianceStatus
    from gmconfig.monitor.health import Health
    from gmconfig.monitor.outbox import Message

STYLES = {"critical": "bold red", "error": "red", "warning": "yellow", "info": "dim"}
_RANK = {severity: rank for rank, severity in enumerate(STYLES)}


def alerts(found: Iterable[Alert]) -> Iterator[terminal.Line]:
    """Give alerts one a line, the worst first, then how to go on."""
    listed = sorted(found, key=lambda one: (one.resolved, _RANK[one.severity]))
    yield from terminal.table([_row(one) for one in listed])
    open_ones = [one for one in listed if not one.resolved]
    if open_ones:
        first = open_ones[0]
        yield f"{len(open_ones):,} open"
        if first.hint:
            yield [("  look     ", "dim"), first.hint]
        yield [("  known    ", "dim"), f"gmconfig monitor alerts ack {first.id}"]
        yield [("  resolve  ", "dim"), f"gmconfig monitor alerts resolve {first.id}"]


def _row(one: Alert) -> list[terminal.Span]:
    by = f" by {without_address(one.by)}" if one.by else ""
    state = "" if one.state == "firing" else f"{one.state}{by}"
    style = "dim" if one.resolved else STYLES[one.severity]
    return [
        (one.id, "dim"),
        (str(one.severity), style),
        one.message,
        (ago(one.changed_at), "dim"),
        (state, "dim"),
    ]


def alert(one: Alert) -> Iterator[terminal.Line]:
    """Give one alert with all that is known of it."""
    yield [(one.message, "bold")]
    by = f" by {without_address(one.by)}" if one.by else ""
    reason = f": {one.reason}" if one.reason else ""
    rows = [
        ("alert", one.id),
        ("state", f"{one.state}{by}{reason}{', mute until it clears' if one.muted else ''}"),
        ("severity", str(one.severity)),
        ("kind", str(one.kind)),
        ("rule", one.rule),
        ("about", one.subject),
        ("raised", f"{ago(one.started_at)}" + (f", {one.times:,} times in all" if one.times > 1 else "")),
        ("look", one.hint or ""),
    ]
    for name, text in rows:
        if text:
            yield [(f"  {name:<9} ", "dim"), text]


def tried(name: str, problem: str | None) -> list[terminal.Span]:
    """Give what became of a test alert as a row."""
    return [name, ("did not arrive", "red") if problem else ("arrived", "green"), problem or ""]


def waiting(one: Message) -> list[terminal.Span]:
    """Give a message that waits as a row."""
    return [one.handler, one.alert.message, (f"{one.attempts:,} tries", "dim"), one.error or ""]


def waiting_record(one: Message) -> dict[str, Any]:
    """Give a message that waits as JSON has it."""
    return {
        "id": one.id,
        "handler": one.handler,
        "alert": one.alert.id,
        "attempts": one.attempts,
        "error": one.error,
    }


_HEALTH = {"ok": "green", "warning": "yellow", "error": "red", "unknown": "dim"}
_BARS = "▁▂▃▄▅▆▇█"


def health(found: Iterable[Health]) -> Iterator[terminal.Line]:
    """Give how things are, one a line, then the next steps; of many targets those that are not well."""
    listed, left_out = _worth_showing(list(found))
    rows: list[list[terminal.Span]] = [
        [one.name, (one.state, _HEALTH[one.state]), one.message] for one in listed
    ]
    yield from terminal.table(rows)
    yield from left_out
    hints = list(
        dict.fromkeys(one.hint for one in listed if one.hint and one.state in ("error", "warning", "unknown"))
    )
    for hint in hints[:_STEPS]:
        yield [("  next  ", "dim"), hint]
    if len(hints) > _STEPS:
        yield [("  next  ", "dim"), f"and {len(hints) - _STEPS:,} more"]


_MANY, _STEPS = 20, 8


def _worth_showing(found: list[Health]) -> tuple[list[Health], list[str]]:
    """Give what is shown one by one, and what is said of the other targets."""
    targets = [one for one in found if one.name.startswith("target ")]
    if len(targets) <= _MANY:
        return found, []
    bad = [one for one in targets if one.state != "ok"]
    chosen = {id(one) for one in bad[:_MANY]}
    shown = [one for one in found if id(one) in chosen or not one.name.startswith("target ")]
    left, well = len(bad) - len(chosen), len(targets) - len(bad)
    said = [f"{left:,} more targets are not well: gmconfig monitor status -o json"] * bool(left)
    return shown, said + [f"{well:,} of {len(targets):,} targets are well"] * bool(well)


def compliance(found: ComplianceStatus, environment: str | None) -> Iterator[terminal.Line]:
    """Give the score, what breaks rules, and the trend."""
    if not found.tallies:
        yield "no rule applies; those of your own stand in policies/*.yaml"
        return
    yield _total(found.total)
    for line in found.violations:
        where = f" in {line.environment}" if line.environment else ""
        yield ""
        yield [(str(line.severity), STYLES[line.severity]), f"  {line.rule}  {line.document}{where}"]
        yield from (f"  {message}" for _, message in line.failing)
    yield ""
    if not environment:
        yield from _scores("environment", found.environments)
    yield from _scores("rule", found.rules)
    past = [one.environments.get(environment) if environment else one.score for one in found.trend]
    if any(one is not None for one in past):
        change = f"  {score(past[0])} → {score(past[-1])} over {len(past):,} commits"
        yield [("trend  ", "dim"), _line(past), change]


def _total(total: Score) -> terminal.Line:
    counts = [f"{total.passed:,} of {total.checked:,} checks pass"]
    counts += [f"{total.waived:,} waived"] * bool(total.waived)
    counts += [f"{total.unknown:,} unknown"] * bool(total.unknown)
    return [(score(total.value), "bold"), f"  {', '.join(counts)}"]


def _scores(title: str, scores: Mapping[str, Score]) -> Iterator[terminal.Line]:
    rows: list[list[terminal.Span]] = [
        [(title, "dim"), name or "common", score(one.value), _counted(one)] for name, one in scores.items()
    ]
    yield from terminal.table(rows)


def score(value: float | None) -> str:
    """Give a score as people read it."""
    return "no score" if value is None else f"{value:.1f}"


def _counted(one: Score) -> str:
    said = f"{one.passed:,} of {one.checked:,}"
    return (
        said
        + (f", {one.waived:,} waived" if one.waived else "")
        + (f", {one.unknown:,} unknown" if one.unknown else "")
    )


def _line(past: list[float | None]) -> str:
    return "".join("·" if one is None else _BARS[min(7, int(one / 12.5))] for one in past)


def change(one: Changed) -> list[terminal.Span]:
    """Give a configuration change as a row."""
    return [(one.commit[:7], "dim"), one.document, one.environment or "common", one.author, one.subject]


def event(found: Mapping[str, Any]) -> terminal.Line:
    """Give an event of the journal on one line."""
    time = str(found.get("time", ""))[:19].replace("T", " ")
    kind = str(found.get("kind"))
    if kind == "alert":
        severity = str(found.get("severity") or "")
        said = str(found.get("message") or f"alert {found.get('id')}")
        return [
            (f"{time}  ", "dim"),
            (f"{found.get('to')}  ", STYLES.get(severity, "")),
            f"{severity}  {said}".strip(),
        ]
    left_out = ("time", "kind", "detections", "ids")
    words = [f"{key}={value}" for key, value in sorted(found.items()) if key not in left_out and value]
    many = found.get("detections") or found.get("ids")
    count = f"{len(many):,}" if isinstance(many, list) else ""
    return [(f"{time}  ", "dim"), f"{kind}  ", " ".join(filter(None, [count, *words]))]
