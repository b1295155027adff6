"""One line on stderr while something takes longer than a second; on a terminal only, and gone at the end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from gmconfig.cli import terminal

_FIRST, _NEXT = 1.0, 0.5  # seconds
_CLEAR = "\r\x1b[2K"


def is_watched() -> bool:
    """Whether somebody sits there whose terminal can take a line away again."""
    return sys.stderr.isatty() and not terminal.is_quiet() and os.environ.get("TERM") != "dumb"


@contextmanager
def waiting(what: str) -> Iterator[Callable[[str], None]]:
    """Say what is done, and for how long already; what is given says it more exactly from then on.

    By an alarm and not by a thread: what is done meanwhile may fork. What is answered or asked meanwhile
    stands where the line was, and the line comes back below it.
    """
    if not is_watched():
        yield lambda _: None
        return
    line, before = _Line(what), terminal.set_aside(None)
    terminal.set_aside(line)
    line.begin()
    try:
        yield line.say
    finally:
        line.end()
        terminal.set_aside(before)


class _Line:
    """The line that says what takes so long."""

    def __init__(self, what: str) -> None:
        import time

        self._what, self._clock = what, time.monotonic
        self._began, self._shown = self._clock(), False

    def begin(self) -> None:
        import signal

        self._handler = signal.signal(signal.SIGALRM, self._tell)
        self._timer = signal.setitimer(signal.ITIMER_REAL, _FIRST, _NEXT)

    def end(self) -> None:
        """Take the line away; what was said before this began, if anything, is said again."""
        import signal

        self.hide()
        signal.signal(signal.SIGALRM, self._handler)
        signal.setitimer(signal.ITIMER_REAL, *self._timer)

    def say(self, what: str) -> None:
        """Say this from the next time on, as much as there is room for."""
        self._what = terminal.harmless(what)

    def hide(self) -> None:
        """Leave the terminal to what is written or asked now."""
        import signal

        signal.setitimer(signal.ITIMER_REAL, 0)
        if self._shown:
            self._shown = False
            with suppress(OSError):
                os.write(2, _CLEAR.encode())

    def show(self) -> None:
        """Go on, after a while: what was written may have been the end."""
        import signal

        signal.setitimer(signal.ITIMER_REAL, _FIRST, _NEXT)

    def _tell(self, *_: object) -> None:
        self._shown = True
        with suppress(OSError):
            said = f", {self._clock() - self._began:.0f} s"
            what = self._what[: (room := _columns() - len(said) - 1)]
            while what and terminal.cells(what) > room:
                what = what[:-1]
            os.write(2, f"{_CLEAR}{what}{said}".encode())


def _columns() -> int:
    """Columns of the terminal that the line is on; the answer may go elsewhere."""
    try:
        return os.get_terminal_size(2).columns or terminal.width()
    except OSError:
        return terminal.width()
