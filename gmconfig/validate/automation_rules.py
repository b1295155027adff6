"""What no shape shows of the rules below `automation:`: times, conditions, events, what is missing."""

from __future__ import annotations

from gmconfig.path import Keys, did_you_mean, nearest
from gmconfig.path.name_glob import is_named
from gmconfig.project.shape import Problem
from gmconfig.validate.automation_names import unknown_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

READY: dict[str, dict[str, object]] = {
    "correct-drift": {"on": "drift.detected", "do": "correct-drift"},
    "backup-before-deployment": {
        "on": "deployment.before",
        "if": {"!=": [{"var": "action"}, "correct"]},
        "do": "backup",
    },
    "backup-nightly": {"schedule": "30 2 * * *", "do": "backup"},
    "rotate-due": {"schedule": "0 9 * * MON-FRI", "do": "rotate-due"},
    "validate-fetched": {"on": "config.fetched", "do": "validate"},
}
"""Rules that need nothing but their name; what is said beside it wins."""

EVENTS = (
    "agent.following", "agent.held-back", "agent.activating", "agent.behind", "agent.drifted", "agent.failed",
    "agent.in-sync", "agent.restored", "agent.unknown",
    "alert.acknowledged", "alert.firing", "alert.resolved",
    "automation.dry-run", "automation.failed", "automation.missed", "automation.succeeded",
    "backup.created", "backup.drilled", "backup.pinned", "backup.pruned", "backup.unpinned", "backup.verified",
    "config.changed", "config.fetched", "config.reload-failed",
    "deployment.aborted", "deployment.before", "deployment.failed", "deployment.partial",
    "deployment.restore-failed", "deployment.restored", "deployment.succeeded", "deployment.superseded",
    "drift.acknowledged", "drift.detected", "drift.resolved",
    "secret.overdue", "secret.rotated",
)  # fmt: skip
"""The kinds of events that a rule can wait for, the parts of each between dots."""

NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}
_FIELDS = "minute hour day month weekday, such as 30 2 * * *"


def problems(
    rules: Mapping[str, object], environments: Collection[str] = (), targets: Collection[str] = ()
) -> Iterator[Problem]:
    """Yield what is wrong with rules whose shape is right, each at its path below `rules`."""
    for name, entry in rules.items():
        said = {key: value for key, value in (entry or {}).items() if value is not None}  # type: ignore[attr-defined]
        yield from rule_problems(name, said)
        yield from unknown_names(said.get("do"), (name, "do"), environments, targets)


def rule_problems(name: str, said: Mapping[str, object]) -> Iterator[Problem]:
    """Yield what is wrong with one rule; paths begin with its name."""
    whole = completed(name, said)
    yield from _lacking(name, whole)
    yield from _times((name,), whole)
    for keys, pattern in _patterns((name, "on"), whole.get("on")):
        yield from _unheard(keys, pattern)
    if "if" in whole:
        yield from logic_problems(whole["if"], (name, "if"))


def completed(name: str, said: Mapping[str, object]) -> dict[str, object]:
    """Give what a rule says with what the ready one of its name says; one trigger takes the other's place."""
    ready = dict(READY.get(name, {}))
    if "on" in said or "schedule" in said:
        for key in ("on", "schedule"):
            ready.pop(key, None)
    if "do" in said or "on" in said or "schedule" in said:
        ready.pop("if", None)
    return {**ready, **said}


def matches(pattern: str, kind: str) -> bool:
    """Whether a glob means a kind of event: `drift.*`, `*.failed`, `**`."""
    return is_named(kind, (pattern,))


def _lacking(name: str, whole: Mapping[str, object]) -> Iterator[Problem]:
    if "do" not in whole:
        near = nearest(name, tuple(READY))
        hint = f'did you mean the ready rule "{near}"?' if near else "do: backup, or another action"
        yield Problem((name,), '"do" is missing', hint=hint, at_key=True)
        return
    if _names_no_program(whole.get("do")):
        yield Problem(
            (name, "do", "command"), "a command has at least one word", hint="command: [program, argument]"
        )
    triggers = [key for key in ("on", "schedule") if whole.get(key)]
    if len(triggers) != 1:
        message = "a rule has either on: or schedule:"
        yield Problem((name,), message, hint="on: drift.detected, or schedule: 30 2 * * *", at_key=True)


