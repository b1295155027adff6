"""Calling off a wait for a remote: who is asked to stop waits for no answer by which nothing would be lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from subprocess import TimeoutExpired

GLANCE_SECONDS = 0.5
"""How long a wait that may be called off goes on without a look at whether it is."""

_asked: Callable[[], bool] | None = None


class CalledOff(TimeoutExpired):
    """Nobody waits for a git's answer any more."""


@contextmanager
def called_off_by(asked: Callable[[], bool]) -> Iterator[None]:
    """Let every wait for a remote meanwhile end as soon as something holds, as if the remote did not answer."""
    global _asked  # noqa: PLW0603  # one process, which is asked to stop as a whole
    before, _asked = _asked, asked
    try:
        yield
    finally:
        _asked = before


def may_be_called_off() -> bool:
    """Whether a wait is to be looked after at all."""
    return _asked is not None


def is_called_off() -> bool:
    """Whether the wait is to end."""
    return _asked is not None and _asked()
