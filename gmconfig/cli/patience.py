"""One line on stderr while something takes longer than a second; on a terminal only, and gone at the end."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from gmconfig.cli import terminal

_FIRST, _NEXT = 1.0, 0.5  # seconds
_CLEAR = "\r\x1b[2K"


def is_watched() -> bool:
    """Whether somebody sits there whose terminal can take a line away again."""
    return sys.stderr.isatty() and not terminal.is_quiet() and os.environ.get("TERM") != "dumb"


def hush() -> None:
    """Say no more: a question stands on the terminal now."""
    import signal

    if is_watched() and signal.setitimer(signal.ITIMER_REAL, 0) != (0.0, 0.0):
        os.write(2, _CLEAR.encode())


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Say what is done, and for how long already.

    By an alarm and not by a thread: what is done meanwhile may fork.
    """
    if not is_watched():
        yield
        return
    import signal
    import time

    began, told = time.monotonic(), False

    def tell(*_: object) -> None:
        nonlocal told
        told = True
        with suppress(OSError):
            os.write(2, f"{_CLEAR}{what}, {time.monotonic() - began:.0f} s".encode())

    before = signal.signal(signal.SIGALRM, tell)
    signal.setitimer(signal.ITIMER_REAL, _FIRST, _NEXT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if told:
            os.write(2, _CLEAR.encode())
