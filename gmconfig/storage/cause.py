"""On whose account something is written: the automation rules that led to it, the last one last."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_RULES: ContextVar[tuple[str, ...]] = ContextVar("gmconfig rules", default=())


def rules() -> tuple[str, ...]:
    """Give the rules that are at work; none where a person is."""
    return _RULES.get()


@contextmanager
def because_of(names: tuple[str, ...]) -> Iterator[None]:
    """Let everything that is written within say that these rules led to it."""
    token = _RULES.set(names)
    try:
        yield
    finally:
        _RULES.reset(token)
