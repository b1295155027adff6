"""The database of events: exposures, metrics, and each experiment's users with the variant that they first had."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import fsum
from typing import NamedTuple

from gmconfig.errors import GmconfigError, Refused
from gmconfig.flag.event.line import Event, Exposure, Lost, Metric
from gmconfig.flag.experiment.mean import Mean
from gmconfig.flag.experiment.proportion import Proportion
from gmconfig.storage.files import make_folders

FORM = 1
_TABLES = """
CREATE TABLE file (name TEXT PRIMARY KEY, position INTEGER, lines INTEGER, malformed INTEGER, lost INTEGER);
CREATE TABLE exposure (flag TEXT, environment TEXT, variant TEXT, reason TEXT, rule TEXT, unit TEXT, time REAL);
CREATE INDEX exposure_of ON exposure (flag, time);
CREATE TABLE assignment (
    experiment TEXT, started TEXT, environment TEXT, unit TEXT, variant TEXT, first REAL, mixed INTEGER,
    PRIMARY KEY (experiment, started, environment, unit)
) WITHOUT ROWID;
CREATE TABLE metric (name TEXT, unit TEXT, time REAL, value REAL);
CREATE INDEX metric_of ON metric (name, unit);
"""
_ASSIGN = """
INSERT INTO assignment VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET
    mixed = mixed OR variant <> excluded.variant,
    variant = CASE WHEN excluded.first < first THEN excluded.variant ELSE variant END,
    first = min(first, excluded.first)
"""
_TOTALS = """
SELECT a.variant, sum(m.value), max(m.value <> 0) FROM assignment a JOIN metric m ON m.unit = a.unit
WHERE a.experiment = ? AND a.started = ? AND a.environment = ? AND NOT a.mixed
    AND m.name = ? AND m.time >= a.first AND m.time < ?
