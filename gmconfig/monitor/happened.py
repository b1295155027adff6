"""What the journal's events mean for alerts: the last word on each deployment, secret, document and backup. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from gmconfig.drift import detection
from gmconfig.finding import Severity
from gmconfig.monitor.alert import Kind
from gmconfig.monitor.condition import Condition
from gmconfig.monitor.damaged import damaged
from gmconfig.spoken import without_address

FRESH = timedelta(hours=24)
"""How long something that just happened is told of."""

RULES = (
    "deployment-failed", "deployment-partial", "deployed", "drift", "secret-rotated", "secret-overdue",
    "reload-failed", "backup-damaged",
)  # fmt: skip
"""The rules that this module looks at."""

_FAILED = {
    "restore_failed": (Severity.CRITICAL, "failed and left something changed"),
    "failed": (Severity.CRITICAL, "failed"),
    "restored": (Severity.ERROR, "failed and was taken back"),
    "aborted": (Severity.WARNING, "was aborted"),
}


def conditions(
    events: Iterable[Mapping[str, Any]], now: datetime, declared: Collection[str] | None = None
) -> Iterator[Condition]:
    """Yield what holds now by the journal; drift only of the targets that are `declared`, where that is known."""
    listed = list(events)
    yield from _deployments(listed, now)
    yield from _drift(listed, now.date(), declared)
    yield from _secrets(listed, now)
    yield from _reloads(listed, now)
    yield from _backups(listed)


def is_fresh(time: object, now: datetime) -> bool:
    """Whether something happened within the last day."""
    moment = moment_of(time)
    return moment is not None and now - moment < FRESH


def moment_of(time: object) -> datetime | None:
    """Read a moment as events write it; None where it is none."""
    try:
        return datetime.fromisoformat(str(time)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _deployments(events: list[Mapping[str, Any]], now: datetime) -> Iterator[Condition]:
    last = {str(event.get("environment")): event for event in events if event.get("kind") == "deployment"}
    for environment, event in last.items():
        state, name = str(event.get("state")), str(event.get("id"))
        where = {"environment": environment, "occurrence": name, "hint": f"gmconfig deploy show {name}"}
        if state in _FAILED:
            severity, words = _FAILED[state]
            error = f": {event['error']}" if event.get("error") else ""
            yield Condition(
                "deployment-failed", environment, Kind.CHANGE, severity, f"{name} {words}{error}", **where
            )
        elif state == "partial":
            message = f"{name} reached some targets only"
            yield Condition(
                "deployment-partial", environment, Kind.CHANGE, Severity.WARNING, message, **where
            )
        elif state == "succeeded" and is_fresh(event.get("time"), now):
            message = f"{name} was deployed{_by(event)}"
            yield Condition("deployed", environment, Kind.CHANGE, Severity.INFO, message, **where)


def _drift(
    events: list[Mapping[str, Any]], today: date, declared: Collection[str] | None
) -> Iterator[Condition]:
    found: dict[str, list[detection.DriftDetection]] = {}
    for one in detection.told_by(events).values():
        if one.counts(today) and (declared is None or one.target in declared):
            found.setdefault(one.target, []).append(one)
    for target, drifts in found.items():
        first = min(drifts, key=lambda one: (one.document, one.path))
        more = f" and {len(drifts) - 1:,} more" if len(drifts) > 1 else ""
        what = f"{first.document} {first.path}".rstrip() + more
        yield Condition(
            "drift", target, Kind.DRIFT, Severity.ERROR,
            f"{what} on {target} was changed outside gmconfig",
            hint=f"gmconfig drift detect {target}",
            environment=first.environment,
            config_name=first.document if len({one.document for one in drifts}) == 1 else None,
            target=target,
            occurrence="+".join(sorted(f"{one.id}@{one.detected_at}" for one in drifts)),
        )  # fmt: skip


def _secrets(events: list[Mapping[str, Any]], now: datetime) -> Iterator[Condition]:
    overdue: dict[tuple[str, str], Mapping[str, Any]] = {}
    rotated: dict[tuple[str, str], Mapping[str, Any]] = {}
    for event in events:
        key = (str(event.get("secret")), str(event.get("environment") or "common"))
        if event.get("kind") == "secret-overdue":
            overdue[key] = event
        elif event.get("kind") == "secret-rotated":
            overdue.pop(key, None)
            rotated[key] = event
    yield from (_overdue(*key, event) for key, event in overdue.items())
    yield from (_rotated(*key, event) for key, event in rotated.items() if is_fresh(event.get("time"), now))


def _overdue(name: str, environment: str, event: Mapping[str, Any]) -> Condition:
    return Condition(
        "secret-overdue", f"{environment}/{name}", Kind.SECURITY, Severity.WARNING,
        str(event.get("message") or f'secret "{name}" is overdue'),
        hint=f"gmconfig secret rotate {name}" + (f" -e {environment}" if environment != "common" else ""),
        environment=environment,
        occurrence=str(event.get("message") or ""),
    )  # fmt: skip


def _rotated(name: str, environment: str, event: Mapping[str, Any]) -> Condition:
    return Condition(
        "secret-rotated", f"{environment}/{name}", Kind.SECURITY, Severity.INFO,
        f'secret "{name}" of {environment} was rotated {_how(event)}',
        hint="gmconfig secret audit",
        environment=environment,
        occurrence=str(event.get("commit") or event.get("time")),
    )  # fmt: skip


def _reloads(events: list[Mapping[str, Any]], now: datetime) -> Iterator[Condition]:
    last: dict[tuple[str, str], Mapping[str, Any]] = {}
    for event in events:
        if event.get("kind") == "reload-failed" and is_fresh(event.get("time"), now):
            last[(str(event.get("document")), str(event.get("environment") or "common"))] = event
    for (document, environment), event in last.items():
        yield Condition(
            "reload-failed", f"{document}/{environment}", Kind.CHANGE, Severity.ERROR,
            f"{document} was not reloaded, the last good values stay: {event.get('message')}",
            hint="gmconfig validate",
            environment=None if environment == "common" else environment,
            config_name=document,
            occurrence=str(event.get("message")),
        )  # fmt: skip


def _backups(events: list[Mapping[str, Any]]) -> Iterator[Condition]:
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for (place, name), event in damaged(events).items():
        found.setdefault(place, {})[name] = event
    for where, bad in found.items():
        name = max(bad)  # ids begin with their time: the newest is what somebody would restore
        problems = bad[name].get("problems")
        why = f": {problems[0]}" if isinstance(problems, list) and problems else ""
        more = f"; {len(bad) - 1:,} more are not either" if len(bad) > 1 else ""
        yield Condition(
            "backup-damaged", where, Kind.SECURITY, Severity.CRITICAL, f"backup {name} is not good{why}{more}",
            hint=f"gmconfig backup verify {name} --read-data",
            occurrence="+".join(sorted(bad)),
        )  # fmt: skip


def _by(event: Mapping[str, Any]) -> str:
    who = without_address(str(event.get("by") or ""))
    return f" by {who}" if who else ""


def _how(event: Mapping[str, Any]) -> str:
    by = str(event.get("by") or "")
    return by if by.startswith("by ") else f"({by})" if by else ""
