"""Something done again and again on a thread of its own, until it is stopped or the program ends."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable


class Repeating:
    """A thread that does its work each `interval` seconds; a failure of it is reported, and the thread goes on.

    A child that is forked while it goes on has such a thread of its own; `turn` is free there, whoever had it.
    """

    def __init__(self, name: str, work: Callable[[], object], interval: float) -> None:
        self.interval = interval
        self.turn = threading.RLock()
        self._name = name
        self._work = work
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        _all.add(self)

    def start(self) -> None:
        """Begin, unless it has begun; the first work is done after one interval."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End it; returns when the thread has ended, unless the work itself calls it."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def forked(self) -> None:
        """Go on in a child: no thread but the one that forked is there."""
        went_on, self._thread = self._thread is not None, None
        self.turn, self._stopping = threading.RLock(), threading.Event()
        if went_on:
            self.start()

    def _run(self) -> None:
        while not self._stopping.wait(self.interval):
            try:
                self._work()
            except Exception as error:  # of the program's own code that was called back
                reported(error)


def reported(error: Exception) -> None:
    """Report a failure as one that ended a thread, which it does not."""
    report = (type(error), error, error.__traceback__, threading.current_thread())
    threading.excepthook(threading.ExceptHookArgs(report))


_all: weakref.WeakSet[Repeating] = weakref.WeakSet()


def _forked() -> None:
    for one in list(_all):
        one.forked()


os.register_at_fork(after_in_child=_forked)
