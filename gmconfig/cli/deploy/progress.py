"""One line on stderr while many targets are worked on; on a terminal only, and gone at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gmconfig.cli import terminal

if TYPE_CHECKING:
    from gmconfig.record.entry import Record

_DONE = ("unchanged", "healthy", "failed", "restored", "restore_failed", "skipped")


@contextmanager
def looking() -> Iterator[Callable[[object], None]]:
    """Count targets as they are looked at."""
    with _line("looking at targets") as update:
        count = iter(range(1, sys.maxsize))
        yield lambda _: update(f"{next(count):,} targets looked at")


@contextmanager
def deploying() -> Iterator[Callable[[Record], None]]:
    """Say how far a deployment is."""
    with _line("deploying") as update:

        def tell(record: Record) -> None:
            done = sum(outcome.step in _DONE for outcome in record.targets.values())
            update(f"{record.id} {record.state}, {done:,} of {len(record.targets):,} targets")

        yield tell


@contextmanager
def _line(text: str) -> Iterator[Callable[[str], None]]:
    if not sys.stderr.isatty() or terminal.is_quiet():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status(text) as status:
        yield status.update
