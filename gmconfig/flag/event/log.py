"""What a program tells about its users: who was given which variant, and what they did then."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from gmconfig.flag.event.line import LONGEST, Exposure, Metric, number
from gmconfig.flag.event.memory import Memory
from gmconfig.flag.event.room import MOST_BYTES
from gmconfig.flag.event.writer import Writer
from gmconfig.log import logger

if TYPE_CHECKING:
    from gmconfig.flag.flagd.decision import Decision

log = logger("flag")

EXPERIMENT, STARTED, UNIT = "experiment", "experiment_started", "experiment_unit"
"""The metadata of a compiled flag that says which experiment runs on it, and which attribute is its unit."""

REMEMBERED = 100_000
"""How many exposures a process remembers in order not to tell them again."""

_HOUR = 3600


class EventLog:
    """Writes exposures and metrics as JSON lines to a folder, or keeps them; needs neither a repository nor a key.

    Each unit's first exposure to a variant is told once an hour by each process. Any number of threads and
    processes may share a folder; nothing here ever raises, waits, or grows without bounds.

    Args:
        folder: where the events go; made when the first one comes. None keeps the last ones in `memory`.
        environment: is told with each exposure.
        most_bytes: what all files of the folder may come to; what is beyond is counted as lost.
        clock: gives the time in seconds since 1970, for tests.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] | None,
        environment: str | None = None,
        *,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder = None if folder is None else os.fspath(folder)
        self.environment = environment
        self.memory = Memory() if self.folder is None else None
        self._clock = clock
        self._writer = self.memory or Writer(str(self.folder), most_bytes=most_bytes)
        self._seen: set[tuple[Any, ...]] = set()
        self._flags: object = None
        self._until = 0.0

    def exposed(
        self,
        decision: Decision,
        user: str | None,
        context: Mapping[str, Any] | None = None,
        flags: object = None,
    ) -> None:
        """Tell a decision, unless it was told already; another set of `flags` begins anew.

        `context` holds the user's attributes, where the flag splits by another one than the user's key.
        """
        by = decision.metadata.get(UNIT)
        unit = user if by is None else _attribute(context, str(by))
        seen = (decision.flag, unit, decision.variant, decision.rule)
        try:
            if seen in self._seen and flags is self._flags and self._clock() < self._until:
                return
            self._first(seen, decision, unit, flags)
        except TypeError:  # a user who is not text, nor anything that can be told apart
            log.debug("no exposure of %s: its user cannot be told apart", decision.flag)

    def track(self, metric: str, user: str, value: float = 1.0) -> None:
        """Tell that a user did what is measured, once or for a `value`; `user` is the unit that flags split by."""
        try:
            told = number(value)
        except ValueError as error:
            log.warning("metric %r of %r is not told: %s", metric, value, error)
            return
        if not isinstance(metric, str) or not 0 < len(metric) <= LONGEST or not metric.isprintable():
            log.warning("a metric named %r is not told", metric)
            return
        now = self._clock()
        self._writer.put(lambda hashed: Metric(now, metric, hashed(str(user)), told))

    def flush(self) -> None:
        """Return when everything is written."""
        self._writer.flush()

    def close(self) -> None:
        """Write everything, and let go of the file; a process that ends does so by itself."""
        self._writer.close()

    def __enter__(self) -> EventLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _first(self, seen: tuple[Any, ...], decision: Decision, unit: str | None, flags: object) -> None:
        now = self._clock()
        if flags is not self._flags or now >= self._until or len(self._seen) >= REMEMBERED:
            self._seen, self._flags, self._until = set(), flags, (now // _HOUR + 1) * _HOUR
        self._seen.add(seen)
        environment = self.environment
        self._writer.put(lambda hashed: _exposure(now, decision, unit and hashed(str(unit)), environment))


def _exposure(now: float, decision: Decision, unit: str | None, environment: str | None) -> Exposure:
    told = decision.metadata
    return Exposure(
        now,
        decision.flag,
        decision.variant,
        str(decision.reason).lower(),
        decision.rule,
        unit,
        environment,
        _text(told.get(EXPERIMENT)),
        _text(told.get(STARTED)),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _attribute(context: Mapping[str, Any] | None, path: str) -> str | None:
    """Give what a user's attribute says, along a path such as `company.id`."""
    found: Any = context
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return None if found is None else str(found)
