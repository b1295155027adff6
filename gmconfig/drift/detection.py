"""Drift over time, as the journal has it: detected, acknowledged, gone. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from gmconfig.drift.telling import has_secret, told
from gmconfig.target.marker import value_digest
from gmconfig.target.rendering.leaves import revealed

if TYPE_CHECKING:
    from gmconfig.drift.difference import Difference
    from gmconfig.drift.standing import Standing
    from gmconfig.target.marker import Marker

DETECTED, RESOLVED, ACKNOWLEDGED = "drift-detected", "drift-resolved", "drift-acknowledged"
KINDS = (DETECTED, RESOLVED, ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody's word that a drift is known: by whom, why, and until which day (None: until it is gone)."""

    by: str
    reason: str
    until: str | None = None

    def holds(self, today: date) -> bool:
        """Whether it counts on a day."""
        return self.until is None or today.isoformat() <= self.until


@dataclass(frozen=True, slots=True)
class DriftDetection:
    """One path on one target where live is not what was put there.

    Attributes:
        id: the same for the same path on the same target, whenever it drifts.
        environment, target, document, path: where.
        wanted, live: both values; None where there is none, secrets masked.
        kind: `~` changed, `-` live has it and nothing put it there, `+` it was put there and is gone.
        record: the deployment that put there what is not there any more.
        detected_at, resolved_at: when it was first seen, and when it was seen to be gone; ISO 8601.
        acknowledged: somebody's word that it is known.
        live_digest: the HMAC of a live value that is masked, so that another one is told from it.
    """

    id: str
    environment: str
    target: str
    document: str
    path: str
    wanted: object = None
    live: object = None
    kind: str = "~"
    record: str = ""
    detected_at: str = ""
    resolved_at: str | None = None
    acknowledged: Acknowledgement | None = None
    live_digest: str = field(default="", repr=False)

    @property
    def resolved(self) -> bool:
        """Whether it is gone."""
        return self.resolved_at is not None

    def is_as(self, known: DriftDetection) -> bool:
        """Whether it is what was seen before and has not gone since, with the same values."""
        mine = self.wanted, self.live, self.kind, self.live_digest
        return not known.resolved and mine == (known.wanted, known.live, known.kind, known.live_digest)

    def counts(self, today: date) -> bool:
        """Whether it is there and nobody has acknowledged it."""
        return not self.resolved and not (self.acknowledged and self.acknowledged.holds(today))


def detections(standing: Standing) -> Iterator[DriftDetection]:
    """Yield what has drifted on a target, as it is seen now."""
    marker = standing.live.marker if standing.live else None
    put = standing.lost or marker
    for difference in standing.drift:
        said = told(difference)
        yield DriftDetection(
            identify(standing.target.name, difference),
            standing.target.environment,
            standing.target.name,
            difference.document,
            difference.path,
            said.get("wanted"),
            said.get("live", said.get("problem")),
            difference.change.kind,
            put.record if put else "",
            live_digest=_digest(difference, marker),
        )


def _digest(difference: Difference, marker: Marker | None) -> str:
    """Give a digest of what is live where that is not shown; its key is the marker's alone."""
    if marker is None or difference.problem or not has_secret(difference.live):
        return ""
    return value_digest(marker.key, revealed(difference.live, flat=False))


def identify(target: str, difference: Difference) -> str:
    """Give the id of a drift."""
    text = "\0".join((target, difference.document, difference.path))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def told_by(events: Iterable[Mapping[str, Any]]) -> dict[str, DriftDetection]:
    """Give every drift that the journal tells of, by id, in its last state; what makes no sense is passed over."""
    found: dict[str, DriftDetection] = {}
    for event in events:
        kind, time = event.get("kind"), str(event.get("time", ""))
        if kind == DETECTED:
            seen = _seen(event.get("detections"), time)
            found.update((one.id, one) for one in seen if one.id not in found or not one.is_as(found[one.id]))
        elif kind in (RESOLVED, ACKNOWLEDGED):
            for name in _names(event.get("ids")):
                if name in found:
                    found[name] = _moved(found[name], event, time)
    return found


def _moved(one: DriftDetection, event: Mapping[str, Any], time: str) -> DriftDetection:
    if event["kind"] == RESOLVED:
        return one if one.resolved else replace(one, resolved_at=time)
    until = event.get("until")
    word = Acknowledgement(
        str(event.get("by", "")), str(event.get("reason", "")), str(until) if until else None
    )
    return replace(one, acknowledged=word)


def _seen(listed: object, time: str) -> Iterator[DriftDetection]:
    for said in listed if isinstance(listed, list) else ():
        if isinstance(said, dict) and all(isinstance(said.get(name), str) for name in _TEXTS):
            known: dict[str, Any] = {name: said.get(name) for name in (*_TEXTS, "wanted", "live")}
            known["live_digest"] = str(said.get("live_digest", ""))
            yield replace(DriftDetection("", "", "", "", ""), **known, detected_at=time)


_TEXTS = ("id", "environment", "target", "document", "path", "kind", "record")


def _names(listed: object) -> list[str]:
    return [str(name) for name in listed] if isinstance(listed, list) else []
