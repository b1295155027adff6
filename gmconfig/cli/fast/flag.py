"""`flag eval`, behind the words: without typer, because scripts run it by the thousand."""

from __future__ import annotations

from gmconfig.cli import terminal
from gmconfig.errors import ExitCode, NotFound, UsageError

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from gmconfig.api import Decision
    from gmconfig.cli.session import Session

    Ask = Callable[..., Decision]


def evaluate(
    session: Session,
    name: str,
    *,
    user: str | None = None,
    context: Sequence[str] = (),
    default: str | None = None,
    kind: str = "",
    batch: bool = False,
    file: str = "",
    bucketing: str | None = None,
    environment: str | None = None,
    at: str | None = None,
    output: str = "text",
) -> int:
    """Say what a user gets, and give the exit code."""
    from gmconfig.cli import prompt, values

    ask = _file(session, file, bucketing) if file else session.flags(environment, at=at).evaluate_feature
    fallback = None if default is None else prompt.as_yaml(default)
    wanted = {"default": fallback, "kind": _kind(kind)}
    if batch:
        return _batch(ask, name, wanted)
    decision = ask(name, user, _context(session, context), **wanted)
    if output == "json":
        terminal.answer(values.as_json(record(decision)))
    elif decision.error_code == "FLAG_NOT_FOUND":
        raise NotFound(decision.error_message or "", hint=_meant(session, name, file, at))
    else:
        terminal.lines(_lines(decision))
        _lead_on(decision, environment)
    return ExitCode.NO_ANSWER if decision.error_code else ExitCode.OK


def record(decision: Decision) -> dict[str, Any]:
    """Give a decision as JSON has it."""
    return {
        "flag": decision.flag,
        "value": decision.value,
        "variant": decision.variant,
        "reason": str(decision.reason),
        "rule": decision.rule,
        "errorCode": str(decision.error_code) if decision.error_code else None,
        "errorMessage": decision.error_message,
        "flagMetadata": dict(decision.metadata),
    }


def _file(session: Session, file: str, bucketing: str | None) -> Ask:
    from gmconfig.cli.flag.arguments import content, known_bucketing
    from gmconfig.flag.flagd.bucketing import of_file
    from gmconfig.flag.flagd.flag_set import FlagSet

    known_bucketing(bucketing)
    flags = content(session, file)
    return FlagSet(flags, of_file(flags, bucketing)).evaluate


def _meant(session: Session, name: str, file: str | None, at: str | None) -> str:
    """Give the flag that a slip most likely means, where flags are the repository's."""
    from gmconfig.path.nearest import nearest

    near = (
        None
        if file
        else nearest(name, [flag.name for flag in session.flags(None, at=at).list_feature_flags()])
    )
    return f'did you mean "{near}"?' if near else "gmconfig flag list"


def _kind(text: str) -> Any:
    from gmconfig.flag.flagd.kind import Kind

    if text and text not in list(Kind):
        raise UsageError(f'"{text}" is not a type', hint=f"one of: {', '.join(Kind)}")
    return Kind(text) if text else None


def _context(session: Session, given: Sequence[str]) -> dict[str, Any]:
    from gmconfig.cli import prompt

    found: dict[str, Any] = {}
    for text in given:
        key, sign, value = text.partition("=")
        if text.startswith("@"):
            from gmconfig.cli.flag.arguments import read_text

            found |= _json_map(read_text(session, text[1:]), f'"{text}"')
        elif sign and key:
            found[key] = prompt.as_yaml(value)
        else:
            raise UsageError(
                f'"{text}" is not a context', hint="--context plan=pro, or --context @context.json"
            )
    return found


def _json_map(text: str, source: str) -> dict[str, Any]:
    from gmconfig.storage.bounds import read_json

    try:
        found = read_json(text)
    except (ValueError, RecursionError) as error:
        what = getattr(error, "msg", None) or str(error)  # a JSONDecodeError's own, without its "line 1"
        raise UsageError(f"{source} is not JSON: {what[:1].lower()}{what[1:]}") from error
    if not isinstance(found, dict):
        raise UsageError(f"{source} is not a map")
    return found


def _batch(ask: Ask, name: str, wanted: dict[str, Any]) -> int:
    """Answer line by line; one process for as many users as there are."""
    import sys

    from gmconfig.cli import values

    failed = False
    for number, line in enumerate(sys.stdin, 1):
        if line.strip():
            context = _json_map(line, f"line {number} of stdin")
            user = context.pop("targetingKey", None)
            decision = ask(name, user, context, **wanted)
            failed = failed or decision.error_code is not None
            terminal.answer(values.json_line(record(decision)))
    return ExitCode.NO_ANSWER if failed else ExitCode.OK


def _lead_on(decision: Decision, environment: str | None) -> None:
    """Say what to tell of a user without which nobody can be told apart."""
    _, lacks, key = decision.rule.rpartition("no ")
    if lacks and decision.reason == "DEFAULT":
        from shlex import quote

        option = "--user USER" if key == "targetingKey" else f"--context {quote(key)}=VALUE"
        where = f" -e {quote(environment)}" if environment else ""
        command = f"gmconfig flag eval {quote(decision.flag)} {option}{where}"
        terminal.hint(f"users are told apart by {key}: {command}")


def _lines(decision: Decision) -> list[terminal.Line]:
    from gmconfig.cli import values

    rows: list[terminal.Line] = [
        [(values.inline(decision.value), "green"), f"   {decision.variant or '(your default)'}"]
    ]
    rows.append(f"  {decision.reason}, decided by {decision.rule}")
    if decision.error_code:
        rows.append([(f"  {decision.error_code}: {decision.error_message}", "red")])
    return rows
