"""Loading files of events into the database: what is new in each, by one process at a time."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass

from gmconfig.errors import NotFound
from gmconfig.flag.event.line import LONGEST_LINE, Event, read
from gmconfig.flag.event.store import Position, Store, converted
from gmconfig.storage import at_once
from gmconfig.storage.files import trouble
from gmconfig.storage.lock import Lock

KEEP_DAYS = 90
_CHUNK = 4 * 1024 * 1024
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Malformed:
    """The lines of a file that are not events: how many of those just read, and the number of the first."""

    file: str
    count: int
    first_line: int


@dataclass(frozen=True, slots=True)
class Ingested:
    """What was loaded from the events that programs have written.

    Attributes:
        files, events: how many of each.
        malformed: the lines that are not events.
        lost: how many events the writers had to drop.
        dropped: how many events were too old to be kept.
        shrunk: files that are shorter now than what was read of them before.
    """

    files: int
    events: int
    malformed: tuple[Malformed, ...]
    lost: int
    dropped: int
    shrunk: tuple[str, ...]


def ingest(
    folder: str, database: str, *, keep_days: float = KEEP_DAYS, keep_since: float | None = None
) -> Ingested:
    """Load what is new, and drop what is older than `keep_days`, but for what happened since `keep_since`.

    A last line without its end is left for the next time.

    Raises:
        NotFound: there is no such folder.
        Locked: another process loads just now, and does not finish.
    """
    if not os.path.isdir(folder):
        raise NotFound(
            f'there is no folder of events "{folder}"', hint="events_dir: in gmconfig.yaml names it"
        )
    with Lock(f"{database}.lock"):
        store = Store(database)
        try:
            with converted(database):
                return _ingest(folder, store, _oldest(keep_days, keep_since))
        finally:
            store.close()


def _oldest(keep_days: float, keep_since: float | None) -> float:
    oldest = time.time() - keep_days * _DAY
    return oldest if keep_since is None else min(oldest, keep_since)


def _ingest(folder: str, store: Store, oldest: float) -> Ingested:
    loads = [_load(folder, name, store) for name in sorted(_files(folder))]
    with store.writing():
        dropped = store.drop_before(oldest)
    for load in loads:
        _remove_if_old(folder, load, store, oldest)
    return Ingested(
        sum(load.events > 0 for load in loads),
        sum(load.events for load in loads),
        tuple(Malformed(load.name, load.malformed, load.first) for load in loads if load.malformed),
        sum(load.lost for load in loads),
        dropped,
        tuple(load.name for load in loads if load.shrunk),
    )


class _Load:
    """What was read of one file this time."""

    def __init__(self, name: str, at: Position) -> None:
        self.name = name
        self.at = at
        self.events = self.malformed = self.lost = self.first = 0
        self.shrunk = self.whole = False

    def events_of(self, raw: bytes) -> Iterator[Event]:
        for number, line in enumerate(raw.split(b"\n")[:-1], self.at.lines + 1):
            if not line.strip():
                continue
            try:
                yield read(line)
                self.events += 1
            except ValueError:
                self.malformed += 1
                self.first = self.first or number

    def moved(self, raw: bytes, malformed: int, lost: int) -> Position:
        at = self.at
        lines = at.lines + raw.count(b"\n")
        return Position(at.position + len(raw), lines, at.malformed + malformed, at.lost + lost)


def _load(folder: str, name: str, store: Store) -> _Load:
    load = _Load(name, store.position(name))
    path = os.path.join(folder, name)
    try:
        with open(path, "rb", opener=at_once) as file:
            size = os.fstat(file.fileno()).st_size
            load.shrunk = size < load.at.position
            file.seek(load.at.position)
            while not load.shrunk and (raw := _whole_lines(file.read(_CHUNK), at_most=_CHUNK)):
                _keep(load, raw, store)
                file.seek(load.at.position)
            load.whole = load.at.position == size
    except OSError as error:
        raise trouble(error, path) from error
    return load


def _keep(load: _Load, raw: bytes, store: Store) -> None:
    """Add events and remember the place in one step: a kill in between neither loses nor doubles any."""
    malformed = load.malformed
    with store.writing():
        lost = store.add(load.events_of(raw))
        to = load.moved(raw, load.malformed - malformed, lost)
        store.move(load.name, to)
    load.at, load.lost = to, load.lost + lost


def _whole_lines(raw: bytes, at_most: int) -> bytes:
    """Give the part that ends with a line's end; a line that fills all of it is not an event and is read as one."""
    end = raw.rfind(b"\n") + 1
    if not end and len(raw) == at_most and at_most > LONGEST_LINE:
        return raw[:-1] + b"\n"
    return raw[:end]


def _files(folder: str) -> Iterator[str]:
    """Yield the names of event files; a link, or a name that would garble a terminal, is none of ours."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if (
            entry.name.endswith(".jsonl")
            and entry.name.isprintable()
            and entry.is_file(follow_symlinks=False)
        ):
            yield entry.name


def _remove_if_old(folder: str, load: _Load, store: Store, oldest: float) -> None:
    """Remove a file that was read to its end and has not been written to for as long as events are kept."""
    path = os.path.join(folder, load.name)
    status = os.lstat(path)
    if load.whole and stat.S_ISREG(status.st_mode) and status.st_mtime < oldest:
        os.unlink(path)
        with store.writing():
            store.forget(load.name)
