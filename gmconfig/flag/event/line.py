"""The lines of an events file: one JSON object each, in OpenTelemetry's words where it has them."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any, NamedTuple

EVALUATION = "feature_flag.evaluation"
METRIC = "gmconfig.metric"
LOST = "gmconfig.lost"
LARGEST = 1e15
"""The largest value of a metric: squares of it still add up."""

LONGEST = 500
"""How many characters a name may have."""

LONGEST_LINE = 64 * 1024


class Exposure(NamedTuple):
    """Somebody was given a variant. `experiment` and `started` name the run of an experiment that it is part of."""

    time: float
    flag: str
    variant: str | None
    reason: str
    rule: str
    unit: str | None
    environment: str | None = None
    experiment: str | None = None
    started: str | None = None


class Metric(NamedTuple):
    """Somebody did what is measured."""

    time: float
    name: str
    unit: str
    value: float


class Lost(NamedTuple):
    """So many events were not written, because they came faster than the disk takes them."""

    time: float
    events: int


Event = Exposure | Metric | Lost


def written(event: Event) -> str:
    """Give an event's line, without its end."""
    fields = _FIELDS[type(event)](event)
    told = {key: value for key, value in fields.items() if value is not None}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def read(line: bytes) -> Event:
    """Read a line.

    Raises:
        ValueError: it is not an event.
    """
    if len(line) > LONGEST_LINE:
        raise ValueError("the line is too long")
    try:
        found = json.loads(line, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    reader = _READERS.get(str(found.get("event_name"))) if isinstance(found, dict) else None
    if reader is None:
        raise ValueError("no event of ours")
    event: Event = reader(found)
    return event


def _exposure_fields(event: Any) -> dict[str, Any]:
    return {
        "timestamp": _told(event.time),
        "event_name": EVALUATION,
        "feature_flag.key": event.flag,
        "feature_flag.result.variant": event.variant,
        "feature_flag.result.reason": event.reason.lower(),
        "feature_flag.context.id": event.unit,
        "deployment.environment.name": event.environment,
        "gmconfig.rule": event.rule,
        "gmconfig.experiment": event.experiment,
        "gmconfig.experiment.started": event.started,
    }


def _metric_fields(event: Any) -> dict[str, Any]:
    return {
        "timestamp": _told(event.time),
        "event_name": METRIC,
        "gmconfig.metric.name": event.name,
        "gmconfig.metric.value": event.value,
        "feature_flag.context.id": event.unit,
    }


def _lost_fields(event: Any) -> dict[str, Any]:
    return {"timestamp": _told(event.time), "event_name": LOST, "gmconfig.lost.count": event.events}


def _exposure(found: dict[str, Any]) -> Exposure:
    return Exposure(
        _time(found),
        _name(found["feature_flag.key"]),
        _optional(found.get("feature_flag.result.variant")),
        _name(found["feature_flag.result.reason"]).lower(),
        _name(found["gmconfig.rule"]),
        _optional(found.get("feature_flag.context.id")),
        _optional(found.get("deployment.environment.name")),
        _optional(found.get("gmconfig.experiment")),
        _optional(found.get("gmconfig.experiment.started")),
    )


def _metric(found: dict[str, Any]) -> Metric:
    value = found["gmconfig.metric.value"]
    name, unit = _name(found["gmconfig.metric.name"]), _name(found["feature_flag.context.id"])
    return Metric(_time(found), name, unit, number(value))


def _lost(found: dict[str, Any]) -> Lost:
    count = found["gmconfig.lost.count"]
    if type(count) is not int or not 0 <= count < 2**53:
        raise ValueError("no count")
    return Lost(_time(found), count)


def number(value: object) -> float:
    """Give a metric's value.

    Raises:
        ValueError: it is not a number, or too large a one.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        raise ValueError("no number that can be added up")
    return float(value)


_FIELDS = {Exposure: _exposure_fields, Metric: _metric_fields, Lost: _lost_fields}


def _checked(reader: Any) -> Any:
    def checked(found: dict[str, Any]) -> Event:
        try:
            event: Event = reader(found)
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError(f"not as it should be: {error}") from error
        return event

    return checked


_READERS = {EVALUATION: _checked(_exposure), METRIC: _checked(_metric), LOST: _checked(_lost)}


def _told(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _time(found: dict[str, Any]) -> float:
    moment = datetime.fromisoformat(found["timestamp"])
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    seconds = moment.timestamp()
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError("no time that can be")
    return seconds


def _name(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST or not value.isprintable():
        raise ValueError("no name")
    return value


def _optional(value: object) -> str | None:
    return None if value is None else _name(value)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a number")
