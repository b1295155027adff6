"""The debug log: Python's own `logging`, where a program has loaded it; else nobody listens, at no cost."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing costs more to import than this module takes to run
if TYPE_CHECKING:
    from collections.abc import Callable
    from logging import Handler, Logger

_tell: Callable[[str], None] | None = None
_known: dict[str, Logger] = {}


def debug(room: str, message: str, *arguments: object) -> None:
    """Tell the debug log of a room, `gmconfig.<room>`, what was done."""
    if "logging" in sys.modules:
        logger(room).debug(message, *arguments, stacklevel=2)


def listening(room: str) -> bool:
    """Whether anybody wants to know, where finding out what to tell costs something."""
    return "logging" in sys.modules and logger(room).isEnabledFor(10)


def logger(room: str) -> Logger:
    """Give a room's logger; where the program has configured no logging, it writes nothing anywhere."""
    if room not in _known:
        import logging

        top = logging.getLogger("gmconfig")
        if not top.handlers:
            top.addHandler(_warnings())
        _known[room] = logging.getLogger(f"gmconfig.{room}")
    return _known[room]


def warn_by(tell: Callable[[str], None]) -> None:
    """Have warnings told this way where no logging is configured: a command has somebody in front of it."""
    global _tell  # noqa: PLW0603  # one process, one terminal
    _tell = tell


def _warnings() -> Handler:
    import logging

    class Warnings(logging.Handler):
        """Keeps `logging` from writing to stderr by itself, which it does for whoever has no handler."""

        def emit(self, record: logging.LogRecord) -> None:
            if _tell is not None and not logging.root.handlers:
                _tell(record.getMessage())

    return Warnings(logging.WARNING)