def _names_no_program(do: object) -> bool:
    if do == "command":
        return True
    given = do.get("command") if isinstance(do, dict) and "command" in do else ["given"]
    words = given.get("run") if isinstance(given, dict) else given
    return not words


def _times(keys: Keys, whole: Mapping[str, object]) -> Iterator[Problem]:
    if "schedule" in whole:
        yield from _cron((*keys, "schedule"), str(whole["schedule"]))
        yield from _zone((*keys, "timezone"), str(whole.get("timezone", "UTC")))
        return
    for key in ("timezone", "within"):
        if key in whole:
            yield Problem((*keys, key), f'"{key}" belongs to a schedule', at_key=True)


def _cron(keys: Keys, text: str) -> Iterator[Problem]:
    from datetime import UTC, datetime

    from cronsim import CronSim, CronSimError

    fields = NICKNAMES.get(text, text)
    try:
        if len(fields.split()) != 5:
            raise CronSimError("it does not have five fields")
        next(CronSim(fields, datetime(2024, 1, 1, tzinfo=UTC)))
    except StopIteration:
        yield Problem(keys, f'"{text}" never comes')
    except (CronSimError, AssertionError, ValueError, OverflowError) as error:
        why = str(error).replace("Bad", "its field is bad:") or "it makes no sense"
        yield Problem(keys, f'"{text}" is not a schedule: {why[0].lower()}{why[1:]}', hint=_FIELDS)


def _zone(keys: Keys, text: str) -> Iterator[Problem]:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError, RecursionError):
        yield Problem(keys, f'no time zone named "{text}"', hint="a name such as Europe/Zurich or UTC")


def _patterns(keys: Keys, value: object) -> Iterator[tuple[Keys, str]]:
    if isinstance(value, str):
        yield keys, value
    elif isinstance(value, list | tuple):
        yield from (((*keys, index), str(text)) for index, text in enumerate(value))


def _unheard(keys: Keys, pattern: str) -> Iterator[Problem]:
    if any(matches(pattern, kind) for kind in EVENTS):
        return
    hint = did_you_mean(pattern, EVENTS, "drift.detected, deployment.failed, alert.firing, …")
    yield Problem(keys, f'nothing is ever told as "{pattern}"', hint=hint)


def logic_problems(rule: object, keys: Keys) -> Iterator[Problem]:
    """Yield what is wrong with a JsonLogic rule at a path."""
    from gmconfig.flag.logic.compiler import Compiler

    try:
        Compiler().compile(rule)
    except RecursionError as error:
        yield Problem(keys, str(error))
        return
    except (ValueError, TypeError, KeyError, IndexError) as error:
        yield Problem(keys, f"that is not JsonLogic: {error}")
        return
    yield from _operations(rule, keys)


def _operations(rule: object, keys: Keys) -> Iterator[Problem]:
    """Yield the operators that do not exist, in a rule and in everything below it."""
    from gmconfig.flag.logic.operators import OPERATORS
    from gmconfig.flag.logic.special import SPECIAL

    known = (*OPERATORS, *SPECIAL)
    rest: list[tuple[object, Keys]] = [(rule, keys)]
    while rest:
        part, at = rest.pop()
        if isinstance(part, list):
            rest.extend((item, (*at, index)) for index, item in enumerate(part))
        elif isinstance(part, dict):
            if len(part) != 1:
                yield Problem(
                    at, "an operation of JsonLogic is a map of one key", hint='{"==": [{"var": "a"}, 1]}'
                )
                continue
            name, arguments = next(iter(part.items()))
            rest.append((arguments, (*at, name)))
            if name not in known:
                hint = did_you_mean(str(name), known)
                yield Problem((*at, name), f'no operator named "{name}"', hint=hint, at_key=True)