GROUP BY a.unit
"""
_CONTRADICTS = "it contradicts itself"
_ASSIGNED_BY = "rollout"
"""Only the split assigns at random; who is listed by name, or falls under a rule, is not part of an experiment."""


class Position(NamedTuple):
    """How far a file of events has been read."""

    position: int = 0
    lines: int = 0
    malformed: int = 0
    lost: int = 0


class Run(NamedTuple):
    """One run of an experiment in one environment."""

    experiment: str
    started: str
    environment: str


class Store:
    """An SQLite file, or `:memory:`; one process writes, others may read meanwhile."""

    def __init__(self, path: str) -> None:
        self.path = path
        make_folders(path.rpartition("/")[0])
        with converted(path):
            self._database = sqlite3.connect(path, isolation_level=None, timeout=30)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._set_up()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep everything that is written within, or nothing."""
        with converted(self.path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def position(self, file: str) -> Position:
        """Say how far a file has been read."""
        columns = "position, lines, malformed, lost"
        row = self._database.execute(f"SELECT {columns} FROM file WHERE name = ?", (file,)).fetchone()  # noqa: S608
        return Position(*row) if row else Position()

    def move(self, file: str, to: Position) -> None:
        """Remember how far a file has been read."""
        self._database.execute("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?)", (file, *to))

    def forget(self, file: str) -> None:
        """Forget a file that is gone."""
        self._database.execute("DELETE FROM file WHERE name = ?", (file,))

    def add(self, events: Iterable[Event]) -> int:
        """Add events; give how many the writers had to drop."""
        exposures: list[tuple[object, ...]] = []
        assigned: list[tuple[object, ...]] = []
        metrics: list[tuple[object, ...]] = []
        lost = 0
        for event in events:
            if isinstance(event, Exposure):
                exposures.append(_exposure_row(event))
                assigned.extend(_assignment_rows(event))
            elif isinstance(event, Metric):
                metrics.append((event.name, event.unit, event.time, event.value))
            elif isinstance(event, Lost):
                lost += event.events
        self._database.executemany("INSERT INTO exposure VALUES (?, ?, ?, ?, ?, ?, ?)", exposures)
        self._database.executemany(_ASSIGN, assigned)
        self._database.executemany("INSERT INTO metric VALUES (?, ?, ?, ?)", metrics)
        return lost

    def drop_before(self, moment: float) -> int:
        """Remove what is older; give how many events that were."""
        return sum(
            self._database.execute(f"DELETE FROM {table} WHERE {column} < ?", (moment,)).rowcount  # noqa: S608
            for table, column in (("exposure", "time"), ("metric", "time"), ("assignment", "first"))
        )

    # Asking

    def exposures(
        self, flag: str, environment: str | None, since: float, until: float
    ) -> list[tuple[int, str | None, str, int]]:
        """Count users by hour (in seconds since 1970), variant and reason; None means every environment."""
        return self._database.execute(
            "SELECT CAST(time / 3600 AS INTEGER) * 3600 AS hour, variant, reason, count(DISTINCT ifnull(unit, ''))"
            " FROM exposure WHERE flag = ? AND time >= ? AND time < ? AND (? IS NULL OR environment = ?)"
            " GROUP BY hour, variant, reason ORDER BY hour, variant, reason",
            (flag, since, until, environment, environment),
        ).fetchall()

    def users(
        self, flag: str, environment: str | None, since: float, until: float
    ) -> list[tuple[str | None, str, int]]:
        """Count users by variant and reason over the whole time."""
        return self._database.execute(
            "SELECT variant, reason, count(DISTINCT ifnull(unit, '')) FROM exposure"
            " WHERE flag = ? AND time >= ? AND time < ? AND (? IS NULL OR environment = ?)"
            " GROUP BY variant, reason ORDER BY 3 DESC, variant, reason",
            (flag, since, until, environment, environment),
        ).fetchall()

    def environments(self, experiment: str, started: str) -> list[str]:
        """Give where an experiment was seen."""
        rows = self._database.execute(
            "SELECT DISTINCT environment FROM assignment WHERE experiment = ? AND started = ? ORDER BY 1",
            (experiment, started),
        )
        return [environment for (environment,) in rows]

    def assigned(self, run: Run) -> tuple[dict[str, int], int]:
        """Count an experiment's users by variant, and those who were in several."""
        rows = self._database.execute(
            "SELECT variant, mixed, count(*) FROM assignment"
            " WHERE experiment = ? AND started = ? AND environment = ? GROUP BY variant, mixed",
            run,
        ).fetchall()
        clean = {variant: count for variant, mixed, count in rows if not mixed}
        return clean, sum(count for _, mixed, count in rows if mixed)

    def samples(
        self, run: Run, metric: str, kind: str, users: dict[str, int], until: float
    ) -> dict[str, Proportion | Mean]:
        """Give a metric's sample for each variant: what its users did from their first exposure on."""
        totals: dict[str, list[float]] = {variant: [] for variant in users}
        done = dict.fromkeys(users, 0)
        for variant, total, did in self._database.execute(_TOTALS, (*run, metric, until)):
            if variant not in users or not isinstance(total, int | float):
                raise sqlite3.DatabaseError(_CONTRADICTS)
            totals[variant].append(total)
            done[variant] += did
        if any(done[variant] > count for variant, count in users.items()):
            raise sqlite3.DatabaseError(_CONTRADICTS)
        if kind == "proportion":
            return {variant: Proportion(done[variant], count) for variant, count in users.items()}
        return {variant: mean_of(totals[variant], count) for variant, count in users.items()}

    def _set_up(self) -> None:
        (form,) = self._database.execute("PRAGMA user_version").fetchone()
        if form > FORM:
            raise Refused("the events were loaded by a newer gmconfig", hint="pip install --upgrade gmconfig")
        if form < FORM:
            with self.writing():
                for statement in _TABLES.split(";")[:-1]:
                    self._database.execute(statement)
                self._database.execute(f"PRAGMA user_version = {FORM}")


def mean_of(totals: list[float], users: int) -> Mean:
    """Give mean and variance of what each user came to; those who are not in `totals` came to nothing."""
    mean = fsum(totals) / users
    squares = fsum((total - mean) ** 2 for total in totals) + (users - len(totals)) * mean**2
    return Mean(users, mean, squares / (users - 1) if users > 1 else 0.0)


def _exposure_row(event: Exposure) -> tuple[object, ...]:
    return (
        event.flag,
        event.environment or "",
        event.variant,
        event.reason,
        event.rule,
        event.unit,
        event.time,
    )


def _assignment_rows(event: Exposure) -> Iterator[tuple[object, ...]]:
    if event.experiment and event.started and event.unit and event.variant and event.rule == _ASSIGNED_BY:
        run = (event.experiment, event.started, event.environment or "")
        yield *run, event.unit, event.variant, event.time


@contextmanager
def converted(path: str) -> Iterator[None]:
    """Say what is wrong with the database where the block finds it damaged, or busy for too long."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:  # its words may quote what is no text
        hint = f"remove {path}, and load the events that are left again: gmconfig flag ingest"
        raise GmconfigError(f"the database of events cannot be used: {error}", hint=hint) from error
