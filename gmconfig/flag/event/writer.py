"""Events on their way to a file: taken at once, written behind the caller's back, never in its way."""

from __future__ import annotations

import atexit
import contextlib
import os
import socket
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable

from gmconfig.errors import GmconfigError
from gmconfig.flag.event.line import Event, Lost, written
from gmconfig.flag.event.room import MOST_BYTES, Room
from gmconfig.flag.event.unit import hashed, key_of
from gmconfig.log import logger
from gmconfig.storage.files import make_folders

log = logger("flag")

MOST = 50_000
"""How many events may wait; more are counted and forgotten."""

_AT_ONCE = 2_000

Making = Callable[[Callable[[str], str]], Event]
"""Makes an event, with what turns a unit into its hash."""


class Writer:
    """Appends to a file of this process's own, one a day, in a folder that any number of processes share.

    A child that is forked writes a file of its own. What cannot be written is counted, and logged once.
    """

    def __init__(
        self, folder: str, *, most: int = MOST, most_bytes: int = MOST_BYTES, interval: float = 0.5
    ) -> None:
        self.folder = folder
        self.lost = 0
        self._most = most
        self._room = Room(folder, most_bytes)
        self._interval = interval
        self._key: bytes | None = None
        self._thread: threading.Thread | None = None
        self._descriptor = -1
        self._begin()
        _writers.add(self)

    def put(self, making: Making) -> None:
        """Take an event; costs the caller an append."""
        waiting = len(self._pending)
        if waiting >= self._most:
            self.lost += 1
            return
        self._pending.append(making)
        if self._thread is None:
            self._start()
        elif waiting == self._most // 2:
            self._wake.set()

    def flush(self) -> None:
        """Write what waits; returns when it is written, or counted as lost."""
        with self._lock:
            while self._pending or self.lost:
                if not self._write(self._taken()):
                    return

    def close(self) -> None:
        """Write what waits, and stop; another event begins anew."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stop.set()
            self._wake.set()
            thread.join(timeout=5)
        self.flush()
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor, self._day = -1, ""

    def forked(self) -> None:
        """Begin anew in a child: what waits is the parent's to write."""
        self.lost = 0
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._begin()

    def _begin(self) -> None:
        self._pending: deque[Making] = deque()
        self._lock = threading.Lock()
        self._starting = threading.Lock()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = None
        self._ends_with_the_process = False
        self._descriptor = -1
        self._day = ""
        self._torn = False
        self._warned = False

    def _start(self) -> None:
        with self._starting:
            if self._thread is not None:
                return
            self._stop.clear()
            thread = threading.Thread(target=self._run, name="gmconfig-events", daemon=True)
            if not self._ends_with_the_process:
                self._ends_with_the_process = True
                _flush_at_exit(self)
            with contextlib.suppress(RuntimeError):  # too many, or the interpreter is ending: close() writes
                thread.start()
                self._thread = thread

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(self._interval)
            self._wake.clear()
            self.flush()

    def _taken(self) -> list[Making]:
        return [self._pending.popleft() for _ in range(min(len(self._pending), _AT_ONCE))]

    def _write(self, taken: list[Making]) -> bool:
        lost, now = self.lost, time.time()
        try:
            if self._is_gone():
                self._day, self._key = "", None
            raw = self._lines(taken, Lost(now, lost) if lost else None)
            self._append(raw, time.strftime("%Y-%m-%d", time.gmtime(now)))
        except (OSError, GmconfigError) as error:
            self.lost += len(taken)
            if not self._warned:
                log.warning("flag events cannot be written: %s", error)
            self._warned = True
            return False
        self.lost -= lost
        self._warned = False
        return True

    def _lines(self, taken: list[Making], lost: Lost | None) -> bytes:
        if self._key is None:
            self._key = key_of(self.folder)
        key = self._key
        lines = [written(making(lambda unit: hashed(key, unit))) for making in taken]
        lines += [written(lost)] if lost else []
        return "".join(line + "\n" for line in lines).encode("utf-8", "backslashreplace")

    def _append(self, raw: bytes, day: str) -> None:
        """Append in one call, so that a kill tears the last line at most; a torn one is ended first."""
        if day != self._day:
            self._open(day)
        raw = b"\n" + raw if self._torn else raw
        self._room.take(len(raw))
        done = os.write(self._descriptor, raw)
        self._torn = done < len(raw)
        if self._torn:
            raise OSError(28, "the disk is full")

    def _is_gone(self) -> bool:
        """Whether somebody has removed the file, its folder perhaps and all: what is written there reaches nobody."""
        try:
            return self._descriptor >= 0 and not os.fstat(self._descriptor).st_nlink
        except OSError:  # another machine, whose disk it is, has forgotten it
            return True

    def _open(self, day: str) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        make_folders(self.folder)
        host = "".join(char for char in socket.gethostname() if char.isalnum() or char in "-.")[:60]
        name = f"{day}-{host}-{os.getpid()}-{os.urandom(4).hex()}.jsonl"
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_EXCL | os.O_CLOEXEC
        self._descriptor = os.open(os.path.join(self.folder, name), flags, 0o640)
        self._day, self._torn = day, False


_writers: weakref.WeakSet[Writer] = weakref.WeakSet()


def _forked() -> None:
    for writer in list(_writers):
        writer.forked()


os.register_at_fork(after_in_child=_forked)


def _flush_at_exit(writer: Writer) -> None:
    """Close when the process ends; a child of multiprocessing ends without `atexit`."""
    known = weakref.ref(writer)

    def close() -> None:
        found = known()
        if found is not None:
            found.close()

    atexit.register(close)
    pool = sys.modules.get("multiprocessing.util")
    if pool is not None:
        pool.Finalize(None, close, exitpriority=100)
